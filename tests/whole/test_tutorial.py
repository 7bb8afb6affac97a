"""The tutorial, from the wheel in an empty folder to the banner on the published site, as it is written."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tutorial import PAGE, VISITS, begun, patched, steps

pytestmark = [pytest.mark.browser, pytest.mark.whole]


def test_a_new_user_comes_from_nothing_to_a_published_site_and_back(tmp_path: Path, chromium: Browser) -> None:
    seen: list[str] = []

    def look(page: Page, name: str) -> None:
        seen.append(name)

    with begun(tmp_path, chromium, look) as walk:
        for section in walk.sections()[1:]:
            walk.do(section)
    assert [f"screenshots/{name}.png" for name in seen] == re.findall(r"!\[.+?\]\((.+?)\)", walk.text)


def test_the_page_has_commands_edits_and_what_they_lead_to() -> None:
    found = list(steps(PAGE.read_text(encoding="utf-8")))
    kinds = {kind: [step for step in found if step.kind == kind] for kind in {step.kind for step in found}}
    assert set(kinds) == {"sh", "text", "yaml", "diff", "markdown"}
    assert set(VISITS) <= {step.section for step in found}
    typed = "".join(step.text for step in kinds["sh"])
    for command in ("new", "serve", "check", "build"):
        assert f"workshop-index {command}" in typed
    assert all(step.file for kind in ("yaml", "diff", "markdown") for step in kinds[kind])


def test_what_is_to_change_must_be_there_once() -> None:
    assert patched("a\nb\nc\n", " a\n-b\n+B\n+D\n") == "a\nB\nD\nc\n"
    for text in ("a\n", "b\nb\n"):
        with pytest.raises(AssertionError, match="not there once"):
            patched(text, "-b\n+c\n")
