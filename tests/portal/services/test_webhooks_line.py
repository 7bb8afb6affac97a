"""One connection to a target: pinned to the address that was checked, bound in time and size, following nothing."""

import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from listening import Receiver, listening

from portal_backend.services.delivery_line import Answer, Limits, Line, Unreachable
from portal_backend.services.delivery_reach import Reach, TargetRefused

LOOPBACK = ip_network("127.0.0.0/8")
QUICK = Limits(connect=0.5, silence=0.4, total=0.8)
NAME = "hooks.example.test"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything."""
    with listening() as found:
        yield found


def line_to(receiver: Receiver, reach: Reach | None = None, limits: Limits = QUICK) -> Line:
    return Line(receiver.url(""), reach or Reach((LOOPBACK,)), ssl.create_default_context(), limits)


def test_what_is_posted_arrives_as_it_was_sent(receiver: Receiver) -> None:
    line = line_to(receiver)
    assert line.post(receiver.url("/hook?key=a%20b"), {"X-One": "1"}, b"{}") == Answer(200)
    line.close()
    (got,) = receiver.got
    assert (got.path, got.raw, got.headers["x-one"]) == ("/hook?key=a%20b", b"{}", "1")
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"


def test_a_line_is_used_again(receiver: Receiver) -> None:
    line = line_to(receiver)
    for _ in range(3):
        line.post(receiver.url(), {}, b"{}")
    line.close()
    assert len({got.connection for got in receiver.got}) == 1


def test_a_line_the_target_has_closed_is_opened_again(receiver: Receiver) -> None:
    receiver.headers["Connection"] = "close"
    line = line_to(receiver)
    for _ in range(2):
        assert line.post(receiver.url(), {}, b"{}").accepted
    receiver.headers.clear()
    line.post(receiver.url(), {}, b"{}")
    receiver.ways["/gone"] = "close"
    with pytest.raises(Unreachable, match="the connection failed"):
        line.post(receiver.url("/gone"), {}, b"{}")
    assert [got.path for got in receiver.got] == ["/hook", "/hook", "/hook", "/gone", "/gone"]
    assert line.post(receiver.url(), {}, b"{}").accepted
    line.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    receiver.headers["Location"] = receiver.url("/elsewhere")
    receiver.by_path["/hook"] = status
    line = line_to(receiver)
    answer = line.post(receiver.url(), {}, b"{}")
    line.close()
    assert (answer.status, answer.accepted) == (status, False)
    assert [got.path for got in receiver.got] == ["/hook"]


@pytest.mark.parametrize(
    ("text", "seconds"), [("7", 7), ("", 0), ("soon", 0), ("-1", 0), ("99999999999", 0), ("٣", 0)], ids=repr
)
def test_a_pause_the_target_asks_for_is_told(receiver: Receiver, text: str, seconds: int) -> None:
    receiver.headers["Retry-After"] = text.encode().decode("latin-1")
    receiver.answers = [503]
    line = line_to(receiver)
    assert line.post(receiver.url(), {}, b"{}") == Answer(503, seconds)
    line.close()


@pytest.mark.parametrize("way", ["hang", "drip"])
def test_a_target_that_takes_its_time_is_cut_off(receiver: Receiver, way: str) -> None:
    receiver.ways["/hook"] = way
    line, begun = line_to(receiver), time.monotonic()
    with pytest.raises(Unreachable):
        line.post(receiver.url(), {}, b"{}")
    assert time.monotonic() - begun < 3
    assert len(receiver.got) == 1


def test_a_slow_target_on_a_line_in_use_is_not_sent_the_same_at_once_again(receiver: Receiver) -> None:
    line = line_to(receiver)
    line.post(receiver.url(), {}, b"{}")
    receiver.ways["/slow"] = "drip"
    with pytest.raises(Unreachable):
        line.post(receiver.url("/slow"), {}, b"{}")
    assert [got.path for got in receiver.got] == ["/hook", "/slow"]


def test_an_endless_answer_is_read_up_to_a_bound(receiver: Receiver) -> None:
    receiver.ways["/hook"] = "huge"
    line = line_to(receiver)
    assert line.post(receiver.url(), {}, b"{}") == Answer(200)
    receiver.ways.clear()
    assert line.post(receiver.url(), {}, b"{}").accepted
    line.close()
    assert len({got.connection for got in receiver.got}) == 2


def test_nobody_there_is_told_in_words() -> None:
    with listening() as gone:
        address = gone.url()
    line = Line(address, Reach((LOOPBACK,)), ssl.create_default_context(), QUICK)
    with pytest.raises(Unreachable, match="the connection failed"):
        line.post(address, {}, b"{}")


def test_a_name_that_changes_between_check_and_use_does_not_change_the_target(receiver: Receiver) -> None:
    """The name is asked for once a connection, and the checked address is what is connected to."""
    answers = ["127.0.0.1", "169.254.169.254"]
    line = line_to(receiver, Reach((LOOPBACK,), lambda host, port: [answers.pop(0)]))
    url = f"http://{NAME}:{receiver.port}/hook"
    assert line.post(url, {}, b"{}").accepted
    assert answers == ["169.254.169.254"]
    assert receiver.got[0].headers["host"] == f"{NAME}:{receiver.port}"
    line.close()
    with pytest.raises(TargetRefused):
        line.post(url, {}, b"{}")
    assert len(receiver.got) == 1


def _certificate(folder: Path, name: str) -> Path:
    """Return a file with a certificate for `name`, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file = folder / f"{name}.pem"
    file.write_bytes(certificate.public_bytes(pem) + key.private_bytes(pem, private, serialization.NoEncryption()))
    return file


@pytest.mark.parametrize(
    ("asked", "known", "works"),
    [
        pytest.param(NAME, True, True, id="its name, by who is trusted"),
        pytest.param("other.example.test", True, False, id="another name"),
        pytest.param(NAME, False, False, id="nobody who is trusted"),
    ],
)
def test_https_is_checked_for_the_name_though_the_address_is_pinned(
    tmp_path: Path, asked: str, known: bool, works: bool
) -> None:
    file = _certificate(tmp_path, NAME)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    names: list[str] = []
    server.sni_callback = lambda _socket, name, _context: names.append(name)
    trusted = ssl.create_default_context(cafile=str(file) if known else None)
    with listening(server) as receiver:
        origin = f"https://{asked}:{receiver.port}"
        line = Line(origin, Reach((LOOPBACK,), lambda host, port: ["127.0.0.1"]), trusted, QUICK)
        if works:
            assert line.post(f"{origin}/hook", {}, b"{}").accepted
        else:
            with pytest.raises(Unreachable, match="certificate"):
                line.post(f"{origin}/hook", {}, b"{}")
        line.close()
        assert names == [asked]
        assert len(receiver.got) == int(works)
