"""From the order to the money, once by the keyboard alone and once without script: the same steps on the same pages."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from accounting.models import OpenItem
from billing.models import Invoice
from core.invariants import check_all
from fulfillment.models import Delivery
from orders.models import Order
from tests import factories
from tests.browser.conftest import OpenPage
from tests.world import World, world

__all__ = ["world"]

pytestmark = [pytest.mark.browser, pytest.mark.own_database, pytest.mark.timeout(300)]

MOST_STOPS = 250  # presses of Tab from the beginning of a page to anything on it


class Hands:
    """What a person does on a page, with a pointer."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, what: Locator) -> None:
        what.click()

    def check(self, what: Locator) -> None:
        what.check()

    def fill(self, what: Locator, words: str) -> None:
        what.fill(words)

    def button(self, name: str) -> None:
        self.press(self.page.get_by_role("button", name=name, exact=True).first)

    def link(self, name: str | re.Pattern[str]) -> None:
        self.press(self.page.get_by_role("link", name=name, exact=True).first)

    def place(self, name: str) -> None:
        sidebar = self.page.get_by_role("navigation", name="Main")
        self.press(sidebar.get_by_role("link", name=re.compile(rf"^{name}( \d.*)?$")))


class Keys(Hands):
    """What a person does who has no pointer: Tab until it is reached, then the key for it."""

    def reach(self, what: Locator, key: str = "Tab") -> None:
        """Go on until the focus is there, and be shown that it is."""
        expect(what).to_be_visible()
        for _ in range(MOST_STOPS):
            if what.evaluate("element => element === document.activeElement"):
                break
            self.page.keyboard.press(key)
        expect(what).to_be_focused()
        rim = what.evaluate("element => getComputedStyle(element).outlineStyle")
        assert rim != "none" or what.evaluate("element => getComputedStyle(element).boxShadow") != "none"

    def press(self, what: Locator) -> None:
        self.reach(what)
        self.page.keyboard.press("Enter")

    def check(self, what: Locator) -> None:
        if what.evaluate("element => element.type === 'radio'"):  # one stop for all of them; arrows choose
            group = self.page.locator(f"input[type=radio][name={what.get_attribute('name')}]")
            checked = group.and_(self.page.locator(":checked"))
            self.reach(checked if checked.count() else group.first)
            self.reach(what, "ArrowDown")
        else:
            self.reach(what)
            self.page.keyboard.press("Space")
        expect(what).to_be_checked()

    def fill(self, what: Locator, words: str) -> None:
        self.reach(what)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(words)


def row_of(page: Page, words: str) -> Locator:
    """The row of a table that says this."""
    return page.get_by_role("row").filter(has_text=words).first


def ordered(hands: Hands) -> Order:
    """Ten bolts are entered and confirmed."""
    page = hands.page
    hands.place("Orders")
    hands.link("New order")
    hands.fill(page.get_by_label("Customer"), "acme")
    hands.button("Start order")
    hands.fill(page.get_by_label("Line 1, SKU"), "BOLT-M8")
    hands.fill(page.get_by_label("Line 1, quantity"), "10")
    hands.button("Confirm order")
    expect(page.locator(".head .tag").first).to_have_text("Confirmed")
    return Order.objects.get()


def shipped(hands: Hands, order: Order) -> Delivery:
    """They are picked, packed and shipped."""
    page = hands.page
    hands.place("Deliveries")
    hands.link(re.compile("^Due promises"))
    hands.check(row_of(page, str(order.number)).get_by_role("checkbox"))
    hands.button("Create deliveries")
    expect(page.get_by_role("link", name="D-").first).to_be_visible()
    delivery = Delivery.objects.get()
    hands.link(str(delivery.number))
    hands.button("Release")
    expect(page.locator(".head .tag")).to_have_text("Released")
    hands.button("Pick as planned")
    hands.link("Pack")
    hands.button("Pack")
    expect(page.locator(".head .tag")).to_have_text("Packed")
    hands.button("Post goods issue")
    hands.press(page.get_by_role("dialog").get_by_role("button", name="Post goods issue"))
    expect(page.locator(".head .tag")).to_have_text("Shipped")
    return delivery


def invoiced(hands: Hands, delivery: Delivery) -> Invoice:
    """They are billed."""
    page = hands.page
    hands.place("To invoice")
    hands.check(row_of(page, str(delivery.number)).get_by_role("checkbox"))
    hands.button("Preview")
    hands.button("Post invoices")
    expect(page.get_by_role("heading", name="There is a problem")).to_have_count(0)
    expect(page.locator("main").get_by_role("link", name=re.compile("^(INV|[A-Z]+)-")).first).to_be_visible()
    return Invoice.objects.get()


def paid(hands: Hands, invoice: Invoice) -> None:
    """The money is booked and applied."""
    page = hands.page
    hands.place("Payments")
    hands.link("Enter payment")
    hands.fill(page.get_by_role("textbox", name="Account"), "ACME")
    hands.fill(page.get_by_label("Amount"), str(invoice.gross.amount))
    hands.fill(page.get_by_label("Reference"), str(invoice.number))
    hands.check(page.get_by_label("Nothing yet: keep it on account"))
    hands.button("Book payment")
    hands.place("Payments")
    hands.link("Apply")
    hands.button("Apply")
    expect(page.get_by_text("There is a problem")).to_have_count(0)
    hands.place("Invoices")
    hands.link(str(invoice.number))
    expect(page.locator(".head .tag")).to_have_text("Paid")


@pytest.mark.parametrize(("hands_of", "has_script"), [(Keys, True), (Hands, False)], ids=["by keys", "without script"])
def test_from_the_order_to_the_money(
    world: World, open_page: OpenPage, hands_of: Callable[[Page], Hands], has_script: bool
) -> None:
    roles = ("Sales", "Warehouse lead", "Finance lead")
    everybody = factories.make_user(name="Ida", roles=roles, companies=(world.company,))
    hands = hands_of(open_page("/", user=everybody, java_script_enabled=has_script))

    order = ordered(hands)
    invoice = invoiced(hands, shipped(hands, order))
    paid(hands, invoice)

    assert invoice.gross.amount == order.gross.amount == Decimal("120.00")  # type: ignore[union-attr]
    assert OpenItem.objects.get(source_type="invoice", source_id=invoice.pk).open_amount == 0
    assert [(each.invariant.name, each.rows) for each in check_all() if not each.holds] == []
