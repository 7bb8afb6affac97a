"""Every page in every state is sound HTML, by a validator of its own."""

from pathlib import Path

from gallery import LARGE, PAGES, rendered
from validating import faults

# They hold nothing that the others do not, but take the validator a long time.
LONG = ("index-200", "index-1000")


def meant(fault: str) -> bool:
    """Whether it is meant: where scripts are off, the page that waits for its session looks again by itself."""
    return fault.startswith("starting, ") and "meta-refresh" in fault


def test_every_page_is_valid(tmp_path: Path) -> None:
    pages = {name: rendered(name) for name in PAGES | LARGE if name not in LONG}
    assert [each for each in faults(pages, tmp_path) if not meant(each)] == []


def test_the_validator_finds_what_is_wrong(tmp_path: Path) -> None:
    page = rendered("index").replace("<main ", '<main id="q" ').replace("</h1>", "<div>no</div></h1>", 1)
    found = faults({"index": page}, tmp_path)
    assert {"no-dup-attr", "element-permitted-content"} <= {each.split(": ")[1] for each in found}
