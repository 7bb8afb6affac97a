"""Certificates over real TLS: good ones, and each way in which one is not."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from click.testing import Result
from examined import EMBEDDER, LOGIN, Lines, examined, lines, plain

NOW = datetime.now(UTC)
DAYS = timedelta(days=1)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """An authority nobody knows but who is told."""
    return trustme.CA()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> Path:
    """The file with the authority's certificate."""
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    return tmp_path / "authority.pem"


def serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """Return what a server with that certificate speaks TLS by."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    return context


Tell = Callable[..., dict[str, dict[str, Any]]]


@pytest.fixture
def over_tls(told: Lines, bundle: Path) -> Tell:
    """Return what the doctor says of a portal with a certificate, at a name of this machine."""

    def asked(certificate: trustme.LeafCert, name: str = "localhost", **environ: object) -> dict[str, dict[str, Any]]:
        with examined(plain(), serving(certificate), name) as portal:
            return told(portal.url, "--timeout", "5", **{"REQUESTS_CA_BUNDLE": bundle, **environ})

    return asked


def test_a_good_certificate(over_tls: Tell, authority: trustme.CA) -> None:
    found = over_tls(authority.issue_cert("localhost", not_after=NOW + 60 * DAYS))
    assert found["encryption"] == {
        "check": "encryption",
        "verdict": "ok",
        "seen": "the certificate is good for 59 days",
        "todo": None,
        "settings": [],
    }
    assert found["catalog"]["verdict"] == "ok"


def test_one_that_ends_soon(over_tls: Tell, authority: trustme.CA) -> None:
    found = over_tls(authority.issue_cert("localhost", not_after=NOW + 3 * DAYS + timedelta(hours=1)))
    assert (found["encryption"]["verdict"], found["encryption"]["seen"]) == (
        "warning",
        "the certificate ends in 3 days",
    )


@pytest.mark.parametrize(
    ("names", "times", "known", "seen", "setting"),
    [
        (["localhost"], {"not_after": NOW - DAYS}, True, "has expired", "certificate of localhost"),
        (["localhost"], {"not_before": NOW + DAYS}, True, "does not count yet", "certificate of localhost"),
        (["other.example.com"], {}, True, "is for another name", "portals[academy].url"),
        (["localhost"], {}, False, "an authority that is not known here", "REQUESTS_CA_BUNDLE"),
    ],
)
def test_one_that_is_not_good(
    names: list[str], times: dict[str, Any], known: bool, seen: str, setting: str, over_tls: Tell, authority: trustme.CA
) -> None:
    within = {"not_before": NOW - 9 * DAYS, "not_after": NOW + 90 * DAYS, **times}
    found = over_tls(authority.issue_cert(*names, **within), **({} if known else {"REQUESTS_CA_BUNDLE": ""}))
    assert seen in found["encryption"]["seen"]
    assert found["encryption"]["verdict"] == "failed"
    assert found["encryption"]["settings"] == [setting]
    assert found["connection"]["verdict"] == "ok"
    assert {found[check]["verdict"] for check in ("login", "catalog", "framing", "way back")} == {"skipped"}


def test_one_that_vouches_for_itself(told: Lines, authority: trustme.CA, tmp_path: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    pair = tmp_path / "own.pem"
    pair.write_bytes(authority.private_key_pem.bytes() + authority.cert_pem.bytes())
    context.load_cert_chain(pair)
    with examined(plain(), context) as portal:
        found = told(portal.url, "--timeout", "5")
    assert found["encryption"]["seen"] == "its certificate vouches for itself"
    assert found["encryption"]["settings"] == ["REQUESTS_CA_BUNDLE"]


def test_https_where_there_is_none(told: Lines) -> None:
    with examined(plain()) as portal:
        found = told(portal.url.replace("http:", "https:"), "--timeout", "5")
    assert found["encryption"]["seen"] == "it does not speak TLS"
    assert found["encryption"]["settings"] == ["portals[academy].url"]


def test_http_where_there_is_https(told: Lines, authority: trustme.CA) -> None:
    with examined(plain(), serving(authority.issue_cert("localhost")), "localhost") as portal:
        found = told(portal.url.replace("https:", "http:"), "--timeout", "5")
    assert found["login"]["verdict"] == "failed"
    assert found["login"]["settings"] == ["portals[academy].url"]


def test_cookies_of_a_portal_over_https(over_tls: Tell, authority: trustme.CA) -> None:
    cookies = over_tls(authority.issue_cert("localhost"))["cookies"]
    assert cookies["verdict"] == "failed"
    assert f"none is sent in pages of {EMBEDDER}" in cookies["seen"]
    assert cookies["settings"] == ["spec.portal.theme.frame.ancestors"]


def test_a_bundle_that_cannot_be_read(run: Callable[..., Result], config: Callable[..., Path], tmp_path: Path) -> None:
    folder = config("https://localhost:9")
    said = run(**LOGIN, WORKSHOP_INDEX_CONFIG=folder, REQUESTS_CA_BUNDLE=tmp_path / "none.pem", code=2)
    assert "REQUESTS_CA_BUNDLE names" in said.stderr


def test_a_proxy_is_named_and_not_passed_by(
    run: Callable[..., Result], config: Callable[..., Path], authority: trustme.CA
) -> None:
    with examined(plain()) as proxy:
        folder = config("http://portal.example.com")
        said = run("--format", "json", **LOGIN, WORKSHOP_INDEX_CONFIG=folder, HTTP_PROXY=proxy.url).stdout
    found = lines(said, "academy")
    assert "requests go through the proxy 127.0.0.1" in found["connection"]["seen"]
    assert found["login"]["verdict"] == "ok"
