"""What an owner says in place of the built-in words: what is taken, and where and why a line is left out."""

import os
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from frontend.cli import main
from portal_backend.contract.languages import Language, built_in, locale_of, texts
from portal_backend.contract.own_texts import OwnTexts
from portal_backend.contract.own_words import read_own_words
from portal_backend.contract.words import counted, say, told

SEATS = '"{n} seat free"'
AGAIN = '"Start “{title}” again"'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", {}),
        ("Ready at once: Go!\n", {"Ready at once": "Go!"}),
        ("Ready at once:\nCancel: Stop\n", {"Cancel": "Stop"}),
        ("Ready at once: 1.10\nCancel: no\n", {"Ready at once": "1.10", "Cancel": "no"}),
        ("Ready at once: <b>Go</b>\n", {"Ready at once": "<b>Go</b>"}),
        ("Ready at once: |\n  Go\n", {"Ready at once": "Go"}),
        (f'{AGAIN}: "{{title}}, once more"\n', {"Start “{title}” again": "{title}, once more"}),
        (f'{SEATS}: "free: {{n}}"\n', {"{n} seat free": "free: {n}"}),
        (
            f'{SEATS}: {{one: the last seat, other: "{{n}} seats"}}\n',
            {"{n} seat free": {"one": "the last seat", "other": "{n} seats"}},
        ),
    ],
)
def test_words_are_taken_as_they_are_written(text: str, words: object) -> None:
    found = read_own_words(text, locale_of("en"), "en.yaml")
    assert (found.words, found.problems) == (words, ())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- Start\n", "1:1: error: expected texts with the words for them"),
        ("Start: a\nStart: b\n", "2:1: error: the key 'Start' is there twice, the first time in line 1"),
        ("Start: [a]\n", "1:8: error: expected words, found a list"),
        ("Start: {one: a}\n", "1:8: error: expected words, found a mapping"),
        ('Start: ""\n', "1:8: error: expected some text"),
        (f"Start: {'a' * 2001}\n", "1:8: error: expected at most 2000 characters, found 2001"),
        ('Start: "{title}"\n', "1:8: error: nothing stands here for {title} (it tells no values)"),
        (f'{AGAIN}: "{{titel}}"\n', "1:26: error: nothing stands here for {titel} (did you mean {title}?)"),
        (f"{AGAIN}: Again\n", "1:26: warning: these words leave out {title}, which the built-in ones tell"),
        ('Start: "{"\n', "1:8: error: braces stand around a value, such as {title}; "),
        ('Start: "{{}}"\n', "1:8: error: braces stand around a value, such as {title}; double braces"),
        (f'{AGAIN}: "{{title.__class__}}"\n', "1:26: error: braces stand around a value, such as {title}; "),
        (f'{AGAIN}: "{{title:>9}}"\n', "1:26: error: braces stand around a value, such as {title}; "),
        (f'{AGAIN}: "{{title!r}}"\n', "1:26: error: braces stand around a value, such as {title}; "),
        (f'{AGAIN}: "{{0}}"\n', "1:26: error: braces stand around a value, such as {title}; "),
        (f"{SEATS}: [a]\n", "1:18: error: expected words, or one, other and so on with words each, found a list"),
        (f"{SEATS}: {{one: a}}\n", "1:1: error: other is missing"),
        (f"{SEATS}: {{one: a, other: b}}\n", "1:34: warning: these words leave out {n}, which the built-in ones tell"),
        (f'{SEATS}: {{few: a, other: "{{n}}"}}\n', "1:19: error: few is no form of English (it has one, other)"),
        (f'{SEATS}: {{one: [], other: "{{n}}"}}\n', "1:24: error: expected words, found a list"),
        (f'{SEATS}: {{one: , other: "{{n}}"}}\n', "error: expected words, found nothing"),
        ("Strat: a\n", "1:1: warning: no page says 'Strat', so this has no effect (did you mean 'Start'?)"),
        (
            '"{n} seats free": "{n}"\n',
            "1:1: warning: no page says '{n} seats free', so this has no effect (did you mean '{n} seat free'?)",
        ),
        ("Quux quux: a\n", "(workshop-index texts lists them all)"),
    ],
)
def test_every_mistake_is_told_with_its_place(text: str, problem: str) -> None:
    found = read_own_words(f"{text}", locale_of("en"), "en.yaml")
    assert len(found.problems) == 1
    assert problem in str(found.problems[0]).removeprefix("en.yaml:")


