"""What a browser is answered that activates a session, looks at its page, and ends it."""

from portal_backend.conformance.case import ANYTHING, Ask, Case, Expect, Fields, Given, Need, Section, Who
from portal_backend.conformance.checks import (
    PAGE,
    SEE_OTHER,
    answers,
    back_to,
    goes_to,
    header,
    notified,
    of_shape,
    sent,
    sent_off,
)
from portal_backend.contract.wire import Notification

_case = Section("browser", Given.RUNNING)
_PAGE = "/workshops/session/{session}/"
_SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
_TOKEN = {"token": "{token}", "index_url": "{index}"}


def _get(path: str, query: Fields | str = "", who: Who = Who.BROWSER, **headers: str) -> Ask:
    lines = {name.replace("_", "-"): text for name, text in headers.items()}
    return Ask("GET", path, query, who, headers=lines)


_DELETED, _INVALID = Notification.SESSION_DELETED, Notification.SESSION_INVALID

_ACTIVATION = (
    _case("activate", "The token opens the session's page", _get(_PAGE + "activate/", _TOKEN, Who.STRANGER),
          sent(goes_to(_PAGE), header("Set-Cookie", "httponly")), given=Given.PENDING),
    _case("activate-without-index", "The token alone is enough", _get(_PAGE + "activate/", "token={token}",
          Who.STRANGER),
          sent(goes_to(_PAGE)), given=Given.PENDING),
    _case("activate-no-token", "Without a token nothing opens", _get(_PAGE + "activate/", "", Who.STRANGER),
          answers(400)),
    _case("activate-wrong-token", "With a wrong one neither", _get(_PAGE + "activate/", "token=wrong", Who.STRANGER),
          answers(400)),
    _case("activate-terminated", "A session that ended sends its visitor back",
          _get(_PAGE + "activate/", _TOKEN, Who.STRANGER), sent(back_to("{index}", _INVALID)), answers(400),
          given=Given.TERMINATED),
    _case("activate-terminated-owner", "Its owner as well", _get(_PAGE + "activate/", _TOKEN),
          sent(back_to("{index}", _INVALID)), sent_off(_DELETED), given=Given.TERMINATED),
    _case("activate-lapsed", "So does one whose window went by", _get(_PAGE + "activate/", _TOKEN, Who.STRANGER),
          sent(back_to("{index}", _INVALID)), answers((400, *SEE_OTHER)), given=Given.LAPSED),
    _case("activate-prefetch", "A browser that fetches ahead opens nothing",
          _get(_PAGE + "activate/", _TOKEN, Who.STRANGER, Sec_Purpose="prefetch"), answers((204, 403, 503)), ANYTHING,
          given=Given.PENDING),
)  # fmt: skip

_PAGES = (
    _case("page", "The owner's browser gets the session's page", _get(_PAGE), answers(200, PAGE)),
    _case("page-stranger", "Anybody else is sent away", _get(_PAGE, who=Who.STRANGER), sent_off(_INVALID),
          answers(SEE_OTHER)),
    _case("page-robot", "The robot's token opens no page", _get(_PAGE, who=Who.ROBOT), sent_off(_INVALID)),
    _case("page-unknown", "A session that never was sends its visitor to the index",
          _get("/workshops/session/nope/"), sent_off(_INVALID)),
    _case("page-terminated", "The page of an ended session leads back, told why", _get(_PAGE),
          sent(back_to("{index}", _DELETED)), given=Given.TERMINATED),
    _case("page-deleted", "So does that of one its owner ended", _get(_PAGE), sent(back_to("{index}", _DELETED)),
          given=Given.DELETED),
    _case("page-expired", "Time that ran out is told as session-invalid", _get(_PAGE),
          sent(back_to("{index}", _INVALID)), sent(back_to("{index}", _DELETED)), given=Given.EXPIRED),
    _case("page-framing", "A page says who may frame it", _get(_PAGE),
          answers(200, header("Content-Security-Policy", "frame-ancestors"))),
)  # fmt: skip

_HUB = "https://hub.example.com"


def _delete(query: Fields | str = "", who: Who = Who.BROWSER) -> Ask:
    return Ask("GET", _PAGE + "delete/", query, who, headers=_SAME_SITE)


