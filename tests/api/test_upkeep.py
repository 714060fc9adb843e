"""What a program keeps: products, accounts, prices, stock and inbound orders, and the scans of the floor."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from core.dates import business_date
from core.invariants import check_all
from core.models import CommandLog
from tests import factories
from tests.api.program import Program, make_key
from tests.world import World

FIRST, SOON = "2026-01-01", "2027-01-01"
ROLES = ("Sales lead", "Warehouse lead", "Finance lead", "Credit manager", "Master data", "Purchasing")


@pytest.fixture
def office(world: World) -> Program:
    """A program of somebody who keeps everything."""
    return Program(make_key(factories.make_user(name="Office", roles=ROLES, companies=(world.company,))))


def made(program: Program, name: str, body: Any = None, **values: Any) -> Any:
    """Carry it out twice with one key: the second call does nothing and answers alike."""
    once = f"{name}-{uuid.uuid4()}"
    first = program.call(name, body, once=once, **values)
    again = program.call(name, body, once=once, **values)
    assert (first.status // 100, again.status, again.body) == (2, first.status, first.body), (first, again)
    return first.body


def test_products_are_entered_changed_and_related(office: Program) -> None:
    made(office, "add_unit", {"code": "BAG", "name": "Bag"})
    made(office, "add_category", {"code": "FIX", "name": "Fixings"})
    nut = made(office, "add_product", {"sku": "NUT", "name": "Nut", "stock_unit": "ea", "category": "FIX", "units": [
        {"unit": "BAG", "numerator": 50}]})  # fmt: skip
    made(office, "add_product", {"sku": "SET", "name": "Set", "stock_unit": "ea", "kind": "kit"})
    changed = made(office, "amend_product", {"description": "Made of steel"}, sku="NUT")
    kit = made(office, "set_parts_of_kit", {"sku": "SET", "parts": [{"sku": "NUT", "quantity": "4"}]})
    related = made(office, "relate_products", {
        "sku": "NUT", "related": "BOLT-M8", "kind": "complement", "valid_from": FIRST})  # fmt: skip
    ended = made(office, "end_product_relation", {"on": SOON}, id=related["relations"][0]["id"])
    stranger = office.call("amend_product", {"category": "NONE"}, sku="NUT")

    assert (nut["category"], nut["units"][0]["numerator"]) == ("FIX", 50)
    assert (changed["description"], changed["units"][0]["unit"]) == ("Made of steel", "BAG")
    assert kit["parts"] == [{"sku": "NUT", "quantity": "4"}]
    assert (related["relations"][0]["related"], ended["on"]) == ("BOLT-M8", SOON)
    assert (stranger.status, stranger.body["errors"][0]["field"]) == (422, "body.category")


def test_accounts_are_entered_and_changed_field_by_field(office: Program, world: World) -> None:
    code = world.company.code
    made(office, "add_payment_terms", {"code": "N14", "name": "14 days", "net_days": 14})
    place = {"name": "Door 1", "street": "1 Road", "town": "Leeds", "country": "GB", "is_default_ship_to": True}
    entered = made(office, "add_account", {
        "code": "NEW", "name": "New Ltd", "currency": "GBP", "country": "GB", "addresses": [place],
        "companies": [{"company": code, "terms": "N14"}]})  # fmt: skip
    changed = made(office, "amend_account", {"phone": "0113", "contacts": [{"name": "Bo"}]}, code="NEW")
    numbers = made(office, "replace_part_numbers", {"numbers": [{"sku": "BOLT-M8", "number": "X1"}]}, code="NEW")
    stranger = office.call("amend_account", {"companies": [{"company": "OTHER", "terms": "N14"}]}, code="NEW")

    assert (entered["companies"][0]["terms"], entered["addresses"][0]["town"]) == ("N14", "Leeds")
    assert (changed["phone"], changed["contacts"][0]["name"], changed["addresses"]) == (
        "0113", "Bo", entered["addresses"])  # fmt: skip
    assert changed["companies"] == entered["companies"]
    assert numbers == office.call("read_part_numbers", code="NEW").body
    assert stranger.status == 422


def test_prices_coupons_and_taxes_are_kept(office: Program) -> None:
    made(office, "add_price_list", {"code": "L2", "name": "Second", "currency": "GBP"})
    made(office, "add_price_group", {"code": "G2", "name": "Group"})
    price = made(office, "add_price", {
        "sku": "MUG-NAVY", "price_group": "G2", "currency": "GBP", "rate": "7.5", "valid_from": FIRST})  # fmt: skip
    later = made(office, "replace_price", {"rate": "8", "valid_from": SOON}, id=price["id"])
    ended = made(office, "end_price", {"on": "2028-01-01"}, id=later["id"])
    coupon = made(office, "add_coupon", {
        "code": "TEN", "name": "Ten", "currency": "GBP", "valid_from": FIRST, "percent_off": "10"})  # fmt: skip
    tight = made(office, "set_limits_of_coupon", {"name": "Ten", "most_uses": 3}, id=coupon["id"])
    rate = made(office, "add_tax_rate", {
        "code": "LOW", "name": "Low", "tax_category": "low", "tax_class": "domestic", "percent": "5",
        "valid_from": FIRST})  # fmt: skip

    assert (price["rate"], later["rate"], ended["valid_until"]) == ("7.5", "8", "2028-01-01")
    assert office.call("read_price", id=price["id"]).body["valid_until"] == SOON
    assert (coupon["percent_off"], tight["most_uses"], rate["percent"]) == ("10", 3, "5")
    assert "TEN" in {row["code"] for row in office.call("list_coupons").body["items"]}


def test_stock_comes_in_by_inbound_orders_and_corrections(office: Program, world: World) -> None:
    supplier = factories.make_account(company=world.company, code="MILL", is_supplier=True)
    day = str(business_date(world.company.time_zone) + timedelta(days=9))
    line = {"sku": "MUG-NAVY", "quantity": "6", "expected_on": day, "unit_cost": "2"}
    draft = made(office, "order_supply", {"supplier": supplier.code, "draft": True, "lines": [line]})
    number = draft["number"]
    placed = made(office, "place_supply", number=number)
    moved = made(office, "move_days_of_supply", {"reason": "late", "lines": [{"line": 1, "expected_on": day}]},
                 number=number)  # fmt: skip
    got = made(office, "receive_goods", {"lines": [{"line": 1, "quantity": "4"}]}, number=number)
    closed = made(office, "close_supply", {"reason": "no more"}, number=number)
    other = made(office, "order_supply", {"supplier": supplier.code, "lines": [line]})["number"]
    cancelled = made(office, "cancel_supply", {"reason": "twice"}, number=other)
    before = stock_of(office, "MUG-NAVY")
    made(office, "correct_stock", {"reason": "count", "lines": [{"sku": "MUG-NAVY", "quantity": "-1"}]})

    assert [each["status"] for each in (draft, placed, closed, cancelled)] == [
        "draft",
        "ordered",
        "closed",
        "cancelled",
    ]
    assert (moved["lines"][0]["expected_on"], got["lines"][0]["received"]) == (day, "4")
    assert "cost" not in got["lines"][0]
    assert office.call("read_supply", number=number, fields="cost").body["lines"][0]["cost"] == "2"
    assert int(before) - int(stock_of(office, "MUG-NAVY")) == 1


def stock_of(program: Program, sku: str) -> str:
    return str(program.call("list_stock", sku=sku).body["items"][0]["on_hand"])


def test_the_floor_scans_packs_and_asks_for_money(office: Program, world: World) -> None:
    wanted = {"account": "ACME", "lines": [{"sku": "BOLT-M8", "quantity": "2"}, {"sku": "MUG-NAVY", "quantity": "2"}]}
    order = made(office, "create_order", wanted)["number"]
    made(office, "confirm_order", number=order)
    delivery = made(office, "create_delivery", {"order": order})["items"][0]["number"]
    made(office, "release_delivery", number=delivery)
    at = {"number": delivery}
    counted = made(office, "scan_pick", {"scan": str(uuid.uuid4()), "code": "BOLT-M8"}, **at)
    undone = made(office, "undo_pick_scan", {"scan": str(uuid.uuid4())}, **at)
    unknown = made(office, "scan_pick", {"scan": str(uuid.uuid4()), "code": "NOTHING"}, **at)
    made(office, "scan_pick", {"scan": str(uuid.uuid4()), "code": "BOLT-M8", "quantity": "2"}, **at)
    made(office, "close_line_short", {"line": 2, "picked": "1", "cause": "later"}, **at)
    one = [{"contents": [{"line": 1, "quantity": "2"}, {"line": 2, "quantity": "1"}], "weight_kg": "3"}]
    packed = made(office, "pack_delivery", {"packages": one}, **at)
    shipped = made(office, "ship_delivery", **at)
    invoice = made(office, "post_invoices", {"deliveries": [delivery]})["items"][0]
    asked = made(office, "ask_for_payment", {
        "account": "ACME", "amount": invoice["gross"], "invoice": invoice["number"]})  # fmt: skip

    assert (counted["outcome"], counted["line"], counted["quantity"]) == ("counted", 1, "1")
    assert (undone["outcome"], unknown["outcome"]) == ("undone", "unknown")
    assert (packed["packages"][0]["weight_kg"], len(packed["packages"][0]["sscc"]), shipped["status"]) == (
        "3", 18, "shipped")  # fmt: skip
    assert asked["status"] != "received"
    assert set(CommandLog.objects.filter(actor__username="office").values_list("via", flat=True)) == {"api"}
    assert [each.invariant.name for each in check_all() if not each.holds] == []
