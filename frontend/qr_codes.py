"""QR codes as SVG, drawn by segno; each address once."""

from functools import lru_cache
from io import BytesIO

import segno

# Any of the eight patterns can be read; to weigh all of them takes six times as long as to draw one.
_MASK = 2


@lru_cache(maxsize=1024)
def picture(address: str) -> str:
    """Return the picture of `address`, dark on a white ground with the quiet zone that readers need."""
    drawn = BytesIO()
    segno.make(address, error="m", micro=False, mask=_MASK, boost_error=False).save(
        drawn, kind="svg", scale=4, border=4, light="#fff", xmldecl=False, nl=False, title=address
    )
    return drawn.getvalue().decode("utf-8")
