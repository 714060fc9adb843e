"""What browser tests stand on: the running site, Chromium, a signed-in page, axe, pictures in an ignored folder."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from core.models import User
from tests.support.browser import chromium, missing_browser

SIZES = {"desk": (1440, 900), "tablet": (1024, 768), "phone": (390, 844), "narrow": (320, 640)}
PICTURES = Path(settings.BASE_DIR) / ".kept" / "pictures"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE_OPTIONS = {"runOnly": AXE_RULES, "resultTypes": ["violations"]}

Screenshot = Callable[[Page, str], Path]
Violations = Callable[..., list[str]]
OpenPage = Callable[..., Page]


@pytest.fixture(scope="session", autouse=True)
def _may_use_the_database_beside_the_browser() -> None:
    """Playwright's loop runs in the test's thread, which Django would take for asynchronous code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; each test has its own context."""
    reason = missing_browser()
    if reason:
        pytest.skip(reason)
    with chromium() as running:
        yield running


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer) -> Iterator[OpenPage]:
    """Open an address of the site as a user: ``open_page("/orders/", user=alice, size="phone", scheme="dark")``.

    Every error that the browser reports fails the test: a blocked script, a missing file, an exception.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(path: str, *, user: User | None = None, size: str = "desk", scheme: Any = "light", **more: Any) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            base_url=live_server.url,
            **({"reduced_motion": "reduce"} | more),
        )
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME]
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(path)
        return page

    yield make
    for context in contexts:
        context.close()
    expected = "Failed to load resource: the server responded with a status of 4"  # refused forms and error pages
    assert [error for error in errors if not error.startswith(expected)] == []


@pytest.fixture(scope="session")
def violations() -> Violations:
    """Ask axe for everything that WCAG 2.2 AA and its good practice forbid on the page, or a part, as it stands."""
    axe = Axe()

    def look(page: Page, within: str | None = None) -> list[str]:
        # What a sticky bar covers at this moment is not too small to press: scroll padding moves it clear.
        before = page.viewport_size
        height = page.evaluate("document.documentElement.scrollHeight")
        if before and height > before["height"]:
            page.set_viewport_size({"width": before["width"], "height": height})
        found = axe.run(page, within, options={"runOnly": AXE_RULES, "resultTypes": ["violations"]}).response[
            "violations"
        ]
        if before:
            page.set_viewport_size(before)
        return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]

    return look


@pytest.fixture(scope="session")
def screenshot() -> Screenshot:
    """Keep a picture of the whole page for eyes to judge."""

    def take(page: Page, name: str) -> Path:
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
        return PICTURES / f"{name}.png"

    return take


@pytest.fixture
def designer(transactional_db: None) -> User:
    """Somebody who may see the design pages."""
    from django.contrib.auth.models import Permission

    user = User.objects.create_user("dana", password="a long enough secret", first_name="Dana", last_name="Designer")
    user.user_permissions.add(Permission.objects.get(content_type__app_label="core", codename="administer"))
    return user
