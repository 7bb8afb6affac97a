"""The whole contract: every case of every section, in the order they are tried."""

from portal_backend.conformance.case import Case
from portal_backend.conformance.table import arriving, browsing, catalog, oauth, requesting, session

CASES: tuple[Case, ...] = (
    *oauth.CASES,
    *catalog.CASES,
    *requesting.CASES,
    *session.CASES,
    *browsing.CASES,
    *arriving.CASES,
)
