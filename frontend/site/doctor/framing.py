"""Who may show a page in a frame, by the headers it comes with.

`frame-ancestors` decides (CSP Level 3, sections 6.4.2.1 and 6.7.2.7); where a page has none, `X-Frame-Options` does
(RFC 7034). Of several policies each must allow it.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from frontend.site.doctor.heard import Answer, Fault, Heard
from frontend.site.doctor.results import Result, failed, ok, skipped, warning
from portal_backend.contract.urls import DEFAULT_PORTS, origin_of

_DIRECTIVE = "frame-ancestors"


def framing(heard: Heard, origins: Sequence[str], what: str, setting: str) -> Result:
    """Return whether pages of each origin may show `what` in a frame; `setting` is where those are listed."""
    if not origins:
        return skipped("framing", "site.yaml names no page that embeds (embedding.origins)")
    if isinstance(heard, Fault):
        return skipped("framing", f"nothing to look at: {heard}")
    barred = [origin for origin in origins if not may_frame(heard, origin)]
    if barred:
        todo = f"add {', '.join(barred)} to {setting}"
        return failed("framing", f"{what} may not be shown in a frame by {', '.join(barred)}", todo, setting)
    if framed_by_anybody(heard):
        todo = f"name only the pages that embed in {setting}, because a hidden frame makes people click unawares"
        return warning("framing", f"{what} may be shown in a frame by anybody", todo, setting)
    return ok("framing", f"{what} may be shown in a frame by {', '.join(origins)}")


def framed_by_anybody(answer: Answer) -> bool:
    """Whether a page nobody has named may show what was answered in a frame."""
    return may_frame(answer, "https://anybody.invalid")


def may_frame(answer: Answer, origin: str) -> bool:
    """Whether a page of `origin` may show what was answered in a frame."""
    own = origin_of(answer.url) or ""
    policies = _ancestors(answer.headers)
    if policies:
        return all(any(_matches(source, origin, own) for source in sources) for sources in policies)
    refusal = answer.headers.get("x-frame-options", "").strip().upper()
    return refusal not in ("DENY", "SAMEORIGIN") or (refusal == "SAMEORIGIN" and origin == own)


def _ancestors(headers: Mapping[str, str]) -> list[list[str]]:
    """Return the sources of each policy that says who may frame; only the first directive of a policy counts."""
    found = []
    for policy in headers.get("content-security-policy", "").split(","):
        directives = [part.split() for part in policy.split(";")]
        named = [words[1:] for words in directives if words and words[0].lower() == _DIRECTIVE]
        found += named[:1]
    return found


def _matches(source: str, origin: str, own: str) -> bool:
    source = source.lower()
    if source == "'self'":
        return origin == own
    if source == "*":
        return True
    if source.endswith(":"):
        return _scheme_fits(source[:-1], urlsplit(origin).scheme)
    return not source.startswith("'") and _host_fits(source, origin, own)


def _host_fits(source: str, origin: str, own: str) -> bool:
    there, scheme_given, rest = urlsplit(origin), "", source
    if "://" in source:
        scheme_given, _, rest = source.partition("://")
    host, _, port = rest.partition("/")[0].partition(":")
    name = there.hostname or ""
    named = name.endswith(host[1:]) if host.startswith("*.") else name == host
    scheme = scheme_given or urlsplit(own).scheme
    return (
        named
        and _scheme_fits(scheme, there.scheme)
        and _port_fits(port, there.port or DEFAULT_PORTS[there.scheme], there.scheme)
    )


def _scheme_fits(wanted: str, scheme: str) -> bool:
    return wanted == scheme or (wanted, scheme) == ("http", "https")


def _port_fits(wanted: str, port: int, scheme: str) -> bool:
    return wanted == "*" or wanted == str(port) or (not wanted and port == DEFAULT_PORTS[scheme])
