"""The documentation builds without a warning, and the built pages lead nowhere dead and load nothing from elsewhere."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(path.stem for path in DOCS.glob("*.md"))
_LOADED = {"script": "src", "img": "src", "source": "srcset", "iframe": "src", "link": "href"}
_MERE_WORDS = {"next", "prev", "index", "search", "author", "copyright"}


def _build(source: Path, made: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going"]
    command += ["-d", str(made / "doctrees"), str(source), str(made / "pages")]
    return subprocess.run(command, capture_output=True, text=True, timeout=240)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder `make docs` makes."""
    made = tmp_path_factory.mktemp("documentation")
    done = _build(DOCS, made)
    assert (done.returncode, done.stderr) == (0, "")
    return made / "pages"


@pytest.fixture(scope="module")
def parsed(built: Path) -> dict[str, BeautifulSoup]:
    """Every built page by its path."""
    pages = built.rglob("*.html")
    return {str(page.relative_to(built)): BeautifulSoup(page.read_text("utf-8"), "html.parser") for page in pages}


@pytest.mark.parametrize("page", PAGES)
def test_every_address_of_a_built_page_leads_somewhere(
    page: str, built: Path, parsed: dict[str, BeautifulSoup]
) -> None:
    dead = [address for address in _addresses(parsed[f"{page}.html"]) if not _there(address, page, built, parsed)]
    assert dead == []


def _addresses(page: BeautifulSoup) -> list[str]:
    found = [tag[name] for name in ("href", "src") for tag in page.find_all(attrs={name: True})]
    return [str(address) for address in found]


def _there(address: str, page: str, built: Path, parsed: dict[str, BeautifulSoup]) -> bool:
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return True
    path = unquote(parts.path) or f"{page}.html"
    if not parts.fragment:
        return (built / path).is_file()
    return path in parsed and parsed[path].find(id=unquote(parts.fragment)) is not None


@pytest.mark.parametrize("page", PAGES)
def test_a_built_page_loads_nothing_from_elsewhere(page: str, parsed: dict[str, BeautifulSoup]) -> None:
    loaded = [str(tag[_LOADED[tag.name]]) for tag in parsed[f"{page}.html"].find_all(_is_loaded)]
    assert loaded
    assert [address for address in loaded if urlsplit(address).netloc] == []


def _is_loaded(tag: Tag) -> bool:
    rel = set(tag.get_attribute_list("rel")) if tag.name == "link" else set()
    return tag.has_attr(_LOADED.get(tag.name, "")) and not rel & _MERE_WORDS


def test_no_style_sheet_or_script_loads_from_elsewhere(built: Path) -> None:
    sheets = {path: path.read_text("utf-8") for path in built.rglob("*.css")}
    assert sheets
    for path, text in sheets.items():
        assert not re.findall(r"url\(\s*['\"]?(?:https?:)?//|@import\s+['\"](?:https?:)?//", text), path
    for path in built.rglob("*.js"):
        assert not re.findall(r"(?:fetch|import|importScripts)\(\s*['\"`](?:https?:)?//", path.read_text("utf-8")), path


def test_every_page_is_in_the_map_beside_it(parsed: dict[str, BeautifulSoup]) -> None:
    beside = parsed["index.html"].select(".sidebar-tree a[href]")
    named = [str(link["href"]) for link in beside]
    assert sorted(set(named)) == sorted(f"{page}.html" for page in PAGES if page != "index")
    assert len(named) == len(set(named))


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        ("[a](nowhere.md)", "nowhere"),
        ("[a](index.md#nowhere)", "nowhere"),
        ("[a](#nowhere)", "nowhere"),
        ("![a](nowhere.png)", "nowhere.png"),
    ],
)
def test_a_slip_fails_the_build(slip: str, told: str, tmp_path: Path) -> None:
    source = tmp_path / "docs"
    source.mkdir()
    shutil.copy(DOCS / "conf.py", source)
    (source / "index.md").write_text(f"# Title\n\n{slip}\n", encoding="utf-8")
    done = _build(source, tmp_path)
    assert done.returncode != 0
    assert told in done.stderr
