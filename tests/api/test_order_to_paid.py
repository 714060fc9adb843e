"""An outside program that knows only the description takes an order from creation to paid."""

from decimal import Decimal

import pytest

from core.invariants import check_all
from core.models import CommandLog
from tests import factories
from tests.api.program import Program, make_key
from tests.world import World

pytestmark = pytest.mark.own_database


@pytest.fixture
def shop(world: World) -> Program:
    """A web shop with a key that may do the whole story."""
    person = factories.make_user(name="Shop", roles=("Sales", "Warehouse lead", "Finance"), companies=(world.company,))
    return Program(make_key(person))


def test_from_creation_to_paid(shop: Program, world: World) -> None:
    assert shop.call("read_me").body["companies"][0]["code"] == world.company.code
    skus = {row["sku"] for row in shop.call("list_products").body["items"]}
    account = shop.call("read_account", code="acme").body
    asked = {"account": account["code"], "lines": [{"sku": "BOLT-M8", "quantity": "10"}]}
    price = shop.call("check_prices", asked).body
    free = shop.call("read_availability", sku="BOLT-M8", quantity="10").body

    assert skus == {"BOLT-M8", "MUG-NAVY"}
    assert (price["gross"], price["lines"][0]["unit_price"]) == ("120.00", "10")
    assert (free["warehouses"][0]["free"], free["ways"][0]["parts"][0]["quantity"]) == ("100", "10")

    wanted = {
        "account": "ACME",
        "customer_reference": "WEB 1",
        "lines": [{"sku": "BOLT-M8", "quantity": "10"}, {"sku": "MUG-NAVY", "quantity": "5"}],
    }
    order = shop.call("create_order", wanted, once="web-1").body
    again = shop.call("create_order", wanted, once="web-1").body
    confirmed = shop.call("confirm_order", number=order["number"], once="web-1-confirm").body

    assert (again["number"], order["gross"], order["status"]) == (order["number"], "151.50", "draft")
    assert (confirmed["outcome"], confirmed["order"]["display"]) == ("confirmed", "Confirmed")
    assert [row["number"] for row in shop.call("list_orders", customer_reference="WEB 1").body["items"]] == [
        order["number"]
    ]

    delivery = shop.call("create_delivery", {"order": order["number"]}).body["items"][0]
    for verb in ("release_delivery", "pick_delivery", "ship_delivery"):
        left = shop.call(verb, number=delivery["number"], once=f"{verb}-1").body
    invoice = shop.call("post_invoices", {"deliveries": [delivery["number"]]}, once="bill-1").body["items"][0]

    assert (left["status"], invoice["gross"], invoice["open"]) == ("shipped", "151.50", "151.50")

    asked_payment = {"account": "ACME", "amount": "100.00", "invoices": [{"number": invoice["number"]}]}
    shop.call("receive_payment", asked_payment, once="pay-1")
    rest = shop.call("receive_payment", {"account": "ACME", "amount": "60.00"}, once="pay-2").body
    applied = shop.call(
        "apply_received_payment", {"invoices": [{"number": invoice["number"]}]}, number=rest["number"]
    ).body
    paid = shop.call("read_invoice", number=invoice["number"]).body
    done = shop.call("read_order", number=order["number"]).body

    assert (applied["left"], paid["open"], paid["payment"]) == ("8.50", "0.00", "paid")
    assert (done["status"], done["billing"], done["lines"][0]["shipped"]) == ("completed", "all", "10")
    assert Decimal(done["gross"]) == Decimal(paid["gross"])
    assert set(CommandLog.objects.filter(actor__username="shop").values_list("via", flat=True)) == {"api"}
    assert [each.invariant.name for each in check_all() if not each.holds] == []
