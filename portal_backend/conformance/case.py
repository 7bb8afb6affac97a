"""The words the table is written in: a case is a sentence of the contract, one request, and what must be answered.

A case with `allowed` is one of ours: the contract differs on purpose from what the field's portals answer, and
`allowed` is what they may answer instead. A case without is how every portal behaves.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from typing import Any

Facts = Mapping[str, str]
Fields = Mapping[str, str]


class Origin(StrEnum):
    """Whose behaviour a case describes."""

    FIELD = "field"
    OURS = "ours"


class Verdict(StrEnum):
    """What came out of a case."""

    HOLDS = "holds"
    DIFFERS = "differs"
    ALLOWED = "differs (allowed)"
    UNSUPPORTED = "not supported"
    NOT_TRIED = "not tried"


class Who(Enum):
    """In whose name a request is sent."""

    NOBODY = auto()
    ROBOT = auto()
    ADMIN = auto()
    CLIENT = auto()  # HTTP Basic with the robot's OAuth2 client
    UNKNOWN = auto()  # a bearer token nobody gave out
    BEARER = auto()  # the access token of the situation
    BROWSER = auto()  # the situation's browser, cookies included
    STRANGER = auto()  # a browser that has never been here


class Given(StrEnum):
    """What must be so before the request is sent; the words end the sentence "needs …"."""

    NOTHING = "nothing"
    TOKENS = "a fresh pair of tokens"
    RENEWED = "a pair of tokens that was renewed"
    ACCESS_REVOKED = "a pair whose access token was revoked"
    REFRESH_REVOKED = "a pair whose refresh token was revoked"
    LABEL = "a workshop with labels"
    LABEL_WITH_SPACE = "a workshop with a label that holds a space"
    LABEL_WITH_SIGN = "a workshop with a label that holds an equals sign"
    PORTAL_LABEL = "a portal label that no workshop has"
    ROOM = "an environment with room"
    PENDING = "a session not activated yet"
    OPEN = "an activated session"
    RUNNING = "an activated session, shared by the cases that change nothing"
    NEIGHBOUR = "a browser that opened another session than the one asked about"
    TERMINATED = "a session the robot ended"
    DELETED = "a session its owner ended"
    LAPSED = "a session whose activation window went by"
    EXPIRED = "an environment whose sessions last a minute at most"
    EXTENDABLE = "an environment whose sessions may be extended at once"
    EXTENDED = "an environment whose sessions can be extended up to their deadline at once"
    ENDLESS = "an environment whose sessions never expire"
    SPARE = "an environment with a spare session"
    FULL = "an environment with one or two seats left"
    USER_LIMIT = "a portal where a user may have few sessions"
    PORTAL_FULL = "a portal with few sessions in all"
    STOPPING = "an environment that is stopping"
    STOPPED = "an environment that has stopped"
    VISITOR = "a browser that opened a session by a create link"
    VISITOR_GONE = "a browser that ended the session it opened by a create link"


class Need(StrEnum):
    """How the portal must be set up for a case to mean anything."""

    PUBLIC = "a public catalog"
    PRIVATE = "a catalog that is not public"
    ANONYMOUS = "anonymous registration"
    CLOSED = "registration that is not anonymous"
    CODE = "an event access code"
    INDEX = "an index of the portal's own"
    ADMIN = "the administrator's credentials"


@dataclass(frozen=True)
class Ask:
    """One request. `{names}` in path, query, form and headers are filled in from the situation."""

    method: str
    path: str
    query: Fields | str = ""
    who: Who = Who.ROBOT
    form: Fields | None = None
    json: Any = None
    body: bytes | None = None
    headers: Fields = field(default_factory=dict)
    follow: bool = False  # redirects within the portal, until one leaves it or carries a notification


@dataclass(frozen=True)
class Answer:
    """What came back; `location` is absolute, `body` the JSON value or None."""

    status: int
    headers: Mapping[str, str]
    text: str
    body: Any = None
    location: str = ""
    url: str = ""
    base: str = ""


@dataclass(frozen=True)
class Check:
    """One thing to look at: what it should be, and a look that returns what was found instead, or None."""

    says: str
    look: Callable[[Answer, Facts], str | None]


@dataclass(frozen=True)
class Expect:
    """The statuses an answer may have and all it must fulfil beside."""

    statuses: tuple[int, ...]
    checks: tuple[Check, ...] = ()

    def words(self) -> str:
        """Return what is expected, for a person."""
        status = " or ".join(str(each) for each in self.statuses) or "any status"
        return ", ".join((status, *(check.says for check in self.checks)))

    def problem(self, answer: Answer, facts: Facts) -> str | None:
        """Return what the answer has that it should not have, or None when it fits."""
        if self.statuses and answer.status not in self.statuses:
            return found(answer)
        wrong = [problem for check in self.checks if (problem := check.look(answer, facts)) is not None]
        return f"{answer.status}, {'; '.join(wrong)}" if wrong else None


def found(answer: Answer) -> str:
    """Return an answer in a few words."""
    text = " ".join(answer.text.split())
    shown = "an HTML page" if text.lower().startswith(("<!doctype", "<html")) else text[:160] or "an empty body"
    return ", ".join((str(answer.status), f"to {answer.location}" if answer.location else shown))


ANYTHING = Expect(())


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    section: str
    name: str
    says: str
    ask: Ask
    expect: Expect
    allowed: Expect | None = None
    given: Given = Given.NOTHING
    needs: frozenset[Need] = frozenset()
    asking: Fields = field(default_factory=dict)  # what the session of the situation is requested with

    @property
    def id(self) -> str:
        """Return `section/name`."""
        return f"{self.section}/{self.name}"

    @property
    def origin(self) -> Origin:
        """Return whose behaviour this is."""
        return Origin.FIELD if self.allowed is None else Origin.OURS


@dataclass(frozen=True)
class Section:
    """Makes the cases of one section of the table; `given` is what holds for most of them."""

    name: str
    given: Given = Given.NOTHING

    def __call__(
        self,
        name: str,
        says: str,
        ask: Ask,
        expect: Expect,
        allowed: Expect | None = None,
        given: Given | None = None,
        needs: Iterable[Need] = (),
        asking: Fields | None = None,
    ) -> Case:
        """Return one case."""
        wanted = self.given if given is None else given
        return Case(self.name, name, says, ask, expect, allowed, wanted, frozenset(needs), asking or {})


def judge(case: Case, answer: Answer, facts: Facts) -> tuple[Verdict, str]:
    """Return the verdict on an answer, and what was found where it is not what the contract says."""
    problem = case.expect.problem(answer, facts)
    if problem is None:
        return Verdict.HOLDS, ""
    if case.allowed is not None and case.allowed.problem(answer, facts) is None:
        return Verdict.ALLOWED, problem
    missing = answer.status in (404, 405, 501) and case.expect.statuses and max(case.expect.statuses) < 400
    return Verdict.UNSUPPORTED if missing else Verdict.DIFFERS, problem
