"""Words as values: written in English where they are decided, told in the visitor's language where they are shown.

`say("Ready at once")` gives text like any other, in English, which remembers its message. Only what shows it, a page,
asks for it in a language; whatever decides the words knows of none. Values stand in braces, by name:
`say("Start “{title}” again", title=title)`, `counted("{n} seat free", "{n} seats free", seats)`. A value may itself be
something said, a whole number, or a length of time.

Cutting, joining or changing the case of such text makes it plain English: say the whole sentence instead.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Protocol, Self

Unit = Literal["day", "hour", "minute", "second"]
Part = Literal["time", "day"]


class Speaker(Protocol):
    """A language: what it makes of a message, of a number, and of time."""

    def message(self, message: str) -> str:
        """Return what stands for `message`, its values still in braces."""

    def plural(self, one: str, many: str, number: int) -> str:
        """Return what stands for a message about `number` things."""

    def number(self, number: int) -> str:
        """Return a whole number as it is written."""

    def length(self, number: int, unit: Unit) -> str:
        """Return a length of time, `2 hours`."""

    def moment(self, moment: datetime, part: Part) -> str:
        """Return the time of day or the day of a moment."""

    def inset(self, text: str) -> str:
        """Return text of somebody else's as it stands within a sentence."""


class Said(str):
    """Text in English that can be told in any language."""

    def told(self, speaker: Speaker) -> str:
        """Return it as `speaker` says it."""
        raise NotImplementedError


class Message(Said):
    """A sentence, with what stands in its braces."""

    text: str
    values: Mapping[str, Any]

    def __new__(cls, text: str, values: Mapping[str, Any]) -> Self:
        made = super().__new__(cls, _filled(text, values))
        made.text, made.values = text, values
        return made

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.text, self.values

    def about(self, **values: Any) -> "Message":
        """Return the same message with values in its braces."""
        return Message(self.text, values)

    def told(self, speaker: Speaker) -> str:
        return _filled(speaker.message(self.text), _inside(self.values, speaker))


class Counted(Said):
    """A sentence about a number of things, which stands in it as `{n}`."""

    forms: tuple[str, str]
    values: Mapping[str, Any]

    def __new__(cls, one: str, many: str, values: Mapping[str, Any]) -> Self:
        made = super().__new__(cls, _filled(one if values["n"] == 1 else many, values))
        made.forms, made.values = (one, many), values
        return made

    def __getnewargs__(self) -> tuple[Any, ...]:
        return *self.forms, self.values

    def told(self, speaker: Speaker) -> str:
        pattern = speaker.plural(*self.forms, self.values["n"])
        return _filled(pattern, _inside(self.values, speaker))


class Length(Said):
    """A number of days, hours, minutes or seconds."""

    number: int
    unit: Unit

    def __new__(cls, number: int, unit: Unit) -> Self:
        made = super().__new__(cls, f"{number} {unit}" if number == 1 else f"{number} {unit}s")
        made.number, made.unit = number, unit
        return made

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.number, self.unit

    def told(self, speaker: Speaker) -> str:
        return speaker.length(self.number, self.unit)


class Moment(Said):
    """The time of day of a moment in UTC, or its day."""

    at: datetime
    part: Part

    def __new__(cls, at: datetime, part: Part) -> Self:
        made = super().__new__(cls, f"{at:%H:%M} UTC" if part == "time" else f"{at.day} {at:%B}")
        made.at, made.part = at, part
        return made

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.at, self.part

    def told(self, speaker: Speaker) -> str:
        return speaker.moment(self.at, self.part)


def say(message: str, /, **values: Any) -> Message:
    """Return a message with its values, in English until it is told."""
    return Message(message, values)


def counted(one: str, many: str, n: int, /, **values: Any) -> Counted:
    """Return a message about `n` things, in English until it is told."""
    return Counted(one, many, {"n": n, **values})


def told(value: Any, speaker: Speaker) -> Any:
    """Return what was said as `speaker` says it; anything else as it is."""
    return value.told(speaker) if isinstance(value, Said) else value


def _filled(pattern: str, values: Mapping[str, Any]) -> str:
    """Return the pattern with its values; one without values keeps its braces, for a script to fill."""
    return pattern.format_map(values) if values else pattern


def _inside(values: Mapping[str, Any], speaker: Speaker) -> dict[str, str]:
    return {name: _inset(value, speaker) for name, value in values.items()}


def _inset(value: Any, speaker: Speaker) -> str:
    if isinstance(value, Said):
        return value.told(speaker)
    return speaker.number(value) if isinstance(value, int) else speaker.inset(str(value))
