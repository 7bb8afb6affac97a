"""The access code of a portal, kept so that whoever reads the store does not learn it."""

import hashlib
import hmac
from dataclasses import replace
from functools import lru_cache

from portal_backend.domain.environment import Portal

# Codes are short words that are given out in a room: only a slow hash keeps them from being tried out one by one.
_COST, _BLOCK = 2**13, 8


def sealed(portal: Portal) -> Portal:
    """Return a portal as it may be stored: its code hashed, always the same for the same code and portal."""
    return replace(portal, password=_hashed(portal.password, portal.name)) if portal.password else portal


def opens(portal: Portal, given: str) -> bool:
    """Whether `given` is the code of a stored portal."""
    return hmac.compare_digest(_hashed(given, portal.name), portal.password) if portal.password else not given


@lru_cache(maxsize=16)
def _hashed(code: str, portal: str) -> str:
    salt = b"access code:" + portal.encode()
    return hashlib.scrypt(code.encode(errors="replace"), salt=salt, n=_COST, r=_BLOCK, p=1, dklen=32).hex()
