"""The owner's style sheet as it is now: the brand's part of it, then the rules in the owner's own `brand.css`."""

import logging
from collections.abc import Callable
from pathlib import Path

from frontend.site.brand import Brand
from frontend.site.model import Site
from frontend.site.sheet import owners_sheet
from frontend.static_files import StaticFiles
from portal_backend.contract.stamps import Stamp, stamp_of

OWN_RULES = Path("static") / "css" / "brand.css"
_log = logging.getLogger(__name__)


def rules_in(theme: Path) -> str:
    """Return the owner's own rules, none where there is no such file; raises OSError and UnicodeDecodeError."""
    try:
        return (theme / OWN_RULES).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""


class BrandSheet:
    """The sheet of the brand in `site` and the rules in `theme`; rules that cannot be read stay as they were."""

    def __init__(self, site: Callable[[], Site], static: StaticFiles, theme: Path) -> None:
        self._site = site
        self._static = static
        self._theme = theme
        self._rules = ""
        self._made: tuple[Brand, Stamp | None, str] | None = None

    def current(self) -> str:
        """Return the text; an edit counts from the next call on."""
        brand, stamp, made = self._site().brand, stamp_of(self._theme / OWN_RULES), self._made
        if made is None or made[0] is not brand or made[1] != stamp:
            self._read()
            text = owners_sheet(brand, self._static.sheets, self._rules, self._static.url)
            made = self._made = (brand, stamp, text)
        return made[2]

    def _read(self) -> None:
        try:
            self._rules = rules_in(self._theme)
        except (OSError, UnicodeDecodeError) as error:
            _log.error(
                "%s cannot be read (%s), so its rules stay as they were: save it as UTF-8, where this program may read",
                self._theme / OWN_RULES,
                error,
            )
