"""How each `Given` comes about. A situation that some portal cannot offer raises NotTried with the reason."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from portal_backend.conformance import limits
from portal_backend.conformance.case import Answer, Case, Fields, Given, Who
from portal_backend.conformance.client import REDIRECTS
from portal_backend.conformance.stage import NotTried, Situation, Stage, room
from portal_backend.contract import wire

SHARED = frozenset({Given.RUNNING, Given.TERMINATED, Given.DELETED, Given.LAPSED, Given.EXPIRED, Given.VISITOR_GONE})
SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
_FEW = 4
_MOST_PROBED = 60
_LONGEST_EXPIRY_SECONDS = 60
_LAPSED_WITHIN_SECONDS = 4
_EVERY_SECONDS = 0.1
Make = Callable[[Stage, Fields], Situation]


def prepare(stage: Stage, case: Case) -> Situation:
    """Return what a case needs; what changes nothing is made once. Raises NotTried."""
    unmet = case.needs - stage.fulfilled
    if unmet:
        raise NotTried("needs " + " and ".join(sorted(unmet)))
    if case.given in SHARED and not case.asking:
        if case.given not in stage.shared:
            stage.shared[case.given] = _MAKE[case.given](stage, {})
        return stage.shared[case.given]
    return _MAKE[case.given](stage, case.asking)


def release(stage: Stage, case: Case, situation: Situation) -> None:
    """Give back the seat a case took for itself."""
    for name in (situation.facts.get("session"), *situation.facts.get("others", "").split()):
        if name and not (case.given in SHARED and not case.asking) and case.given is not Given.SPARE:
            stage.end(name)


def _roomy(stage: Stage, **least: int) -> Mapping[str, Any]:
    stage.refresh()
    wanted = [each for each in stage.environments() if room(each) > 0]
    for each in wanted:
        if all(int(each.get(name, 0)) >= number for name, number in least.items()):
            return each
    raise NotTried("needs an environment with room" + "".join(f" and {name} ≥ {least[name]}" for name in least))


def _nothing(stage: Stage, _asking: Fields) -> Situation:
    return Situation(stage.facts)


def _tokens(stage: Stage, _asking: Fields) -> Situation:
    pair = stage.log_in()
    return Situation(stage.facts | pair, bearer=pair["access"])


def _renewed(stage: Stage, _asking: Fields) -> Situation:
    situation = _tokens(stage, {})
    form = {"grant_type": "refresh_token", "refresh_token": "{refresh}"}
    stage.ask("POST", wire.TOKEN, who=Who.CLIENT, form=form, facts=situation.facts)
    return situation


def _revoked(which: str) -> Make:
    def make(stage: Stage, _asking: Fields) -> Situation:
        situation = _tokens(stage, {})
        stage.ask("POST", wire.REVOKE_TOKEN, who=Who.CLIENT, form={"token": f"{{{which}}}"}, facts=situation.facts)
        return situation

    return make


def _label(fits: Callable[[str, str], bool], given: Given) -> Make:
    def make(stage: Stage, _asking: Fields) -> Situation:
        for each in stage.environments():
            for key, text in (each.get("workshop") or {}).get("labels", {}).items():
                if fits(key, text):
                    return Situation(stage.facts | stage.named(each) | {"label": key, "value": text}, environment=each)
        raise NotTried(f"needs {given}")

    return make


def _portal_label(stage: Stage, _asking: Fields) -> Situation:
    taken = {key for each in stage.environments() for key in each["workshop"].get("labels", {})}
    for key, text in stage.catalog["portal"].get("labels", {}).items():
        if key not in taken:
            return Situation(stage.facts | {"label": key, "value": text})
    raise NotTried(f"needs {Given.PORTAL_LABEL}")


def _with_room(stage: Stage, _asking: Fields) -> Situation:
    if not stage.wanted.sessions:
        raise NotTried("it makes sessions, and --read-only was given")
    environment = _roomy(stage)
    return Situation(stage.facts | stage.named(environment), environment=environment)


def _pending(stage: Stage, asking: Fields) -> Situation:
    return stage.request(_roomy(stage), **asking)


def activate(stage: Stage, situation: Situation) -> Situation:
    """Return the situation after a browser of its own has activated the session; raises NotTried."""
    browser = stage.client.browser()
    path, query = (
        wire.session_path(situation.facts["session"], "activate"),
        {"token": "{token}", "index_url": "{index}"},
    )
    answer = stage.ask("GET", path, query=query, who=Who.BROWSER, facts=situation.facts, browser=browser)
    if answer.status not in REDIRECTS:
        raise NotTried(f"the session could not be activated: {answer.status}")
    return Situation(situation.facts, browser, situation.bearer, situation.environment)


def _open(stage: Stage, asking: Fields) -> Situation:
    return activate(stage, _pending(stage, asking))


def _neighbour(stage: Stage, asking: Fields) -> Situation:
    mine, other = _open(stage, asking), _open(stage, asking)
    facts = {**mine.facts, "others": other.facts["session"]}
    return Situation(facts | _home(stage, mine), other.browser, environment=mine.environment)


def _home(stage: Stage, situation: Situation) -> dict[str, str]:
    """Return where the session is worked in; its own OAuth2 client takes browsers back there."""
    answer = stage.ask("GET", wire.session_path(situation.facts["session"], "config"), facts={})
    url = answer.body.get("url") if isinstance(answer.body, dict) else None
    return {"home": url.rstrip("/") if isinstance(url, str) else "unknown"}


def _running(stage: Stage, asking: Fields) -> Situation:
    situation = _open(stage, asking)
    return situation.knowing(**_home(stage, situation))


def _terminated(stage: Stage, asking: Fields) -> Situation:
    situation = _open(stage, asking)
    stage.end(situation.facts["session"])
    return situation


def _delete(stage: Stage, situation: Situation) -> Answer:
    path = wire.session_path(situation.facts["session"], "delete")
    return stage.ask("GET", path, who=Who.BROWSER, headers=SAME_SITE, facts=situation.facts, browser=situation.browser)


def _deleted(stage: Stage, asking: Fields) -> Situation:
    situation = _open(stage, asking)
    _delete(stage, situation)
    return situation


def _wait(stage: Stage, name: str, seconds: float) -> None:
    """Wait until a session is gone, or says that no time is left, for `seconds` at most."""
    due = time.monotonic() + seconds
    while time.monotonic() < due and not stage.stop():
        answer = stage.ask("GET", wire.session_path(name, "schedule"), facts={})
        if answer.status != 200 or not isinstance(answer.body, dict) or answer.body.get("countdown") == 0:
            return
        time.sleep(_EVERY_SECONDS)


def _lapsed(stage: Stage, asking: Fields) -> Situation:
    situation = stage.request(_roomy(stage), **({"timeout": "1"} | dict(asking)))
    _wait(stage, situation.facts["session"], _LAPSED_WITHIN_SECONDS)
    # A countdown of 0 is the last second; it is over only after that.
    time.sleep(1)
    return situation


def _expired(stage: Stage, asking: Fields) -> Situation:
    stage.refresh()
    for each in stage.environments():
        if 0 < int(each.get("duration", 0)) <= _LONGEST_EXPIRY_SECONDS and room(each) > 0:
            situation = activate(stage, stage.request(each, **asking))
            _wait(stage, situation.facts["session"], int(each["duration"]) + 2)
            time.sleep(1)
            return situation
    raise NotTried(f"needs {Given.EXPIRED}")


def _extendable(stage: Stage, asking: Fields) -> Situation:
    stage.refresh()
    for each in stage.environments():
        if _LONGEST_EXPIRY_SECONDS < int(each.get("duration", 0)) <= 300 and room(each) > 0:
            situation = activate(stage, stage.request(each, **asking))
            answer = stage.ask("GET", wire.session_path(situation.facts["session"], "schedule"), facts={})
            if isinstance(answer.body, dict) and answer.body.get("extendable") is True:
                return situation.knowing(expires=str(answer.body["expires"]))
            stage.end(situation.facts["session"])
    raise NotTried(f"needs {Given.EXTENDABLE}")


def _extended(stage: Stage, asking: Fields) -> Situation:
    situation = _extendable(stage, asking)
    for _ in range(_FEW):
        answer = stage.ask("GET", wire.session_path(situation.facts["session"], "extend"), facts={})
        if isinstance(answer.body, dict) and answer.body.get("extendable") is False:
            return situation.knowing(expires=str(answer.body["expires"]))
    stage.end(situation.facts["session"])
    raise NotTried(f"needs {Given.EXTENDED}")


def _endless(stage: Stage, asking: Fields) -> Situation:
    stage.refresh()
    for each in stage.environments():
        if each.get("duration") == 0 and room(each) > 0:
            return activate(stage, stage.request(each, **asking))
    raise NotTried(f"needs {Given.ENDLESS}")


def _spare(stage: Stage, _asking: Fields) -> Situation:
    """Find a spare by the names sessions have; the catalog lists only those somebody owns."""
    stage.refresh()
    for each in (each for each in stage.environments() if int(each.get("available", 0)) > 0):
        for number in range(1, _MOST_PROBED):
            name = f"{each['name']}-s{number:03}"
            answer = stage.ask("GET", wire.session_path(name, "schedule"), facts={})
            if answer.status == 200 and isinstance(answer.body, dict) and answer.body.get("started") is None:
                return Situation(stage.facts | stage.named(each) | {"session": name}, environment=each)
    raise NotTried(f"needs {Given.SPARE}")


def _in_state(state: wire.EnvironmentState, given: Given) -> Make:
    def make(stage: Stage, _asking: Fields) -> Situation:
        stage.refresh()
        for each in stage.environments(state):
            return Situation(stage.facts | stage.named(each), environment=each)
        raise NotTried(f"needs {given}")

    return make


def _visitor(stage: Stage, asking: Fields) -> Situation:
    if not stage.wanted.sessions:
        raise NotTried("it makes sessions, and --read-only was given")
    environment, browser = _roomy(stage), stage.client.browser()
    facts = stage.facts | stage.named(environment) | {"index": f"{stage.client.base}{wire.CATALOG_PAGE}?labs=1"}
    path = wire.environment_path(facts["environment"], "create")
    query = {"index_url": asking.get("index_url", "{index}")}
    answer = stage.ask("GET", path, query=query, who=Who.BROWSER, follow=True, facts=facts, browser=browser)
    name = stage.note_page(answer)
    if answer.status != 200 or name is None:
        raise NotTried(f"a create link led to no session: {answer.status}")
    return Situation(facts | {"session": name}, browser, environment=environment)


def _visitor_gone(stage: Stage, asking: Fields) -> Situation:
    situation = _visitor(stage, asking)
    _delete(stage, situation)
    return situation


_STATE = wire.EnvironmentState
_MAKE: dict[Given, Make] = {
    Given.NOTHING: _nothing,
    Given.TOKENS: _tokens,
    Given.RENEWED: _renewed,
    Given.ACCESS_REVOKED: _revoked("access"),
    Given.REFRESH_REVOKED: _revoked("refresh"),
    Given.LABEL: _label(lambda key, text: bool(text), Given.LABEL),
    Given.LABEL_WITH_SPACE: _label(lambda key, text: " " in text, Given.LABEL_WITH_SPACE),
    Given.LABEL_WITH_SIGN: _label(lambda key, text: "=" in text, Given.LABEL_WITH_SIGN),
    Given.PORTAL_LABEL: _portal_label,
    Given.ROOM: _with_room,
    Given.PENDING: _pending,
    Given.OPEN: _open,
    Given.RUNNING: _running,
    Given.NEIGHBOUR: _neighbour,
    Given.TERMINATED: _terminated,
    Given.DELETED: _deleted,
    Given.LAPSED: _lapsed,
    Given.EXPIRED: _expired,
    Given.EXTENDABLE: _extendable,
    Given.EXTENDED: _extended,
    Given.ENDLESS: _endless,
    Given.SPARE: _spare,
    Given.FULL: limits.full,
    Given.USER_LIMIT: limits.user_limit,
    Given.PORTAL_FULL: limits.portal_full,
    Given.STOPPING: _in_state(_STATE.STOPPING, Given.STOPPING),
    Given.STOPPED: _in_state(_STATE.STOPPED, Given.STOPPED),
    Given.VISITOR: _visitor,
    Given.VISITOR_GONE: _visitor_gone,
}
