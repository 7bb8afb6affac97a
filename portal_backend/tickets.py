"""Links that stand for the access code for some hours: signed by the portal, so that the code itself is in no address.

A ticket ends at its time, and when the code is changed; it is stored nowhere.
"""

from datetime import datetime
from hashlib import sha256

from itsdangerous import BadData, URLSafeSerializer

from portal_backend.credentials import secret_key
from portal_backend.domain.environment import Portal
from portal_backend.settings import Settings

LINK = "/workshops/access/link/"
"""Where a ticket is brought."""
_SALT = "access ticket"


def issue(settings: Settings, portal: Portal, until: datetime) -> str:
    """Return a ticket that opens `portal`, as it is stored, until then."""
    made: str | bytes = _serializer(settings).dumps([_sign(portal), int(until.timestamp())])
    return made.decode() if isinstance(made, bytes) else made


def opens(settings: Settings, portal: Portal, ticket: str, now: datetime) -> bool:
    """Whether `ticket` opens a stored portal at `now`."""
    try:
        found = _serializer(settings).loads(ticket)
    except BadData:
        return False
    return bool(found[0] == _sign(portal) and now.timestamp() < found[1])


def _serializer(settings: Settings) -> URLSafeSerializer:
    keys = [*reversed(settings.secret_key_fallbacks), secret_key(settings)]
    return URLSafeSerializer(keys, salt=_SALT, signer_kwargs={"digest_method": sha256})


def _sign(portal: Portal) -> str:
    """Return what tells one access code from another, and nothing about either."""
    return sha256(f"{portal.name}\n{portal.password}".encode()).hexdigest()[:32]
