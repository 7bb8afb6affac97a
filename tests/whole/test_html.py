"""The pages that the running programs send are sound HTML, by the same validator as the gallery's."""

from pathlib import Path

import pytest
from programs import House
from validating import faults
from visits import Visitor, create_url

pytestmark = pytest.mark.whole
ELSEWHERE = ("nowhere/", "close-tab/", "break-out/", "start/plenty/", "embed/plenty/", "workshop/plenty/", "sessions/")


def test_what_the_programs_send_is_valid(house: House, tmp_path: Path) -> None:
    visitor = Visitor(house)
    visitor.http.headers["Accept"] = "text/html"
    pages = {"index": str(visitor.http.get(house.site, timeout=20).text)}
    pages["session"] = visitor.start("plenty").text
    for path in ("", *ELSEWHERE):
        pages[f"site {path.replace('/', ' ')}"] = visitor.http.get(f"{house.site}/{path}", timeout=20).text
    for path in ("", "workshops/finished/", "workshops/catalog/", "reference/", "nowhere/"):
        pages[f"portal {path.replace('/', ' ')}"] = visitor.http.get(f"{house.portal}/{path}", timeout=20).text
    pages["link"] = visitor.http.get(create_url(house, "brief"), timeout=20).text
    assert [name for name, text in pages.items() if not text.startswith("<!doctype html>")] == []
    assert faults(pages, tmp_path) == []
