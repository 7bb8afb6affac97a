"""Why a session could not be had: what went wrong and when to try again, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from portal_backend.contract.words import counted, say


class Trouble(StrEnum):
    """What stood in the way, from what a visitor can best wait for to what only the owner can mend."""

    FULL = "full"
    BUSY = "busy"
    SILENT = "silent"
    BROKEN = "broken"


_WHAT = {
    Trouble.FULL: say("Every seat is taken at the moment."),
    Trouble.BUSY: say("Too many people are asking at once."),
    Trouble.SILENT: say("The portal that runs this workshop does not answer."),
    Trouble.BROKEN: say(
        "The portal that runs this workshop does not take this site's requests. Its owner has been told."
    ),
}
_RANK = {trouble: rank for rank, trouble in enumerate(Trouble)}
_USUAL_SECONDS = {Trouble.FULL: 120, Trouble.BUSY: 10, Trouble.SILENT: 30, Trouble.BROKEN: 900}
_LONGEST_SECONDS = 3600


@dataclass(frozen=True)
class Setback:
    """One thing that stood in the way; `retry_after` is in seconds, 0 when nothing is known of it."""

    trouble: Trouble
    retry_after: int = 0

    @property
    def what(self) -> str:
        """Say what is wrong."""
        return _WHAT[self.trouble]

    @property
    def when(self) -> str:
        """Say when to try again."""
        seconds = min(self.retry_after or _USUAL_SECONDS[self.trouble], _LONGEST_SECONDS)
        if seconds == 1:
            return say("Try again now.")
        if seconds < 60:
            return counted("Try again in {n} second.", "Try again in {n} seconds.", seconds)
        if seconds == 60:
            return say("Try again in a minute.")
        return counted("Try again in {n} minute.", "Try again in {n} minutes.", -(-seconds // 60))

    def __str__(self) -> str:
        """Return the form that `read` understands."""
        return f"{self.trouble.value} {self.retry_after}"


def read(text: str) -> Setback | None:
    """Return the setback whose form `text` is, or None."""
    word, _, seconds = text.partition(" ")
    if word not in list(Trouble) or not (seconds.isascii() and seconds.isdigit() and len(seconds) < 7):
        return None
    return Setback(Trouble(word), int(seconds))


def foremost(setbacks: Iterable[Setback]) -> Setback | None:
    """Return the one to tell of: what can best be waited for, and of those the shortest wait."""
    return min(setbacks, key=lambda item: (_RANK[item.trouble], item.retry_after), default=None)
