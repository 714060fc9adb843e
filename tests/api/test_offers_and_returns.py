"""An outside program offers, sells from the offer, holds and releases, takes goods back and credits them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.invariants import check_all
from tests import factories
from tests.api.program import Program, make_key
from tests.world import World

pytestmark = pytest.mark.own_database


@pytest.fixture
def shop(world: World) -> Program:
    roles = ("Sales lead", "Warehouse lead", "Finance")
    return Program(make_key(factories.make_user(name="Shop", roles=roles, companies=(world.company,))))


def test_from_the_offer_to_the_credit_note(shop: Program, world: World) -> None:
    until = (timezone.now() + timedelta(days=14)).date().isoformat()
    offer = {"account": "ACME", "valid_until": until, "lines": [{"sku": "BOLT-M8", "quantity": "10"}]}
    quote = shop.call("write_quote", offer, once="q").body
    bigger = {"lines": [{"sku": "BOLT-M8", "quantity": "12"}, {"sku": "MUG-NAVY", "quantity": "2"}]}
    saved = shop.call("save_draft_quote", bigger, number=quote["number"], version=quote["version"]).body
    shop.call("send_written_quote", number=quote["number"])
    revised = shop.call("revise_sent_quote", number=quote["number"]).body
    shop.call("send_written_quote", number=quote["number"])
    accepted = shop.call("accept_sent_quote", {"name": "Wile E."}, number=quote["number"]).body
    order = shop.call("order_from_quote", number=quote["number"], once="o").body

    assert (quote["gross"], saved["gross"], revised["edition"], accepted["status"]) == (
        "120.00", "156.60", 2, "accepted",
    )  # fmt: skip
    assert (order["quote"], order["gross"]) == (quote["number"], accepted["gross"])
    assert [row["number"] for row in shop.call("list_quotes", status="accepted").body["items"]] == [quote["number"]]

    held = shop.call("hold_order", {"reason": "call first"}, number=order["number"]).body
    released = shop.call("release_order", {"kind": "manual", "reason": "called"}, number=order["number"]).body
    assert (held["status"], [hold["reason"] for hold in held["holds"]]) == ("submitted", ["call first"])
    assert (released["status"], released["holds"]) == ("confirmed", [])

    delivery = shop.call("create_delivery", {"order": order["number"]}).body["items"][0]
    for verb in ("release_delivery", "pick_delivery", "ship_delivery"):
        shop.call(verb, number=delivery["number"])
    invoice = shop.call("post_invoices", {"deliveries": [delivery["number"]]}).body["items"][0]
    bolts = next(line["line"] for line in delivery["lines"] if line["sku"] == "BOLT-M8")
    back = {"delivery": delivery["number"], "reason": "too long", "lines": [{"line": bolts, "quantity": "3"}]}
    rma = shop.call("enter_return", back, once="r").body
    too_many = shop.call("enter_return", {**back, "lines": [{"line": bolts, "quantity": "10"}]})
    counted = {"lines": [{"line": 1, "received": "2"}]}
    received = shop.call("receive_expected_return", counted, number=rma["number"]).body
    note = shop.call("credit_received_returns", {"returns": [rma["number"]]}, once="c").body["items"][0]
    value = {"reason": "scratched", "description": "Allowance", "net": "10.00"}
    allowance = shop.call("credit_invoice_value", value, number=invoice["number"]).body
    rest = shop.call("read_invoice", number=invoice["number"]).body

    assert (too_many.status, received["status"], received["lines"][0]["received"]) == (422, "received", "2")
    assert (note["direction"], note["gross"], note["corrects"]) == ("credit", "24.00", invoice["number"])
    assert (allowance["gross"], rest["open"]) == ("12.00", "120.60")
    assert [row["number"] for row in shop.call("list_returns").body["items"]] == [rma["number"]]
    assert [each.invariant.name for each in check_all() if not each.holds] == []


def test_what_is_given_up_is_free_again(shop: Program, world: World) -> None:
    wanted = {"account": "ACME", "lines": [{"sku": "BOLT-M8", "quantity": "60"}]}
    first = shop.call("create_order", wanted).body["number"]
    shop.call("confirm_order", number=first)
    delivery = shop.call("create_delivery", {"order": first}).body["items"][0]["number"]
    refused = shop.call("cancel_order", {"reason": "no"}, number=first)
    shop.call("cancel_delivery", {"reason": "no"}, number=delivery)
    cancelled = shop.call("cancel_order", {"reason": "no"}, number=first).body

    assert (refused.status, cancelled["status"]) == (422, "cancelled")
    assert shop.call("read_availability", sku="BOLT-M8").body["warehouses"][0]["free"] == "100"
