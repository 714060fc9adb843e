"""Every page of the site, found by its routes, has no barrier: in light, dark and on a phone, empty, refused, asking.

In a common run the first row of a route is looked at on a desk in light, the second on a phone in dark; with
``KEPT_EVERY_LOOK=1`` up to six rows in every look, and pictures of them are kept.
"""

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import SIZES, Screenshot, Violations
from tests.browser.walked import HAS_FORM, SEND_NONSENSE, Walker, pages_of, walker
from tests.corpus.company import Place
from tests.corpus.ready import place
from tests.corpus.shots import taken_back
from tests.corpus.walk import ROOMS

__all__ = ["place"]

pytestmark = [pytest.mark.browser]

EVERY_LOOK = bool(os.environ.get("KEPT_EVERY_LOOK"))
LOOKS = (("desk", "light"), ("phone", "dark"), ("desk", "dark"), ("phone", "light"), ("tablet", "light"))
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
Faults = dict[str, list[str]]


@pytest.fixture
def walk(browser: Browser, place: Place) -> Iterator[Walker]:
    """A browser of the person who may do everything."""
    with walker(browser, place) as walk:
        yield walk


def _look(walk: Walker, look: tuple[str, Any], violations: Violations, within: str | None = None) -> list[str]:
    size, scheme = look
    width, height = SIZES[size]
    walk.page.set_viewport_size({"width": width, "height": height})
    walk.page.emulate_media(color_scheme=scheme)
    sideways = [] if walk.page.evaluate(FITS) else ["scrolls sideways"]
    return violations(walk.page, within) + sideways + walk.complained()


@pytest.mark.parametrize("room", ROOMS)
def test_no_page_has_barriers(walk: Walker, violations: Violations, screenshot: Screenshot, room: str) -> None:
    faults: dict[str, list[str]] = {}
    for number, address in pages_of(walk.client, room, 6 if EVERY_LOOK else 2):
        looks = LOOKS if EVERY_LOOK else LOOKS[number : number + 1]
        with taken_back():
            walk.page.goto(address)
            for state, within in _states(walk) if not number else [("", None)]:
                for look in looks if not within else looks[:2]:
                    faults[f"{address} {state} {look}"] = _look(walk, look, violations, within)
                    if EVERY_LOOK:
                        name = re.sub("[^a-z0-9]+", "-", f"{address} {state}".lower()).strip("-")
                        screenshot(walk.page, f"every-{name}-{'-'.join(look)}")

    assert {where: found for where, found in faults.items() if found} == {}


def _states(walk: Walker) -> Iterator[tuple[str, str | None]]:
    """The page as it is, with each of its dialogs, its form refused, nothing found; and the part to look at."""
    address = walk.page.url
    yield "", None
    for dialog in walk.page.evaluate("[...document.querySelectorAll('main dialog[id]')].map(one => one.id)"):
        walk.page.evaluate("id => document.getElementById(id).showPopover()", dialog)
        yield dialog, f"#{dialog}"
        walk.page.evaluate("id => document.getElementById(id).hidePopover()", dialog)
    search = walk.page.locator("main form[role=search] input[name=q], main input[type=search][name=q]").count()
    if walk.page.evaluate(HAS_FORM):
        with walk.page.expect_navigation():
            walk.page.evaluate(SEND_NONSENSE)
        if walk.status >= 400:
            yield "refused", "main"
    if search:
        walk.page.goto(f"{address.split('?')[0]}?q=no+such+thing+at+all")
        yield "nothing found", "main"
