"""What several kinds of tests share: the sample resources, the running programs, and a browser."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import launched
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from programs import House

ROOT = Path(__file__).resolve().parents[1]

# These run the same lines over and over: measuring that takes longer than the tests themselves.
UNMEASURED = (
    "checking/test_cut_off.py",
    "checking/test_garbled.py",
    "checking/test_hostile.py",
    "generator/test_build.py",
    "portal/openapi/test_fuzz.py",
    "portal/resources/test_mutations.py",
    "portal/resources/test_samples.py",
    "portal/services/test_model.py",
    "portal/services/test_racing.py",
    "portal/services/test_sweeping_pace.py",
    "portal/trust/test_limits.py",
    "whole/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave tests that do much out of the coverage, and give a browser a second try.

    What a browser does is tried twice, because on a busy machine it may get no time at all; the closing line counts
    what was run again. Nothing else is: what fails once in many runs, such as a race, is a fault.
    """
    for item in items:
        if item.path.relative_to(ROOT / "tests").as_posix().startswith(UNMEASURED):
            item.add_marker(pytest.mark.no_cover)
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real resources of other projects, where this machine has one."""
    folder = Path(os.environ.get("WORKSHOP_INDEX_SAMPLES") or ROOT.parent / "shared" / "samples")
    if not folder.is_dir():
        pytest.skip(f"no sample resources in {folder}: name their folder in WORKSHOP_INDEX_SAMPLES")
    return folder


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The index and the portal of tests/whole/config, running."""
    started = House(tmp_path_factory.mktemp("house"), WORKSHOP_INDEX_CONFIG=ROOT / "tests" / "whole" / "config")
    try:
        yield started.start("portal", "web")
    finally:
        started.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium: this machine's own, or else the one Playwright brought."""
    with sync_playwright() as playwright, launched(playwright) as browser:
        yield browser


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser profile of its own, with scripts."""
    context = chromium.new_context()
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture(params=[True, False], ids=["with-scripts", "without-scripts"])
def either_page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A page with JavaScript, and once more without."""
    context = chromium.new_context(java_script_enabled=request.param)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(visitor: BrowserContext) -> Page:
    """A page of a fresh visitor."""
    return visitor.new_page()
