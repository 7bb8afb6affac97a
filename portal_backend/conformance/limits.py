"""Fills what is nearly full with sessions of the kit's own, so that the next request must be refused."""

from collections.abc import Mapping
from typing import Any

from portal_backend.conformance.case import Fields, Given
from portal_backend.conformance.stage import NotTried, Situation, Stage, room

_FEW = 4
_BRIEF_SECONDS = range(1, 30)


def full(stage: Stage, asking: Fields) -> Situation:
    """Take the last seats of an environment."""
    stage.refresh()
    for each in stage.environments():
        if 0 < room(each) <= 2 and int(each.get("duration", 0)) not in _BRIEF_SECONDS:
            held = [stage.request(each, **asking) for _ in range(room(each))]
            return _holding(stage, held)
    raise NotTried(f"needs {Given.FULL}")


def user_limit(stage: Stage, asking: Fields) -> Situation:
    """Take as many sessions for one user as a user may have."""
    stage.refresh()
    limit = int(stage.catalog["portal"]["sessions"].get("anonymous", 0))
    roomy = [each for each in stage.environments() if room(each) > 0]
    if not 0 < limit <= _FEW or len(roomy) <= limit:
        raise NotTried(f"needs {Given.USER_LIMIT}")
    user = stage.new_user()
    held: list[Situation] = []
    for each in roomy[:limit]:
        held.append(stage.request(each, held[0].facts["user"] if held else user, **asking))
    return _holding(stage, held).knowing(**stage.named(roomy[limit]))


def portal_full(stage: Stage, asking: Fields) -> Situation:
    """Take the last sessions of the portal."""
    stage.refresh()
    numbers = stage.catalog["portal"]["sessions"]
    left = int(numbers.get("maximum", 0)) - int(numbers.get("allocated", 0))
    if not 0 < left <= _FEW:
        raise NotTried(f"needs {Given.PORTAL_FULL}")
    held = [stage.request(_most_room(stage), **asking) for _ in range(left)]
    return _holding(stage, held).knowing(**stage.named(_most_room(stage)))


def _most_room(stage: Stage) -> Mapping[str, Any]:
    stage.refresh()
    found = max(stage.environments(), key=room, default=None)
    if found is None:
        raise NotTried(f"needs {Given.ROOM}")
    return found


def _holding(stage: Stage, held: list[Situation]) -> Situation:
    """Return the first of several sessions, which stands for all of them."""
    return held[0].knowing(others=" ".join(each.facts["session"] for each in held[1:]), newcomer=stage.new_user())
