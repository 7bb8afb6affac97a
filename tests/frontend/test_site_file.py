"""The site's file while it is broken or gone: every process goes on with what it said last."""

from pathlib import Path

import pytest

from frontend.settings import SettingsError
from frontend.site_source import SiteSource

PORTAL = "http://127.0.0.1:8080"


def written(folder: Path, text: str) -> Path:
    """Return the site's file, holding `text` now."""
    file = folder / "site.yaml"
    file.write_text(text)
    return file


def test_a_process_that_starts_while_the_file_is_broken_serves_what_it_said_last(tmp_path: Path) -> None:
    file, kept = written(tmp_path, "brand: {name: First}\n"), tmp_path / "kept.yaml"
    SiteSource(file, PORTAL, kept)
    written(tmp_path, "brand: [\n")
    assert SiteSource(file, PORTAL, kept).current().brand.name == "First"


def test_processes_agree_on_what_it_said_last(tmp_path: Path) -> None:
    file, kept = written(tmp_path, "brand: {name: First}\n"), tmp_path / "kept.yaml"
    awake, asleep = (SiteSource(file, PORTAL, kept) for _ in range(2))
    written(tmp_path, "brand: {name: Second}\n")
    assert awake.current().brand.name == "Second"
    written(tmp_path, "brand: {name: [\n")
    assert [each.current().brand.name for each in (awake, asleep)] == ["Second", "Second"]


@pytest.mark.parametrize("kept", [None, "brand: [\n"], ids=["nothing kept", "what was kept is broken as well"])
def test_a_first_start_with_a_broken_file_is_refused(kept: str | None, tmp_path: Path) -> None:
    if kept is not None:
        (tmp_path / "kept.yaml").write_text(kept)
    with pytest.raises(SettingsError, match=r"site\.yaml:\d+:\d+: error"):
        SiteSource(written(tmp_path, "brand: [\n"), PORTAL, tmp_path / "kept.yaml")


def test_a_folder_that_cannot_be_written_keeps_nothing_and_serves(tmp_path: Path) -> None:
    file = written(tmp_path, "brand: {name: First}\n")
    assert SiteSource(file, PORTAL, tmp_path / "nowhere" / "kept.yaml").current().brand.name == "First"


def test_a_file_that_is_put_in_its_place_anew_uncovers_nothing_meanwhile(tmp_path: Path) -> None:
    file = written(tmp_path, "sign_in: {by: header, required_for: catalog}\n")
    source = SiteSource(file, PORTAL)
    file.unlink()
    assert source.current().sign_in.guards_catalog
    written(tmp_path, "brand: {name: Second}\n")
    assert source.current().brand.name == "Second"
