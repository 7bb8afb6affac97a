"""Goes through the table against one portal, one case after the other, and leaves nothing behind."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from portal_backend.conformance.case import Case, Origin, Verdict, Who, judge
from portal_backend.conformance.client import Client, Unreachable
from portal_backend.conformance.situations import prepare, release
from portal_backend.conformance.stage import NotTried, Situation, Stage, Wanted


@dataclass(frozen=True)
class Outcome:
    """What came out of one case; `found` says what differs, or why it was not tried."""

    case: Case
    verdict: Verdict
    found: str = ""

    @property
    def fails(self) -> bool:
        """Whether a field's portal must not answer so."""
        missing = self.verdict is Verdict.UNSUPPORTED and self.case.origin is Origin.FIELD
        return missing or self.verdict is Verdict.DIFFERS


@dataclass
class Findings:
    """All outcomes, and what could not be cleaned up."""

    portal: str
    outcomes: list[Outcome] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)
    stopped: bool = False

    def count(self, verdict: Verdict) -> int:
        """Return how many cases came out so."""
        return sum(outcome.verdict is verdict for outcome in self.outcomes)

    @property
    def failed(self) -> bool:
        """Whether any case of the field does not hold."""
        return any(outcome.fails for outcome in self.outcomes)


def run(client: Client, wanted: Wanted, cases: Iterable[Case], stop: Callable[[], bool] = lambda: False) -> Findings:
    """Return what became of each case; raises CannotRun. Told to `stop`, it ends early; it always cleans up."""
    stage, findings = Stage(client, wanted, stop), Findings(client.base)
    try:
        stage.look_around()
        for case in cases:
            if stop():
                break
            findings.outcomes.append(try_case(stage, case))
    except KeyboardInterrupt:
        findings.stopped = True
    finally:
        findings.stopped |= stop()
        findings.left_behind = stage.clean_up()
    return findings


def try_case(stage: Stage, case: Case) -> Outcome:
    """Return what came out of one case."""
    situation: Situation | None = None
    try:
        situation = _prepared(stage, case)
        return _asked(stage, case, situation)
    except NotTried as reason:
        return Outcome(case, Verdict.NOT_TRIED, str(reason))
    except Unreachable as fault:
        return Outcome(case, Verdict.DIFFERS, stage.client.hidden(str(fault)))
    finally:
        if situation is not None:
            release(stage, case, situation)


def _prepared(stage: Stage, case: Case) -> Situation:
    try:
        return prepare(stage, case)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NotTried("an answer on the way to it has another shape than the contract's") from None


def _asked(stage: Stage, case: Case, situation: Situation) -> Outcome:
    answer = stage.client.send(
        case.ask, situation.facts, browser=situation.browser, bearer=situation.bearer, about=case.id
    )
    made = stage.note_page(answer) if _is_entrance(case) else stage.note(answer)
    verdict, problem = judge(case, answer, situation.facts)
    if made is not None and made != situation.facts.get("session"):
        stage.end(made)
    return Outcome(case, verdict, stage.client.hidden(problem))


def _is_entrance(case: Case) -> bool:
    """Whether a browser may come out of the request with a session."""
    return case.ask.path.startswith("/workshops/environment/") and case.ask.who in (Who.BROWSER, Who.STRANGER)
