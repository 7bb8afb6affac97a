"""Signs links, and reads them back: with the keys of the site's cookies, and a salt of its own.

What a link says can be read by anybody who has it, and changed by nobody. A key that is rotated out goes on counting
while it is among the fallbacks.
"""

from collections.abc import Sequence
from hashlib import sha256

from itsdangerous import BadData, URLSafeSerializer

from frontend.cookie_keys import cookie_keys
from frontend.settings import Settings
from frontend.site.signed_links import SignedLink, from_claims

PATH = "/go/"
_SALT = "workshop link"
# What a page may be called that a sign-in leads back to, and what a QR code still shows in dots of a readable size.
LONGEST = 480


def site_keys(settings: Settings) -> list[str]:
    """Return the keys that sign for this site, newest first; raises InstanceError."""
    return list(settings.secret_keys) or cookie_keys(settings.instance)


class LinkSigner:
    """Makes and reads the tokens of links; `keys` are the site's, newest first."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._serializer = URLSafeSerializer(
            [*reversed(keys)], salt=_SALT, signer_kwargs={"digest_method": sha256, "key_derivation": "hmac"}
        )

    def token(self, link: SignedLink) -> str:
        """Return the token of `link`."""
        made: str | bytes = self._serializer.dumps(link.claims())
        return made.decode() if isinstance(made, bytes) else made

    def read(self, token: str) -> SignedLink | None:
        """Return the link of a token, or None when no key of this site has signed it."""
        try:
            return from_claims(self._serializer.loads(token)) if len(token) <= LONGEST else None
        except BadData:
            return None
