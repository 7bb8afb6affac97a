"""How an owner says who visitors are: by this site's cookie alone, by a header of a proxy, or by OpenID Connect."""

from typing import Annotated, Literal
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, Field, model_validator

from frontend.site.values import Address, Line, LinkAddress, Part
from portal_backend.contract.urls import LOOPBACK

_PAGE = "{page}"


def _header(text: str) -> str:
    if not text.isascii() or not text.replace("-", "").isalnum():
        raise ValueError("expected the name of a header, such as X-Forwarded-User")
    return text


def _issuer(url: str) -> str:
    parts = urlsplit(url)
    if parts.query or parts.fragment or (parts.scheme == "http" and parts.hostname not in LOOPBACK):
        raise ValueError("expected the issuer's address, which starts with https:// and has no ? or #")
    return url


HeaderName = Annotated[Line, AfterValidator(_header)]
Issuer = Annotated[Address, AfterValidator(_issuer)]


class Headers(Part):
    """What a proxy that signs people in tells of them; a header that is not named here is not read."""

    user: HeaderName = Field("X-Forwarded-User", description="The header with the person's id.")
    email: HeaderName | None = Field(None, description="The header with the e-mail address.")
    name: HeaderName | None = Field(None, description="The header with the name to show.")
    first_name: HeaderName | None = Field(None, description="The header with the first name.")
    last_name: HeaderName | None = Field(None, description="The header with the last name.")
    sign_in_url: LinkAddress | None = Field(
        None, description="Where the proxy signs people in; {page} becomes the page to come back to."
    )
    sign_out_url: LinkAddress | None = Field(None, description="Where the proxy signs people out.")


class Oidc(Part):
    """The OpenID Connect provider people sign in at."""

    issuer: Issuer = Field(description="The provider's address, as its own discovery document has it.")
    client_id: Line = Field(min_length=1, description="This site's id at the provider.")
    name: Line = Field("", description="What people call the provider, for the words on pages.")
    scopes: tuple[Line, ...] = Field(("email", "profile"), description="What is asked for, besides openid.")
    user: Line = Field("sub", min_length=1, description="The claim that tells one person from another.")
    hours: int = Field(12, ge=1, le=720, description="How long a sign-in counts here.")


class SignIn(Part):
    """Who visitors are, and what they must sign in for."""

    by: Literal["cookie", "header", "oidc"] = Field(
        "cookie", description="cookie: nobody signs in; header: a proxy says who it is; oidc: people sign in here."
    )
    required_for: Literal["start", "catalog"] = Field(
        "start", description="What needs a sign-in: to start a workshop, or to see anything at all."
    )
    user_id: Literal["plain", "hashed"] = Field(
        "plain", description="Whether portals are told a person's id as it is, or a keyed hash of it."
    )
    header: Headers = Field(Headers(), description="The proxy's headers, with by: header.")
    oidc: Oidc | None = Field(None, description="The provider, with by: oidc.")

    @model_validator(mode="after")
    def _complete(self) -> "SignIn":
        if self.by == "oidc" and self.oidc is None:
            raise ValueError("by: oidc needs oidc with issuer and client_id beside it")
        if self.by == "cookie" and self.required_for == "catalog":
            raise ValueError("required_for: catalog needs by: header or by: oidc, because by cookie nobody signs in")
        return self

    @property
    def provider(self) -> Oidc | None:
        """Return the provider people sign in at, None where they do not."""
        return self.oidc if self.by == "oidc" else None

    @property
    def guards_catalog(self) -> bool:
        """Whether nothing of the catalog is shown to somebody who has not signed in."""
        return self.by != "cookie" and self.required_for == "catalog"

    @property
    def shares_pages(self) -> bool:
        """Whether a browser without this site's cookie is nobody, so that it may be shown what everybody sees."""
        return self.by != "header" and not self.guards_catalog


def with_page(url: str, page: str) -> str:
    """Return the proxy's address with the page to come back to in it."""
    return url.replace(_PAGE, quote(page, safe=""))
