"""A headless Chromium: this machine's own, or else the one Playwright brought."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, BrowserType, Playwright

# The shell draws no window around each page, which saves a third of the time, and knows no settings of a person.
SHELL = "chromium-headless-shell"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def found(*names: str) -> str | None:
    """The path of this machine's own browser, the first there is of those named, or None for Playwright's."""
    return next((path for name in (os.environ.get("CHROMIUM"), *names) if name and (path := shutil.which(name))), None)


@contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """The browser, until the end of the block."""
    browser = playwright.chromium.launch(executable_path=found(SHELL, *NAMES), headless=True, args=list(FLAGS))
    try:
        yield browser
    finally:
        browser.close()


def with_settings(kind: BrowserType, folder: Path, settings: Mapping[str, object], **how: Any) -> BrowserContext:
    """A browser whose person has made these settings in a new profile at `folder`; to be closed by the caller."""
    (folder / "Default").mkdir(parents=True)
    (folder / "Default" / "Preferences").write_text(json.dumps({"profile": settings}))
    own = found(*NAMES)
    which: dict[str, Any] = {"executable_path": own} if own else {"channel": "chromium"}
    return kind.launch_persistent_context(folder, headless=True, args=list(FLAGS), **which, **how)
