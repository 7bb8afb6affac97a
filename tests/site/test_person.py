"""Who somebody is, from verified claims and from a proxy's headers; and the id that portals are told."""

import hashlib
import hmac
from typing import Any

import pytest

from frontend.site.person import Naming, NobodyError, Person, from_claims, from_headers
from frontend.site.sign_in import Headers

KEY = b"k" * 32
PLAIN = Naming(KEY, "https://login.example.com")
FULL = {
    "sub": "u-17",
    "email": "Ada@example.com",
    "email_verified": True,
    "given_name": "Ada",
    "family_name": "Byron",
    "name": "Ada Byron",
}


def hashed(said: str, source: str = "https://login.example.com") -> str:
    """Return the keyed hash that stands for an id."""
    return hmac.new(KEY, f"{source}\n{said}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


CLAIMS: dict[str, tuple[dict[str, Any], str, Person]] = {
    "everything": (FULL, "sub", Person("u-17", "Ada Byron", "Ada@example.com", "Ada", "Byron")),
    "a subject alone": ({"sub": "u-17"}, "sub", Person("u-17", "u-17")),
    "a number": ({"sub": 17}, "sub", Person("17", "17")),
    "the e-mail address, in small letters": (
        FULL,
        "email",
        Person("ada@example.com", "Ada Byron", "Ada@example.com", "Ada", "Byron"),
    ),
    "an e-mail address nobody speaks of verifying": (
        {"email": "a@b.example"},
        "email",
        Person("a@b.example", "a@b.example", "a@b.example"),
    ),
    "an e-mail address not verified": (
        {**FULL, "email_verified": False},
        "sub",
        Person("u-17", "Ada Byron", "", "Ada", "Byron"),
    ),
    "not verified, as a word": ({"sub": "u", "email": "a@b.c", "email_verified": "false"}, "sub", Person("u", "u")),
    "what is no e-mail address": ({"sub": "u", "email": "a b@c"}, "sub", Person("u", "u")),
    "an e-mail address too long": ({"sub": "u", "email": f"{'a' * 251}@b.c"}, "sub", Person("u", "u")),
    "an e-mail address that acts": ({"sub": "u", "email": "a\x07@b.c"}, "sub", Person("u", "u")),
    "names without the whole": (
        {"sub": "u", "given_name": "Ada", "family_name": "Byron"},
        "sub",
        Person("u", "Ada Byron", "", "Ada", "Byron"),
    ),
    "one name": ({"sub": "u", "family_name": "Byron"}, "sub", Person("u", "Byron", "", "", "Byron")),
    "a name of several lines": ({"sub": "u", "name": " Ada\r\n  \u202eByron\x00"}, "sub", Person("u", "Ada Byron")),
    "a name without end": ({"sub": "u", "name": "n" * 500}, "sub", Person("u", "n" * 100)),
    "names that are none": ({"sub": "u", "name": ["Ada"], "given_name": 3, "email": {}}, "sub", Person("u", "u")),
    "an id of 150": ({"sub": "s" * 150}, "sub", Person("s" * 150, "s" * 100)),
    "an id of 151": ({"sub": "s" * 151}, "sub", Person(hashed("s" * 151), "s" * 100)),
    "an id that acts": ({"sub": "a\x1bb"}, "sub", Person(hashed("a\x1bb"), "ab")),
    "an id with a slash": ({"sub": "a/b"}, "sub", Person(hashed("a/b"), "a/b")),
    "an id that is a step up": ({"sub": ".."}, "sub", Person(hashed(".."), "..")),
    "half of a pair": ({"sub": "\ud800"}, "sub", Person(hashed("\ud800"), "")),
    "another claim": ({"sub": "u", "oid": "o-1"}, "oid", Person("o-1", "o-1")),
    "space around it": ({"sub": " u "}, "sub", Person("u", "u")),
}


@pytest.mark.parametrize(("claims", "claim", "person"), CLAIMS.values(), ids=CLAIMS)
def test_claims_name_a_person(claims: dict[str, Any], claim: str, person: Person) -> None:
    assert from_claims(claims, claim, PLAIN) == person


@pytest.mark.parametrize(
    ("claims", "claim"),
    [
        ({}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": "  "}, "sub"),
        ({"sub": None}, "sub"),
        ({"sub": True}, "sub"),
        ({"sub": ["u"]}, "sub"),
        ({"sub": "u"}, "oid"),
        ({"sub": "u", "email": "a@b.c", "email_verified": False}, "email"),
        ({"sub": "u", "email": "a@b.c", "email_verified": "false"}, "email"),
    ],
)
def test_claims_that_tell_nobody_from_others_name_nobody(claims: dict[str, Any], claim: str) -> None:
    with pytest.raises(NobodyError):
        from_claims(claims, claim, PLAIN)


def test_a_hashed_id_is_one_persons_at_one_source() -> None:
    one, other = Naming(KEY, "https://a.example", hashed=True), Naming(KEY, "https://b.example", hashed=True)
    assert one.user_id("u") == one.user_id("u") == hashed("u", "https://a.example")
    elsewhere = Naming(b"another key", one.source, hashed=True)
    assert len({one.user_id("u"), other.user_id("u"), one.user_id("v"), elsewhere.user_id("u")}) == 4


def test_portals_are_told_what_is_known() -> None:
    assert Person("u", "n", "a@b.c", "", "B").described == {"email": "a@b.c", "last_name": "B"}
    assert Person("u", "n").described == {}


NAMES = Headers(user="X-User", email="X-Email", name="X-Name", first_name="X-First", last_name="X-Last")
HEADERS: dict[str, tuple[dict[str, str], Person | None]] = {
    "nothing": ({}, None),
    "an empty user": ({"X-User": "  "}, None),
    "a user": ({"X-User": "ada"}, Person("ada", "ada")),
    "an e-mail address as user": ({"X-User": "Ada@Example.com"}, Person("ada@example.com", "ada@example.com")),
    "everything": (
        {"X-User": "ada", "X-Email": "a@b.c", "X-First": "Ada", "X-Last": "Byron"},
        Person("ada", "Ada Byron", "a@b.c", "Ada", "Byron"),
    ),
    "a name to show": ({"X-User": "ada", "X-Name": "A. B."}, Person("ada", "A. B.")),
    "UTF-8, byte by byte": ({"X-User": "ada", "X-Name": "Zo\u00c3\u00ab"}, Person("ada", "Zoë")),
    "Latin-1": ({"X-User": "ada", "X-Name": "Zo\u00eb"}, Person("ada", "Zoë")),
    "others alone": ({"X-Email": "a@b.c"}, None),
}


@pytest.mark.parametrize(("said", "person"), HEADERS.values(), ids=HEADERS)
def test_headers_name_a_person(said: dict[str, str], person: Person | None) -> None:
    assert from_headers(lambda name: said.get(name, ""), NAMES, PLAIN) == person


def test_headers_that_are_not_named_are_not_read() -> None:
    said = {"X-User": "ada", "X-Email": "a@b.c"}
    assert from_headers(lambda name: said.get(name, ""), Headers(user="X-User"), PLAIN) == Person("ada", "ada")


@pytest.mark.parametrize("user", ["ada,mallory", "ada, mallory", ",ada"])
def test_two_headers_name_nobody(user: str) -> None:
    with pytest.raises(NobodyError, match="came twice"):
        from_headers(lambda name: user if name == "X-User" else "", NAMES, PLAIN)
