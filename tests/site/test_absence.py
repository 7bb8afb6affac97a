"""What people are told about a workshop nobody lists depends on whether every portal has ever answered."""

import pytest
from offered import known

from frontend.site.notifications import why_absent
from frontend.site.offers import Known
from portal_backend.contract.wire import Notification

NEVER_REACHED = Known("other", None, stale=True)


@pytest.mark.parametrize(
    ("portals", "told"),
    [
        ([], Notification.WORKSHOP_INVALID),
        ([known()], Notification.WORKSHOP_INVALID),
        ([known(stale=True)], Notification.WORKSHOP_INVALID),
        ([NEVER_REACHED], Notification.SESSION_UNAVAILABLE),
        ([known(), NEVER_REACHED], Notification.SESSION_UNAVAILABLE),
    ],
    ids=["no portal", "answered", "answered once", "never reached", "one of two never reached"],
)
def test_a_portal_never_reached_may_well_offer_it(portals: list[Known], told: Notification) -> None:
    assert why_absent(portals) is told
