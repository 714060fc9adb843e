"""Availability for programs: when how much can be had, and from where."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Query
from pydantic import BaseModel, Field

from catalog.selectors import cards_named
from core.api.finding import company_named
from core.api.routes import Routes
from core.api.schemas import Code, Day, Number, Out, Quantity, Short
from core.dates import business_date
from inventory.promising import Proposal
from inventory.selectors import PlaceAvailability, availability, proposals_for

routes = Routes(tags=["Stock"])


class ReceiptOut(Out):
    """A receipt that is expected, and how much of it nobody has been promised."""

    number: str
    expected_on: date
    open: Number
    free: Number


class PlaceOut(Out):
    """One warehouse, first to promise from first. ``free`` is on hand and promised to nobody."""

    warehouse: str
    name: str
    on_hand: Number
    free: Number
    receipts: list[ReceiptOut]


class PartOut(Out):
    """So much ships on a day from a warehouse."""

    quantity: Number
    ship_on: date
    warehouse: str


class WayOut(Out):
    """One way to serve the wish: on_date, complete, split, other_warehouse or split_warehouses."""

    way: str
    parts: list[PartOut]
    unpromised: Number = Field(description="What no supply covers this way")


class AvailabilityOut(Out):
    """One product in one company, in its stock unit. Nothing is taken until an order is confirmed."""

    sku: str
    unit: str
    on: date
    warehouses: list[PlaceOut]
    ways: list[WayOut] = Field(description="Only where a quantity is asked for")


class Wish(BaseModel):
    """Of what, how much, until when."""

    sku: Code
    company: Short = Field(default="", description="Needed where the key works for several companies")
    quantity: Quantity | None = Field(default=None, description="In the stock unit")
    wanted_on: Day | None = Field(default=None, description="Empty: today")


@routes.read("/availability", right="inventory.view_stock", answer=AvailabilityOut)
def read_availability(request: HttpRequest, asked: Query[Wish]) -> dict[str, Any]:
    """What is there and what comes, and the ways in which a quantity can be had."""
    company = company_named(request, asked.company)
    card = cards_named([asked.sku], account_id=None, part="query")[0]
    today = business_date(company.time_zone)
    found = availability(product_id=card.id, company_id=company.pk, on=today)
    codes = {place.warehouse_id: place.code for place in found.places}
    ways: tuple[Proposal, ...] = ()
    if asked.quantity and found.places:
        wanted_on = max(asked.wanted_on or today, today)
        ways = proposals_for(found=found, quantity=asked.quantity, wanted_on=wanted_on)
    return {
        "sku": card.sku,
        "unit": card.stock_unit,
        "on": today,
        "warehouses": [_place(place) for place in found.places],
        "ways": [
            {
                "way": way.kind.value,
                "unpromised": way.promise.unpromised,
                "parts": [
                    {"quantity": part.quantity, "ship_on": part.ship_on, "warehouse": codes[part.warehouse_id]}
                    for part in way.promise.lines
                ],
            }
            for way in ways
        ],
    }


def _place(place: PlaceAvailability) -> dict[str, Any]:
    receipts = [
        {"number": row.number, "expected_on": row.expected_on, "open": row.open, "free": row.free}
        for row in place.receipts
    ]
    return {
        "warehouse": place.code,
        "name": place.name,
        "on_hand": place.on_hand,
        "free": place.free,
        "receipts": receipts,
    }
