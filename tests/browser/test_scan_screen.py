"""The picker's phone in a real browser: a scanner's burst, a wrong item, a network gap."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from fulfillment.models import PickScan
from tests.fulfillment.conftest import MakeDelivery, lines_of, make_confirmed, make_delivery, world
from tests.world import World

__all__ = ["make_confirmed", "make_delivery", "world"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def scan(page: Page, code: str) -> None:
    """What a wedge scanner does: all characters at once, then Enter, wherever the focus is."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def test_scans_count_a_wrong_one_stops_and_a_gap_loses_nothing(
    world: World, make_delivery: MakeDelivery, open_page: Any, violations: Any, screenshot: Any
) -> None:
    delivery = make_delivery({world.bolt: "8", world.mug: "2"}, state="released")
    page = open_page(f"/fulfil/{delivery.pk}/scan/", user=world.bob, size="phone")
    assert violations(page) == []
    screenshot(page, "scan-phone")

    scan(page, "BOLT-M8")
    expect(page.locator(".hit")).to_contain_text("BOLT-M8 counted, 1 of 8")

    page.keyboard.type("BO")  # a busy phone: the code comes in two bursts and is whole all the same
    page.wait_for_timeout(120)
    scan(page, "LT-M8")
    expect(page.locator(".hit")).to_contain_text("BOLT-M8 counted, 2 of 8")
    scan(page, "UNDO")
    expect(page.locator(".hit")).to_contain_text("1 BOLT-M8 taken back")

    scan(page, "MUG-WRONG")
    expect(page.locator("h1")).to_have_text("Unknown code")
    assert violations(page) == []
    screenshot(page, "scan-stop-phone")
    scan(page, "BOLT-M8")  # not heard: the screen waits for a hand
    page.get_by_text("Keep picking").click()
    expect(page.locator(".qty")).to_contain_text("7")

    page.evaluate("() => { window.wire = fetch; window.fetch = () => Promise.reject(new TypeError('no network')); }")
    for _ in range(3):
        scan(page, "BOLT-M8")
    expect(page.locator("[data-online]")).to_have_text("3 waiting")
    page.evaluate("() => { window.fetch = window.wire; window.dispatchEvent(new Event('online')); }")
    expect(page.locator(".qty")).to_contain_text("4", timeout=15_000)
    expect(page.locator("[data-online]")).to_have_text("Online")

    page.get_by_role("button", name="All 4 found").click()
    expect(page.locator(".bin")).to_be_visible()
    expect(page.locator(".name").first).to_contain_text("MUG-NAVY")
    scan(page, "UNDO")
    expect(page.locator(".hit")).to_contain_text("4 BOLT-M8 taken back")
    assert [int(line.picked) for line in lines_of(delivery)] == [4, 0]
    assert PickScan.objects.filter(outcome="unknown").count() == 1


@pytest.mark.parametrize("scheme", ["dark"])
def test_the_pages_have_no_barriers(
    world: World, make_delivery: MakeDelivery, open_page: Any, violations: Any, screenshot: Any, scheme: str
) -> None:
    delivery = make_delivery({world.bolt: "8", world.mug: "2"}, state="picking")
    make_delivery({world.bolt: "3"})
    for size in ("desk", "phone"):
        for name, path in (
            ("board", "/fulfil/"),
            ("delivery", f"/fulfil/{delivery.pk}/"),
            ("pack", f"/fulfil/{delivery.pk}/pack/"),
            ("short", f"/fulfil/{delivery.pk}/lines/{lines_of(delivery)[0].pk}/short/"),
            ("returns", "/fulfil/returns/"),
        ):
            page = open_page(path, user=world.bob, size=size, scheme=scheme)
            assert violations(page) == [], name
            screenshot(page, f"fulfil-{name}-{size}-{scheme}")
