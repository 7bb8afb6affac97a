"""Column types: moments and lengths of time as whole milliseconds, and words as their enums."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Dialect, String, TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
FOREVER = 253_402_300_799_000
"""What `Until` stores for "no end": the last second of the year 9999."""


def to_milliseconds(moment: datetime) -> int:
    """Return an aware moment as whole milliseconds since 1970."""
    return (moment - _EPOCH) // _MILLISECOND


def from_milliseconds(value: int) -> datetime:
    """Return the aware UTC moment `value` milliseconds after 1970."""
    return _EPOCH + timedelta(milliseconds=value)


class Instant(TypeDecorator[datetime]):
    """An aware UTC moment, stored as milliseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Return what is stored for `value`."""
        return None if value is None else to_milliseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Return the moment that was stored."""
        return None if value is None else from_milliseconds(value)


class Until(TypeDecorator[datetime]):
    """A moment at which something ends; "never" is a moment far away, so that a comparison needs no NULL."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int:
        """Return what is stored for `value`."""
        return FOREVER if value is None else to_milliseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Return the moment that was stored, or None for "never"."""
        return None if value is None or value >= FOREVER else from_milliseconds(value)


class Length(TypeDecorator[timedelta]):
    """A length of time, stored as milliseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        """Return what is stored for `value`."""
        return None if value is None else value // _MILLISECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        """Return the length that was stored."""
        return None if value is None else timedelta(milliseconds=value)


class Word(TypeDecorator[StrEnum]):
    """A member of one enum of words, stored as the word; an empty column is None."""

    impl = String
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        """Take the enum whose members the column holds."""
        super().__init__(20)
        self.words = words

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:
        """Return what is stored for `value`."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        """Return the member that was stored."""
        return None if value is None else self.words(value)
