"""Stock and supply in a real browser: accessible in every size, nothing beside the screen, no script needed."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from core.dates import business_date
from core.models import CompanyMembership, User
from inventory.models import SupplyLine, Warehouse
from tests.browser.conftest import OpenPage, Screenshot, Violations
from tests.inventory import makers

pytestmark = [pytest.mark.browser, pytest.mark.own_database]

TODAY = business_date("UTC")
RIGHTS = (
    "view_stock",
    "view_supply",
    "maintain_supply",
    "receive_supply",
    "adjust_stock",
    "see_cost",
)


@pytest.fixture
def main(transactional_db: None) -> Warehouse:
    """The warehouse of the pictures, with four products on hand."""
    warehouse = makers.make_warehouse(company=makers.make_company())
    for sku, quantity in (("GW-10442", "312"), ("GW-10447", "41"), ("HW-20144", "400"), ("HW-20320", "60")):
        product = makers.make_product(sku=sku)
        makers.put_in_stock(warehouse=warehouse, product=product, quantity=quantity, unit_cost="3.85")
    return warehouse


@pytest.fixture
def keeper(main: Warehouse) -> User:
    """Somebody who runs the warehouse."""
    user = User.objects.create_user("kim", first_name="Kim", last_name="Keeper")
    user.user_permissions.set(Permission.objects.filter(codename__in=RIGHTS))
    CompanyMembership.objects.create(user=user, company=main.company)
    return user


@pytest.fixture
def coming(main: Warehouse) -> SupplyLine:
    """An inbound line of a product of which some is on hand, and more is promised."""
    north = makers.make_warehouse(company=main.company, code="NORTH", rank=2)
    can = makers.make_product(sku="HW-20318")
    makers.put_in_stock(warehouse=main, product=can, quantity="60")
    makers.put_in_stock(warehouse=north, product=can, quantity="52")
    line = makers.expect(warehouse=main, product=can, quantity="120", on=TODAY + timedelta(days=10))
    makers.expect(warehouse=main, product=can, quantity="40", on=TODAY + timedelta(days=3))
    for number, quantity in enumerate(("44", "30", "70")):
        day = TODAY + timedelta(days=5 * number)
        makers.promised(product=can, warehouse=main, quantity=quantity, on=day, reference=f"SO-2026-00{number}")
    return line


@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark")])
def test_stock_pages_are_accessible_and_fit(
    open_page: OpenPage,
    violations: Violations,
    screenshot: Screenshot,
    keeper: User,
    coming: SupplyLine,
    size: str,
    scheme: str,
) -> None:
    pages = {
        "on-hand": reverse("inventory:on-hand"),
        "availability": reverse("inventory:availability") + "?product=HW-20318&quantity=40",
        "supply": reverse("inventory:supply"),
        "supply-order": reverse("inventory:supply-order", args=[coming.order_id]),
        "supply-new": reverse("inventory:supply-new"),
        "receive": reverse("inventory:supply-receive", args=[coming.order_id]),
        "adjustment-new": reverse("inventory:adjustment-new"),
        "moves": reverse("inventory:moves"),
    }
    page = open_page(pages["on-hand"], user=keeper, size=size, scheme=scheme)
    found: dict[str, object] = {}
    for name, address in pages.items():
        page.goto(address)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        screenshot(page, f"stock-{name}-{size}-{scheme}")
        if problems := [*violations(page), *(["wider than the screen"] if wider > 0 else [])]:
            found[name] = problems

    assert found == {}


def test_goods_are_received_without_script(open_page: OpenPage, keeper: User, coming: SupplyLine) -> None:
    page = open_page(reverse("inventory:supply-order", args=[coming.order_id]), user=keeper, java_script_enabled=False)

    page.get_by_role("link", name="Receive").click()
    page.get_by_label("Quantity of HW-20318").fill("100")
    page.get_by_role("button", name="Receive").click()

    assert page.get_by_role("heading", level=1).inner_text().startswith("GR-")
    coming.refresh_from_db()
    assert (coming.received, coming.order.status) == (100, "ordered")
