"""The bundled portal holds every case of the table, over real sockets, in whichever set-up the case is about."""

from collections.abc import Callable

import pytest

from portal_backend.conformance.case import Case, Given, Need, Verdict
from portal_backend.conformance.running import try_case
from portal_backend.conformance.stage import Stage
from portal_backend.conformance.table.whole import CASES


def set_up_for(case: Case) -> str:
    """Return the name of the portal a case is about."""
    by_need = {Need.PUBLIC: "public", Need.INDEX: "public", Need.CLOSED: "closed", Need.CODE: "event"}
    by_given = dict.fromkeys((Given.USER_LIMIT, Given.PORTAL_FULL), "closed")
    by_given |= dict.fromkeys((Given.STOPPING, Given.STOPPED), "changing")
    return next((by_need[need] for need in case.needs if need in by_need), by_given.get(case.given, "open"))


@pytest.mark.whole
@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in sorted(CASES, key=set_up_for)])
def test_the_bundled_portal_holds(case: Case, stage_of: Callable[[str], Stage]) -> None:
    outcome = try_case(stage_of(set_up_for(case)), case)
    assert outcome.verdict is Verdict.HOLDS, f"expected {case.expect.words()}, found {outcome.found}"


def test_each_case_has_a_name_of_its_own() -> None:
    assert len({case.id for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_each_case_says_what_it_is_about(case: Case) -> None:
    assert case.says[0].isupper() or case.says.split()[0].partition("=")[0] in case.ask.path + str(case.ask.query)
    assert not case.says.endswith(".") and len(case.says.split()) > 2
    assert case.expect.statuses, "what the contract says has a status"
