"""Orders in a real browser: ten lines by keyboard alone, the same without script, accessible in every size."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from catalog.models import Product, ProductRelation
from core.models import User
from core.system import system_user
from inventory.drafts import SupplyDraft, SupplyLineDraft
from inventory.services import create_supply_orders
from orders.credit.services import set_credit_limit
from orders.models import Order, OrderLine
from orders.services import confirm_orders
from tests import factories
from tests.browser.conftest import OpenPage, Screenshot, Violations
from tests.world import World, world  # noqa: F401 - the world's fixture

pytestmark = [pytest.mark.browser, pytest.mark.own_database]

GOODS = (
    ("GW-10442", "Enamel mug, navy rim 350 ml", "3.85", 312),
    ("GW-10443", "Enamel mug, sage rim 350 ml", "3.85", 96),
    ("GW-10447", "Enamel jug, cream 1.2 L", "8.40", 41),
    ("GW-10517", "Stoneware pot, speckled", "7.20", 120),
    ("HW-20144", "Brass coat hook, double", "18.60", 400),
    ("HW-20318", "Watering can 9 L, zinc", "9.40", 16),
    ("HW-20320", "Watering can 9 L, copper", "9.95", 60),
    ("GW-11890", "Soy candle, fig 220 g", "5.65", 500),
    ("HW-20405", "Garden trowel, ash handle", "6.10", 200),
    ("HW-20977", "Jute twine, natural 150 m", "2.10", 900),
)


@dataclass(frozen=True)
class Shop:
    """The world with ten products that people would type, one late, one customer near its limit."""

    world: World
    goods: dict[str, Product]


@pytest.fixture
def shop(transactional_db: None, world: World) -> Shop:  # noqa: F811 - the fixture's own name
    today, goods = timezone.localdate(), {}
    for sku, name, price, stock in GOODS:
        goods[sku] = factories.make_product(sku=sku, name=name, weight_kg=Decimal("0.4"))
        factories.make_price(company=world.company, product=goods[sku], rate=price)
        factories.put_in_stock(
            company=world.company, warehouse=world.main, product=goods[sku], quantity=str(stock),
            unit_cost=str(Decimal(price) * 6 / 10), on=today,
        )  # fmt: skip
    supplier = factories.make_account(company=world.company, code="SUP", name="Zinc Works", is_supplier=True)
    create_supply_orders(
        drafts=[
            SupplyDraft(
                world.company.pk, supplier.pk, world.main.pk, "GBP", today,
                (SupplyLineDraft(goods["HW-20318"].pk, Decimal(120), today + timedelta(days=10), Decimal(5)),),
            )
        ],
        actor=system_user(),
    )  # fmt: skip
    for kind, left, right, reason in (
        ("substitute", "HW-20318", "HW-20320", "Same size"),
        ("complement", "HW-20318", "HW-20405", "For the same beds"),
    ):
        ProductRelation.objects.create(
            product=goods[left], related=goods[right], kind=kind, reason=reason, valid_from=today - timedelta(days=1)
        )
    set_credit_limit(company=world.company, account_id=world.acme.pk, limit=Decimal(2500), actor=system_user())
    return Shop(world, goods)


def order_of(shop: Shop, actor: User, **lines: str) -> Order:
    today = timezone.localdate()
    return factories.make_order(
        company=shop.world.company,
        account=shop.world.acme,
        warehouse=shop.world.main,
        lines={shop.goods[sku.replace("_", "-")]: quantity for sku, quantity in lines.items()},
        actor=actor,
        on=today,
        requested_on=today + timedelta(days=4),
        customer_reference="CW-PO-3092",
    )


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_ten_lines_are_entered_and_confirmed_by_keyboard_alone(
    shop: Shop, open_page: OpenPage, screenshot: Screenshot
) -> None:
    page = open_page("/orders/", user=shop.world.alice)
    page.keyboard.press("c")
    page.keyboard.press("o")
    expect(page.get_by_label("Customer")).to_be_focused()
    page.keyboard.type("acme")
    page.keyboard.press("Enter")
    expect(page.get_by_label("PO ref")).to_be_focused()
    page.keyboard.type("PO-4711")
    page.keyboard.press("Enter")

    for sku, _, _, _ in GOODS:
        page.keyboard.type(sku)
        page.keyboard.press("Enter")
        page.keyboard.type("12")
        page.keyboard.press("Enter")
    expect(page.locator("#order-count")).to_have_text("10\u00a0lines")
    expect(page.locator("#order-sums")).to_contain_text("1,081.44")
    screenshot(page, "order-ten-lines")
    page.keyboard.press("Control+Enter")

    expect(page.locator(".head .tag")).to_have_text("Confirmed")
    order = Order.objects.get()
    assert (order.status, order.customer_reference, order.lines.count()) == ("confirmed", "PO-4711", 10)
    assert {line.ordered for line in OrderLine.objects.filter(order=order)} == {Decimal(12)}


def test_the_grid_helps_and_never_loses_what_was_typed(
    shop: Shop, open_page: OpenPage, screenshot: Screenshot, violations: Violations
) -> None:
    order = order_of(shop, shop.world.boss, GW_10442="144", HW_20318="48")
    page = open_page(f"/orders/{order.pk}/edit/", user=shop.world.boss)
    sku = page.get_by_label("Line 3, SKU")

    sku.click()
    page.keyboard.type("gw-10")
    expect(page.locator("#sug").get_by_role("option")).to_have_count(4)
    screenshot(page, "order-suggestions")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(sku).to_have_value("GW-10443")
    page.keyboard.type("12*2")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Line 3, quantity")).to_have_value("24")

    page.keyboard.type("3*HW-2O977")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("tr.why")).to_contain_text("Did you mean HW-20977")
    screenshot(page, "order-error")
    assert violations(page) == []
    page.get_by_role("button", name="Use it").click()
    expect(page.locator("tr.why")).to_have_count(0)
    expect(page.get_by_label("Line 4, quantity")).to_have_value("3")

    page.get_by_role("link", name="Line 2, promise").click()
    expect(page.get_by_role("dialog", name="Promise")).to_contain_text("HW-20320 instead")
    screenshot(page, "order-promise")
    assert violations(page) == []
    page.keyboard.press("Escape")

    page.get_by_label("Line 4, SKU").click()
    page.keyboard.press("Control+Shift+Backspace")
    expect(page.locator("#order-count")).to_contain_text("3\u00a0lines")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator("#order-count")).to_contain_text("4\u00a0lines")
    page.get_by_label("Line 1, quantity").click()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_label("Line 2, SKU")).to_have_value("GW-10442")
    expect(page.locator("#order-saved")).to_contain_text("Saved")


def test_rows_from_a_spreadsheet_are_pasted_at_once(shop: Shop, open_page: OpenPage) -> None:
    order = order_of(shop, shop.world.alice)
    page = open_page(f"/orders/{order.pk}/edit/", user=shop.world.alice)
    page.get_by_label("Line 1, SKU").focus()

    page.evaluate(
        """text => {
          const data = new DataTransfer();
          data.setData('text/plain', text);
          const paste = new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});
          document.activeElement.dispatchEvent(paste);
        }""",
        "SKU\tQty\n" + "\n".join(f"{sku}\t{number + 1}" for number, (sku, *_) in enumerate(GOODS)),
    )

    expect(page.locator("#order-count")).to_have_text("10\u00a0lines")
    assert [int(line.ordered) for line in OrderLine.objects.filter(order=order).order_by("position")] == list(
        range(1, 11)
    )


def test_the_same_order_is_entered_without_script(shop: Shop, open_page: OpenPage, screenshot: Screenshot) -> None:
    page = open_page("/orders/new/", user=shop.world.alice, java_script_enabled=False)
    page.get_by_label("Customer").fill("acme")
    page.get_by_role("button", name="Start order").click()
    page.get_by_label("Line 1, SKU").fill("GW-10442")
    page.get_by_label("Line 1, quantity").fill("12")
    page.get_by_label("Line 2, SKU").fill("HW-2O977")
    page.get_by_role("button", name="Confirm order").click()
    expect(page.locator("tr.why")).to_contain_text("Did you mean HW-20977")
    screenshot(page, "order-without-script")

    page.get_by_label("Line 2, SKU").fill("HW-20977")
    page.get_by_role("button", name="Confirm order").click()

    expect(page.locator(".head .tag")).to_have_text("Confirmed")
    assert Order.objects.get().lines.count() == 2


@pytest.mark.parametrize(("size", "scheme"), [("tablet", "light"), ("phone", "dark")])
def test_the_pages_of_orders_are_accessible_and_nothing_scrolls_sideways(
    shop: Shop, open_page: OpenPage, violations: Violations, screenshot: Screenshot, size: str, scheme: Any
) -> None:
    confirmed = order_of(shop, shop.world.alice, GW_10442="100", HW_20318="48", GW_11890="10")
    held = order_of(shop, shop.world.alice, HW_20144="200")
    draft = order_of(shop, shop.world.alice, GW_10442="144", HW_20318="48", HW_20405="20")
    for order in (confirmed, held):
        confirm_orders(order_ids=[order.pk], actor=shop.world.alice)
    pages = {
        "list": "/orders/?view=all",
        "edit": f"/orders/{draft.pk}/edit/",
        "detail": f"/orders/{confirmed.pk}/",
        "held": f"/orders/{held.pk}/",
        "change": f"/orders/{confirmed.pk}/change/",
        "paste": f"/orders/{draft.pk}/paste/",
        "new": "/orders/new/?q=acme",
        "print": f"/orders/{confirmed.pk}/print/",
        "credit-desk": "/orders/credit/",
        "credit-limit": f"/orders/credit/limits/{shop.world.acme.pk}/?company={shop.world.company.code}",
        "exceptions": "/exceptions/",
    }
    page = open_page("/orders/", user=shop.world.boss, size=size, scheme=scheme)
    found = {}
    for name, path in pages.items():
        page.goto(path)
        screenshot(page, f"orders-{name}-{size}-{scheme}")
        found[name] = violations(page) + ([] if fits(page) else ["scrolls sideways"])

    assert {name: problems for name, problems in found.items() if problems} == {}
