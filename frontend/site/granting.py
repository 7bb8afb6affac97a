"""What an owner asks of a signed link, read and checked: until when it works, and which values it pins."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from frontend.site.model import Parameter
from portal_backend.contract.problems import nearest

LONGEST = timedelta(days=366)
_SPAN = re.compile(r"(?:(\d{1,3})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m)?")
_LONGEST_VALUE = 500


class NotGranted(ValueError):
    """No such link is made; the text says why, and what to do."""


def end_of(expires: str, lasting: str, now: datetime) -> datetime:
    """Return when a link ends: at the moment `expires`, or `lasting` from now; raises NotGranted.

    A moment without a zone is UTC; a length is days, hours and minutes, such as 8h or 1d12h.
    """
    if bool(expires) == bool(lasting):
        raise NotGranted("say until when it works: --expires 2026-12-01T18:00Z, or --for 8h")
    ends = _moment(expires) if expires else now + _span(lasting)
    if ends <= now:
        raise NotGranted(f"{expires or lasting} is over already; name a later time")
    if ends > now + LONGEST:
        raise NotGranted(f"a link works for {LONGEST.days} days at most; name an earlier time")
    return ends.replace(microsecond=0)


def pinned_of(words: Iterable[str], asked: Iterable[Parameter], declared: Collection[str] | None) -> Mapping[str, str]:
    """Return the values in `words`, each `name=value`; raises NotGranted with all that is wrong, one a line.

    `declared` are the parameters of the Workshop, None where it is not at hand; `asked` those of `site.yaml`, whose
    choices hold.
    """
    choices = {each.name: each.choices for each in asked}
    pinned: dict[str, str] = {}
    problems = []
    for word in words:
        name, sign, value = word.partition("=")
        problem = _problem(name, sign, value, pinned, declared) or _not_chosen(name, value, choices)
        problems += [problem] if problem else []
        pinned[name] = value
    if problems:
        raise NotGranted("\n".join(problems))
    return pinned


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise NotGranted(f"{text} is no time; write it as 2026-12-01T18:00Z or 2026-12-01T18:00+01:00") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _span(text: str) -> timedelta:
    match = _SPAN.fullmatch(text.strip())
    if match is None or not text.strip():
        raise NotGranted(f"{text} is no length of time; write it as 45m, 8h or 2d")
    days, hours, minutes = (int(number or 0) for number in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def _problem(name: str, sign: str, value: str, before: Mapping[str, str], declared: Collection[str] | None) -> str:
    if not sign or not name:
        return f"--set {name} gives no value; write it as --set name=value"
    if name in before:
        return f"--set gives {name} twice"
    if len(value) > _LONGEST_VALUE or not value.isprintable():
        return f"the value of {name} is longer than {_LONGEST_VALUE} characters or has signs that cannot be printed"
    if declared is not None and name not in declared:
        return f"the Workshop has no parameter {name}{_instead(name, declared)}"
    return ""


def _instead(name: str, declared: Collection[str]) -> str:
    meant = nearest(name, declared)
    if meant:
        return f"; did you mean {meant}?"
    return f"; it declares {', '.join(sorted(declared))}" if declared else "; it declares none"


def _not_chosen(name: str, value: str, choices: Mapping[str, Collection[str]]) -> str:
    offered = choices.get(name)
    if not offered or value in offered:
        return ""
    return f"{value} is not one of the choices of {name}: {', '.join(offered)}"
