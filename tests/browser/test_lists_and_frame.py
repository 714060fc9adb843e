"""Lists and the frame in a real browser: the palette by keyboard, views and columns, Back, selection; accessible."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from core.models import CompanyMembership, Job
from orders.services import confirm_orders
from tests import factories
from tests.browser.conftest import OpenPage, Screenshot, Violations
from tests.orders.makers import draft
from tests.world import World, world  # noqa: F401 - the world's fixture

pytestmark = [pytest.mark.browser, pytest.mark.own_database]


@pytest.fixture
def shop(transactional_db: None, world: World) -> World:  # noqa: F811 - the fixture's own name
    """Some sixty orders, so that there is a second page and something to scroll."""
    made = [draft(world, bolt="1", customer_reference=f"PO-{number}", on=timezone.localdate()) for number in range(60)]
    confirm_orders(order_ids=[order.pk for order in made[::3]], actor=world.alice)
    return world


def test_the_palette_by_keyboard(
    open_page: OpenPage, shop: World, violations: Violations, screenshot: Screenshot
) -> None:
    page = open_page("/orders/", user=shop.alice)

    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Search or jump to")
    expect(box).to_be_focused()
    expect(page.get_by_role("option", name="New order")).to_have_count(2)  # of this page, and to create
    screenshot(page, "palette-empty")
    box.press_sequentially("acme")
    expect(page.locator("#palette-found [role=option]")).to_have_count(1)
    expect(page.locator("#palette-found [role=option]")).to_have_attribute("aria-selected", "true")
    assert violations(page) == []
    screenshot(page, "palette-found")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Acme Hardware")

    page.keyboard.press("Control+k")
    page.keyboard.type("> new q")
    page.keyboard.press("Enter")
    page.wait_for_url("**/quotes/new/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("group", name="Recent").get_by_role("option")).to_have_count(1)
    page.keyboard.type("ret")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/fulfil/returns/")
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).not_to_be_visible()


def test_back_finds_the_list_as_it_was_left(open_page: OpenPage, shop: World) -> None:
    page = open_page("/orders/?view=all&sort=gross", user=shop.alice)
    page.get_by_label("Search orders").press_sequentially("PO-1")
    page.wait_for_url("**q=PO-1**")
    page.get_by_label("Search orders").fill("")
    page.wait_for_url(lambda url: "q=PO-1" not in url)
    page.mouse.wheel(0, 700)
    page.wait_for_function("scrollY > 300")
    left = page.evaluate("scrollY")
    page.locator("table[data-list] tbody tr").nth(30).get_by_role("link").first.click()
    page.wait_for_url(re.compile(r"/orders/\d+/"))
    page.go_back()

    assert "sort=gross" in page.url
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Total")
    page.wait_for_function(f"Math.abs(scrollY - {left}) < 5")


def test_what_was_typed_counts_for_the_file_the_view_and_all_that_match(open_page: OpenPage, shop: World) -> None:
    page = open_page("/orders/?view=all", user=shop.boss)
    page.get_by_label("Search orders").press_sequentially("PO-7")
    expect(page.locator("table[data-list] tbody tr")).to_have_count(1)

    page.get_by_role("button", name="Export orders").click()
    expect(page.get_by_role("link", name="CSV file")).to_have_attribute("href", re.compile("q=PO-7"))
    page.keyboard.press("Escape")
    page.locator(".pick").first.check()
    page.get_by_role("link", name="Select all 1 matching").click()
    expect(page.locator(".bulk")).to_contain_text("All 1 matching are selected")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 orders confirmed")


def test_views_and_columns_without_script(open_page: OpenPage, shop: World) -> None:
    page = open_page("/orders/?view=drafts", user=shop.boss, java_script_enabled=False)
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("checkbox", name="Owner").uncheck()
    page.locator("#columns-panel").get_by_role("button", name="Show").click()
    expect(page.get_by_role("columnheader", name="Owner")).to_have_count(0)

    page.get_by_role("button", name="Save view").click()
    page.get_by_label("New view of what is shown").fill("My drafts")
    page.locator("#view-panel").get_by_role("button", name="Save view").click()
    expect(page.get_by_role("navigation", name="Saved views").get_by_role("link", name="My drafts")).to_have_attribute(
        "aria-current", "page"
    )


@pytest.mark.parametrize(("size", "scheme"), [("desk", "dark"), ("phone", "light")])
def test_the_list_and_its_panels_are_accessible(
    open_page: OpenPage, shop: World, violations: Violations, screenshot: Screenshot, size: str, scheme: str
) -> None:
    other = factories.make_company(code="OTHER")
    CompanyMembership.objects.create(user=shop.boss, company=other)
    Job.objects.create(
        kind="test", title="Orders as Excel file", arguments={}, queue="documents", requested_by=shop.boss,
        state="running", done_count=1200, total_count=84000,
    )  # fmt: skip
    page = open_page("/orders/", user=shop.boss, size=size, scheme=scheme)
    assert violations(page) == []
    screenshot(page, f"orders-list-{size}-{scheme}")
    for panel in (
        "view-panel",
        "columns-panel",
        "export-menu",
        "bell-menu",
        *(("company-menu",) if size == "desk" else ()),
    ):
        page.locator(f"[popovertarget={panel}]").first.click()
        expect(page.locator(f"#{panel}")).to_be_visible()
        assert violations(page) == []
        screenshot(page, f"orders-list-{panel}-{size}-{scheme}")
        page.keyboard.press("Escape")
    page.goto("/orders/?select=all")
    assert violations(page) == []
    screenshot(page, f"orders-list-selected-{size}-{scheme}")


def test_light_or_dark_at_once_and_after_a_reload(open_page: OpenPage, shop: World) -> None:
    page = open_page("/orders/", user=shop.alice)
    page.get_by_role("button", name="Switch light or dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
