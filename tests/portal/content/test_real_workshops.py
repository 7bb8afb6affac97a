"""Every real page at hand renders, and nothing active is in it."""

import re
from pathlib import Path

from bs4 import BeautifulSoup

from portal_backend.content.outline import outline
from portal_backend.content.rendering import page_html, text_html

AT_LEAST = 300
ACTIVE = {"script", "style", "iframe", "object", "embed", "form", "svg", "link", "meta", "base"}


def active(markup: str) -> list[str]:
    """Return what in `markup` could act: tags, handlers, addresses of another kind."""
    found = []
    for tag in BeautifulSoup(markup, "html.parser").find_all(True):
        found += [tag.name] if tag.name in ACTIVE else []
        found += [name for name in tag.attrs if name.startswith(("on", "style"))]
        found += [str(tag[n]) for n in ("href", "src") if re.match(r"(?!https?:|mailto:)[a-z]+:", str(tag.get(n, "")))]
    return found


def without_code(markup: str) -> str:
    """Return the words of `markup` outside code, where a shortcode may be quoted."""
    soup = BeautifulSoup(markup, "html.parser")
    for code in soup.find_all("code"):
        code.decompose()
    return soup.get_text()


def test_every_real_page_renders(samples: Path) -> None:
    files = sorted(samples.rglob("*.md"))
    assert len(files) >= AT_LEAST
    trouble = {}
    for file in files:
        shown = text_html(file.read_text("utf-8", errors="replace"), {"session_namespace": "lab-w01-s001"})
        if not shown.strip() or active(shown):
            trouble[file.name] = active(shown) or "empty"
    assert trouble == {}


def test_every_real_workshop_has_its_pages(samples: Path) -> None:
    folders = sorted(path.parents[1] for path in samples.rglob("content") if path.parent.name == "workshop")
    assert len(folders) >= 40
    for folder in folders:
        found = outline(str(folder))
        assert found.pages, folder
        for page in found.pages:
            shown = page_html(found, page, {"session_namespace": "lab-w01-s001"}, "/workshops/session/lab-w01-s001/")
            assert page.title
            assert shown.strip(), page
            assert active(shown) == [], page
            assert "{{<" not in without_code(shown), page
