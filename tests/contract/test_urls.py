"""Return addresses: what is accepted, as what, and how a notification is merged in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_backend.contract.urls import AllowedOrigins, origin_of, parse_http_url, with_notification


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        pytest.param("http://a.example", "http://a.example/", id="a bare host gets a path"),
        pytest.param("  https://a.example/x  ", "https://a.example/x", id="surrounding spaces"),
        pytest.param("HTTPS://A.Example/X", "https://a.example/X", id="scheme and host in lower case, path kept"),
        pytest.param("https://a.example:443/", "https://a.example/", id="default port left out"),
        pytest.param("http://a.example:443/", "http://a.example:443/", id="a port that is not the default stays"),
        pytest.param("http://a.example:/x", "http://a.example/x", id="empty port"),
        pytest.param("http://[::1]:8000/", "http://[::1]:8000/", id="IPv6"),
        pytest.param(
            "http://bücher.example/ü?ü=ü#ü", "http://xn--bcher-kva.example/%C3%BC?%C3%BC=%C3%BC#%C3%BC", id="IDN"
        ),
        pytest.param("http://a.example/a b?c d", "http://a.example/a%20b?c%20d", id="spaces are encoded"),
        pytest.param("http://a.example/%41?x=%2F", "http://a.example/%41?x=%2F", id="escapes stay as they are"),
        pytest.param("http://a.example/?a=&a=1&b#top", "http://a.example/?a=&a=1&b#top", id="query and fragment"),
        pytest.param("http://a.example//b", "http://a.example//b", id="doubled slash in the path"),
    ],
)
def test_an_http_url_is_made_clean(text: str, clean: str) -> None:
    assert parse_http_url(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("/catalog", id="a path"),
        pytest.param("//evil.example/", id="scheme-relative"),
        pytest.param("javascript:alert(1)", id="script"),
        pytest.param("data:text/html,x", id="data"),
        pytest.param("ftp://a.example/", id="another scheme"),
        pytest.param("http:a.example", id="no slashes"),
        pytest.param("http:///x", id="no host"),
        pytest.param("https://good.example@evil.example/", id="user"),
        pytest.param("https://@evil.example/", id="empty user"),
        pytest.param("https://u:p@evil.example/", id="user and password"),
        pytest.param("https://good.example\\@evil.example/", id="backslash"),
        pytest.param("http://a.example/\r\nSet-Cookie: x=1", id="line end"),
        pytest.param("ht\ttp://a.example/", id="tab inside"),
        pytest.param("http://a.example/\x7f", id="delete"),
        pytest.param("http://a.example/\x85", id="C1 control"),
        pytest.param("http://a.example/\u2028", id="line separator"),
        pytest.param("http://a.example/\ud800", id="half a surrogate pair"),
        pytest.param("http://a.example:0/", id="port 0"),
        pytest.param("http://a.example:65536/", id="port too large"),
        pytest.param("http://a.example:x/", id="port is a word"),
        pytest.param("http://a..example/", id="empty label"),
        pytest.param("http://a%2eexample/", id="escape in the host"),
        pytest.param("http://a b.example/", id="space in the host"),
        pytest.param("http://[::1/", id="open bracket"),
        pytest.param("http://[fe80::1%25eth0]/", id="IPv6 with a zone"),
        pytest.param("http://a.example/" + "x" * 2000, id="too long"),
    ],
)
def test_what_must_not_be_redirected_to_is_refused(text: str) -> None:
    assert parse_http_url(text) is None
    assert origin_of(text) is None


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://A.example:443/x?y#z", "https://a.example"),
        ("http://a.example:8080/", "http://a.example:8080"),
        ("http://[::1]/", "http://[::1]"),
    ],
)
def test_an_origin_is_scheme_host_and_unusual_port(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    ("url", "loopback", "accepted"),
    [
        pytest.param("https://index.example/back?x=1", False, True, id="the allowed origin"),
        pytest.param("https://INDEX.example:443/", False, True, id="the allowed origin, written differently"),
        pytest.param("http://index.example/", False, False, id="another scheme"),
        pytest.param("https://index.example:8443/", False, False, id="another port"),
        pytest.param("https://index.example.evil.example/", False, False, id="the origin as a prefix"),
        pytest.param("https://sub.index.example/", False, False, id="a subdomain"),
        pytest.param("http://localhost:5000/", False, False, id="loopback while it is not allowed"),
        pytest.param("http://localhost:5000/", True, True, id="localhost on any port"),
        pytest.param("http://127.0.0.1/", True, True, id="127.0.0.1"),
        pytest.param("http://[::1]:9/", True, True, id="IPv6 loopback"),
        pytest.param("http://localhost.evil.example/", True, False, id="a name that begins like loopback"),
        pytest.param("http://127.0.0.1.evil.example/", True, False, id="an address that begins like loopback"),
    ],
)
def test_only_allowed_origins_are_accepted(url: str, loopback: bool, accepted: bool) -> None:
    allowed = AllowedOrigins(frozenset({"https://index.example"}), loopback)
    assert allowed.accept(url) == (parse_http_url(url) if accepted else None)


@pytest.mark.parametrize(
    ("url", "merged"),
    [
        pytest.param("http://a/", "http://a/?notification=c", id="no query"),
        pytest.param("http://a/?x=1", "http://a/?x=1&notification=c", id="beside another"),
        pytest.param("http://a/?x=&x=2&y", "http://a/?x=&x=2&y&notification=c", id="blank values and repeats stay"),
        pytest.param(
            "http://a/?notification=old&x=1#f", "http://a/?x=1&notification=c#f", id="replaced, fragment kept"
        ),
        pytest.param("http://a/?notification&notification=2", "http://a/?notification=c", id="all old ones go"),
        pytest.param("http://a/?notificatio%6e=old", "http://a/?notification=c", id="an old one in disguise"),
        pytest.param("http://a/?notifications=1", "http://a/?notifications=1&notification=c", id="a longer name stays"),
    ],
)
def test_a_notification_is_merged_into_the_query(url: str, merged: str) -> None:
    assert with_notification(url, "c") == merged


def test_a_notification_code_is_encoded() -> None:
    assert with_notification("http://a/", "a&b=c") == "http://a/?notification=a%26b%3Dc"


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=80), st.text(max_size=60).map(lambda tail: f"http://{tail}")))
def test_whatever_is_accepted_is_stable_and_header_safe(text: str) -> None:
    clean = parse_http_url(text)
    if clean is not None:
        assert parse_http_url(clean) == clean
        assert clean.isascii() and clean.isprintable() and " " not in clean
        assert clean.startswith(("http://", "https://"))
