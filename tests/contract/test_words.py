"""What is said is English text, remembers its message, and is told in a language as a whole."""

import copy
import pickle
from datetime import UTC, datetime

import pytest

from portal_backend.contract.languages import Language, built_in, locale_of
from portal_backend.contract.words import Length, Moment, Said, counted, say, told

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GERMAN, ARABIC = Language(locale_of("de")), Language(locale_of("ar"))


@pytest.mark.parametrize(
    ("said", "english", "german"),
    [
        (say("Ready at once"), "Ready at once", "Sofort bereit"),
        (say("Nobody wrote this down"), "Nobody wrote this down", "Nobody wrote this down"),
        (say("Start “{title}” again", title="Lab"), "Start “Lab” again", "„Lab“ noch einmal starten"),
        (say("{span} left"), "{span} left", "Noch {span}"),
        (counted("{n} seat free", "{n} seats free", 1), "1 seat free", "1 Platz frei"),
        (counted("{n} seat free", "{n} seats free", 1200), "1200 seats free", "1.200 Plätze frei"),
        (Length(2, "day"), "2 days", "2 Tage"),
        (Moment(NOON, "time"), "12:00 UTC", "12:00 UTC"),
        (Moment(NOON, "day"), "1 March", "1. März"),
        (say("{span} left", span=Length(1, "hour")), "1 hour left", "Noch 1 Stunde"),
    ],
    ids=str,
)
def test_what_is_said_is_english_until_it_is_told(said: Said, english: str, german: str) -> None:
    assert said == english
    assert told(said, GERMAN) == german


@pytest.mark.parametrize(
    "again", [copy.deepcopy, lambda said: pickle.loads(pickle.dumps(said))], ids=["copied", "kept"]
)
@pytest.mark.parametrize(
    "said",
    [say("{span} left", span=Length(2, "hour")), counted("{n} seat free", "{n} seats free", 3), Moment(NOON, "day")],
    ids=str,
)
def test_a_copy_can_be_told_as_well(said: Said, again: object) -> None:
    assert told(again(said), GERMAN) == told(said, GERMAN) != said  # type: ignore[operator]


def test_what_was_not_said_stays_as_it_is() -> None:
    assert told("Start", GERMAN) == "Start"


@pytest.mark.parametrize(
    ("seats", "words"),
    [
        (0, "لا مقاعد متاحة"),
        (1, "مقعد واحد متاح"),
        (2, "مقعدان متاحان"),
        (3, "3 مقاعد متاحة"),
        (11, "11 مقعدًا متاحًا"),
        (100, "100 مقعد متاح"),
        (103, "103 مقاعد متاحة"),
    ],
)
def test_arabic_counts_in_six_ways(seats: int, words: str) -> None:
    assert told(counted("{n} seat free", "{n} seats free", seats), ARABIC) == words


@pytest.mark.parametrize("code", built_in())
def test_a_script_gets_the_words_the_server_would_say(code: str) -> None:
    language = Language(locale_of(code))
    forms = language.plurals("{n} workshop", "{n} workshops")
    for number in range(120):
        said = counted("{n} workshop", "{n} workshops", number)
        category = locale_of(code).plural_form(number)
        assert forms[category].replace("{n}", language.number(number)) == told(said, language)


def test_a_title_keeps_its_direction_within_an_arabic_sentence() -> None:
    assert told(say("Look at “{title}”", title="Git (2)"), ARABIC) == "الاطلاع على «\u2068Git (2)\u2069»"


@pytest.mark.parametrize(
    ("code", "tag", "name", "direction"),
    [
        ("en", "en", "English", "ltr"),
        ("de", "de", "Deutsch", "ltr"),
        ("ar", "ar", "العربية", "rtl"),
        ("pt-br", "pt-BR", "Português (Brasil)", "ltr"),
        ("he", "he", "עברית", "rtl"),
    ],
)
def test_a_language_is_called_what_its_speakers_call_it(code: str, tag: str, name: str, direction: str) -> None:
    language = Language(locale_of(code))
    assert (language.code, language.name, language.direction) == (tag, name, direction)


@pytest.mark.parametrize(("code", "words"), [("de-at", "Sofort bereit"), ("fr", "Ready at once")])
def test_a_language_without_words_of_its_own_has_the_nearest(code: str, words: str) -> None:
    assert told(say("Ready at once"), Language(locale_of(code))) == words


@pytest.mark.parametrize("code", ["xx", "german", "", "d", "../de"])
def test_what_is_no_language_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="expected the code of a language"):
        locale_of(code)
