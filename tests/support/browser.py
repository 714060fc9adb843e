"""A real browser for tests: Debian's Chromium through Playwright, quiet and with a fresh profile."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from orders_site.boot.install import find_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NO_BROWSER = "no Chromium found: install it (apt-get install chromium) or set CHROMIUM to its path"


def missing_browser() -> str | None:
    """Say why browser tests cannot run here; None when they can."""
    found = find_chromium()
    return None if found and shutil.which(found) else NO_BROWSER


@contextmanager
def chromium() -> Iterator["Browser"]:
    """Start Chromium and close it. Playwright is imported here because few runs need it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()
