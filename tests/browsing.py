"""One headless Chromium: this machine's own, or else the one Playwright brought."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Playwright

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


def found() -> str | None:
    """The path of this machine's own browser, or None for the one Playwright brought."""
    return next((path for name in (os.environ.get("CHROMIUM"), *NAMES) if name and (path := shutil.which(name))), None)


@contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """The browser, until the end of the block."""
    browser = playwright.chromium.launch(executable_path=found(), headless=True, args=list(FLAGS))
    try:
        yield browser
    finally:
        browser.close()
