"""Languages, as both programs speak them: the catalogs that ship with the product, under the owner's own words.

A catalog is read from its `.po` file once in a process, so nothing has to be compiled beforehand.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime, format_skeleton
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from babel.units import format_unit

from portal_backend.contract.words import Part, Unit

CATALOGS = Path(__file__).parent / "translations"
SOURCE = "en"
# A message as the owner says it; one that counts may have its words by plural category (`one`, `few`, `other`).
OwnWords = Mapping[str, str | Mapping[str, str]]
_FIRST_STRONG, _END = "\u2068", "\u2069"
_SAMPLES = (*range(201), 1_000_000)


class Language:
    """One language, with the owner's own words for it first; `code` is the tag that pages carry, such as `pt-BR`."""

    def __init__(self, locale: Locale, own: OwnWords | None = None) -> None:
        self.code = tag_of(locale)
        self._locale = locale
        self._own = own or {}
        self._catalog = catalog(str(locale))

    @property
    def direction(self) -> str:
        """Return `ltr` or `rtl`."""
        return str(self._locale.text_direction)

    @property
    def name(self) -> str:
        """Return what its speakers call it."""
        name = self._locale.get_display_name(self._locale) or self.code
        return name[0].upper() + name[1:]

    def message(self, message: str) -> str:
        """Return what stands for `message`, its values still in braces."""
        own = self._own.get(message)
        return own if isinstance(own, str) else self._catalog.gettext(message)

    def plural(self, one: str, many: str, number: int) -> str:
        """Return what stands for a message about `number` things."""
        own = self._own.get(one)
        if own is None:
            return self._catalog.ngettext(one, many, number)
        return own if isinstance(own, str) else own.get(self._locale.plural_form(number), own["other"])

    def plurals(self, one: str, many: str) -> dict[str, str]:
        """Return the words of each plural category, for a script that counts."""
        samples = {self._locale.plural_form(number): number for number in reversed(_SAMPLES)}
        return {category: self.plural(one, many, number) for category, number in sorted(samples.items())}

    def number(self, number: int) -> str:
        """Return a whole number as it is written."""
        return _number(self._locale, number)

    def length(self, number: int, unit: Unit) -> str:
        """Return a length of time, `2 hours`."""
        return _length(self._locale, number, unit)

    def moment(self, moment: datetime, part: Part) -> str:
        """Return the time of day in UTC, or the day."""
        if part == "time":
            return f"{format_datetime(moment, 'HH:mm', locale=self._locale)} UTC"
        return format_skeleton("MMMMd", moment, locale=self._locale)

    def inset(self, text: str) -> str:
        """Return text that keeps its own direction within a sentence that runs from right to left."""
        return f"{_FIRST_STRONG}{text}{_END}" if self.direction == "rtl" else text


@lru_cache(maxsize=256)
def locale_of(code: str) -> Locale:
    """Return what is known of a language by its code, `pt-br`; raises ValueError in the owner's words for no code."""
    try:
        return Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError) as error:
        raise ValueError("expected the code of a language, such as en, de or pt-br") from error


def tag_of(locale: Locale) -> str:
    """Return the tag of a language that pages carry, such as `pt-BR` (BCP 47)."""
    return str(locale).replace("_", "-")


def built_in() -> tuple[str, ...]:
    """Return the codes of the languages that ship with the product."""
    return (SOURCE, *sorted(path.name for path in CATALOGS.iterdir() if path.is_dir()))


@lru_cache(maxsize=1)
def texts() -> Mapping[str, str]:
    """Return every built-in text in English, each with its words for many things, or nothing when it counts none."""
    # Every catalog has all of them.
    said = [message.id for message in _messages(next(CATALOGS.rglob("*.po"))) if message.id]
    return {text: "" for text in said if isinstance(text, str)} | {
        text[0]: text[1] for text in said if not isinstance(text, str)
    }


@lru_cache(maxsize=64)
def catalog(locale: str) -> NullTranslations:
    """Return the built-in words of a language, those of `de` for `de_AT`; English ones for a language without any."""
    for name in (locale, locale.partition("_")[0]):
        path = CATALOGS / name / "LC_MESSAGES" / "messages.po"
        if path.is_file():
            return _read(path)
    return NullTranslations()


def _read(path: Path) -> Translations:
    compiled = BytesIO()
    write_mo(compiled, _messages(path))
    compiled.seek(0)
    return Translations(compiled)


def _messages(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name)


@lru_cache(maxsize=4096)
def _number(locale: Locale, number: int) -> str:
    return format_decimal(number, locale=locale)


@lru_cache(maxsize=4096)
def _length(locale: Locale, number: int, unit: Unit) -> str:
    return format_unit(number, f"duration-{unit}", locale=locale)