_END = (
    _case("delete", "The owner ends the session and goes back", _delete(), sent(back_to("{index}", _DELETED)),
          given=Given.OPEN),
    _case("delete-again", "A second time leads back the same way", _delete(), sent(back_to("{index}", _DELETED)),
          given=Given.DELETED),
    _case("delete-stranger", "Nobody else ends it", _delete(who=Who.STRANGER), sent_off(_INVALID), answers(SEE_OTHER)),
    _case("delete-link", "A link from elsewhere ends nothing, it asks", _get(_PAGE + "delete/"), answers(200, PAGE),
          sent(back_to("{index}", _DELETED)), given=Given.OPEN),
    _case("delete-forged", "A form of another site ends nothing",
          Ask("POST", _PAGE + "delete/", who=Who.BROWSER, headers={"Sec-Fetch-Site": "cross-site"}),
          answers((400, 403)), given=Given.OPEN),
    *(_case(f"delete-{code}", "The dashboard may name another of the five reasons",
            _delete({"notification": str(code)}), sent(back_to("{index}", code)), given=Given.OPEN)
      for code in (Notification.STARTUP_TIMEOUT, Notification.SESSION_INVALID)),
    _case("delete-any-text", "But no other text", _delete({"notification": "any thing&x=1"}),
          sent(back_to("{index}", _DELETED)), answers(SEE_OTHER), given=Given.OPEN),
    _case("delete-no-text", "An empty reason is none", _delete("notification="), sent(back_to("{index}", _DELETED)),
          answers(SEE_OTHER), given=Given.OPEN),
    _case("delete-no-index", "Without an index the portal's own counts", _delete(), sent_off(_DELETED),
          given=Given.VISITOR, needs=[Need.ANONYMOUS], asking={"index_url": ""}),
    _case("page-no-index", "Its page leads there afterwards", _get(_PAGE), sent_off(_DELETED), sent_off(_INVALID),
          given=Given.VISITOR_GONE, needs=[Need.ANONYMOUS], asking={"index_url": ""}),
)  # fmt: skip


def _way_back(name: str, says: str, index: str, wanted: str, allowed: Expect | None = None) -> Case:
    """Return the case of one index address: deleting the session leads to exactly `wanted`."""
    return _case(
        f"index-{name}", says, _delete(), sent(goes_to(wanted)), allowed, Given.OPEN, asking={"index_url": index}
    )


_LOSSY = answers(SEE_OTHER, notified(_DELETED))
_INDEXES = (
    _way_back("plain", "The notification is the query of an index without one", f"{_HUB}/a",
              f"{_HUB}/a?notification=session-deleted"),
    _way_back("query", "An index keeps its query as it is", f"{_HUB}/a?x=1&y=two%20words",
              f"{_HUB}/a?x=1&y=two%20words&notification=session-deleted", _LOSSY),
    _way_back("blank", "Blank values too", f"{_HUB}/?a=&b=1&c", f"{_HUB}/?a=&b=1&c&notification=session-deleted",
          _LOSSY),
    _way_back("repeat", "Repeated names too", f"{_HUB}/?a=1&a=2", f"{_HUB}/?a=1&a=2&notification=session-deleted"),
    _way_back("semicolon", "Signs in it too", f"{_HUB}/?a=1;b=2", f"{_HUB}/?a=1;b=2&notification=session-deleted",
              _LOSSY),
    _way_back("fragment", "An index keeps its fragment", f"{_HUB}/page#part",
              f"{_HUB}/page?notification=session-deleted#part"),
    _way_back("query-fragment", "With the query before it", f"{_HUB}/page?x=1#part",
              f"{_HUB}/page?x=1&notification=session-deleted#part"),
    _way_back("notification", "A notification it has is replaced", f"{_HUB}/?notification=old&x=1",
              f"{_HUB}/?x=1&notification=session-deleted", _LOSSY),
    _way_back("unicode", "Letters of any alphabet are percent-encoded", f"{_HUB}/ä?q=ü",
              f"{_HUB}/%C3%A4?q=%C3%BC&notification=session-deleted"),
    _way_back("space", "So are spaces", f"{_HUB}/a b", f"{_HUB}/a%20b?notification=session-deleted"),
)  # fmt: skip

_BAD = answers(400, of_shape("Error"))
_REQUEST = "/workshops/environment/{environment}/request/"
_UNFIT = tuple(
    _case(f"index-{name}", f"An index_url that is {words} is refused",
          Ask("GET", _REQUEST, {"index_url": index, "user": "{user}"}), _BAD, answers(200), given=Given.ROOM)
    for name, words, index in (
        ("userinfo", "an address with a password", "http://u:p@hub.example.com:8080/"),
        ("relative", "a path", "/my/page?x=1"),
        ("word", "a word", "login"),
        ("mailto", "a mail address", "mailto:me@example.com"),
        ("scheme-relative", "without a scheme", "//hub.example.com/"),
        ("script", "a script", "javascript:alert(1)"),
    )
)  # fmt: skip

CASES = _ACTIVATION + _PAGES + _END + _INDEXES + _UNFIT