def test_a_text_in_braces_wants_quotes() -> None:
    found = read_own_words("{n} seat free: a\n", locale_of("en"), "en.yaml")
    assert found.words is None
    assert "put braces in quotes" in [problem.hint for problem in found.problems]


def test_a_line_that_cannot_be_used_costs_no_other() -> None:
    found = read_own_words('Start: "{x}"\nCancel: Stop\n', locale_of("en"), "en.yaml")
    assert (found.words, len(found.problems)) == ({"Cancel": "Stop"}, 1)


def test_every_form_of_a_language_may_have_words_of_its_own() -> None:
    forms = {form: f"{form} {{n}}" for form in ("zero", "one", "two", "few", "many", "other")}
    found = read_own_words(yaml.safe_dump({"{n} seat free": forms}), locale_of("ar"), "ar.yaml")
    assert found.problems == ()
    language = Language(locale_of("ar"), found.words)
    said = [told(counted("{n} seat free", "{n} seats free", number), language) for number in (0, 1, 2, 3, 11, 100)]
    assert said == ["zero 0", "one 1", "two 2", "few 3", "many 11", "other 100"]


@pytest.mark.parametrize("code", [*built_in(), "fr"])
def test_the_list_of_texts_is_a_file_that_changes_nothing(code: str) -> None:
    printed = CliRunner().invoke(main, ["texts", "--language", code], catch_exceptions=False).output
    assert read_own_words(printed, locale_of(code), "texts").words == {}
    uncommented = "\n".join(line.removeprefix("#") for line in printed.splitlines()[3:])
    found = read_own_words(uncommented, locale_of(code), "texts")
    assert found.words is not None
    assert (set(found.words), found.problems) == (set(texts()), ())
    assert found.words["Cancel"] == Language(locale_of(code)).message("Cancel")


def test_a_list_in_no_language_is_refused() -> None:
    refused = CliRunner().invoke(main, ["texts", "--language", "klingon"])
    assert (refused.exit_code, "expected the code of a language" in refused.output) == (2, True)


def test_words_of_a_language_count_in_its_regions(tmp_path: Path) -> None:
    (tmp_path / "de.yaml").write_text("Start: Los\nCancel: Halt\n", encoding="utf-8")
    (tmp_path / "de-at.yaml").write_text("Cancel: Aus\n", encoding="utf-8")
    austrian = OwnTexts(tmp_path).language(locale_of("de-at"))
    assert [told(say(text), austrian) for text in ("Start", "Cancel", "Copy")] == ["Los", "Aus", "Kopieren"]


def test_an_edit_counts_at_once_and_a_broken_one_not_at_all(tmp_path: Path) -> None:
    own, file = OwnTexts(tmp_path / "texts"), tmp_path / "texts" / "en.yaml"
    seen = [own.revision()]
    file.parent.mkdir()
    for written, start in [("Start: Go", "Go"), ("Start: Run", "Run"), ("Start: [", "Run"), ("Start: 'Go'", "Go")]:
        file.write_text(written, encoding="utf-8")
        os.utime(file, ns=(len(seen), len(seen)))
        assert own.language(locale_of("en")).message("Start") == start
        seen.append(own.revision())
    file.unlink()
    assert own.language(locale_of("en")).message("Start") == "Start"
    assert len(set(seen)) == len(seen)
