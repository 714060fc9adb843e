"""The lists of fulfilment as columns: what they show, sort by and export."""

from datetime import date
from decimal import Decimal

from core.access import SEE_COST
from core.dates import business_date
from core.web.cells import Row
from core.web.columns import Column
from core.web.formats import day, plural
from core.web.parts import Tag
from fulfillment.states import DeliveryStatus, ReturnStatus

DELIVERY_TAGS: dict[str, Tag] = {
    DeliveryStatus.PLANNED: Tag("Planned"),
    DeliveryStatus.RELEASED: Tag("Released", "info"),
    DeliveryStatus.PICKING: Tag("Picking", "violet"),
    DeliveryStatus.PACKED: Tag("Packed", "info"),
    DeliveryStatus.SHIPPED: Tag("Shipped", "ok"),
    DeliveryStatus.CANCELLED: Tag("Cancelled"),
}
SHORT = Tag("Short-picked", "warn")
RETURN_TAGS: dict[str, Tag] = {
    ReturnStatus.EXPECTED: Tag("Expected", "info"),
    ReturnStatus.RECEIVED: Tag("Received", "ok"),
    ReturnStatus.CANCELLED: Tag("Cancelled"),
}
FINAL = (DeliveryStatus.SHIPPED, DeliveryStatus.CANCELLED)


def due_tag(ship_on: date | None, *, on: date) -> Tag | None:
    """When something must leave: today, late, or its day."""
    if ship_on is None:
        return None
    if ship_on < on:
        return Tag(f"Late by {plural((on - ship_on).days, 'd', 'd')}", "warn")
    return Tag("Today", "info") if ship_on == on else Tag(day(ship_on), "neutral")


def _due(row: Row) -> Tag | None:
    if row.get("status") in FINAL:
        return Tag(day(row["ship_on"]))
    return due_tag(row["ship_on"], on=business_date(row["warehouse__time_zone"]))


def _status(row: Row) -> Tag:
    return SHORT if row["short_count"] and row["status"] not in FINAL else DELIVERY_TAGS[row["status"]]


def _picked(row: Row) -> Decimal | None:
    planned = row["planned_total"]
    return min(row["picked_total"] * 100 / planned, Decimal(100)) if planned else None


DELIVERIES = (
    Column("number", "No.", "link", sort="pk", url="fulfillment:delivery", card="k1"),
    Column("account__name", "Customer", width="clip", card="k3"),
    Column("order__number", "Order", "link", url="orders:detail", url_key="order_id", hide="not-s"),
    Column("warehouse__code", "Warehouse", "code", hide="opt", is_muted=True),
    Column(
        "ship_on",
        "Leaves",
        "tag",
        sort="ship_on",
        reads=("ship_on", "status", "warehouse__time_zone"),
        value=_due,
        card="k5",
    ),
    Column("line_count", "Lines", "count", hide="not-s"),
    Column("picked", "Picked", "bar", reads=("picked_total", "planned_total"), value=_picked, hide="not-s"),
    Column("status", "Status", "tag", reads=("status", "short_count"), value=_status, card="k4"),
    Column("carrier", "Carrier", hide="opt", is_muted=True),
)

DUE = (
    Column("number", "Order", "link", sort="pk", url="orders:detail", card="k1"),
    Column("account__name", "Customer", width="clip", card="k3"),
    Column("warehouse__code", "Warehouse", "code", is_muted=True, hide="not-s"),
    Column(
        "due_on",
        "Leaves",
        "tag",
        sort="due_on",
        value=lambda row: due_tag(row["due_on"], on=business_date(row["company__time_zone"])),
        reads=("due_on", "company__time_zone"),
        card="k5",
    ),
    Column("due_lines", "Promises due", "count", hide="not-s"),
    Column(
        "complete_only",
        "Policy",
        "tag",
        value=lambda row: Tag("Complete only", "violet") if row["complete_only"] else Tag("Part deliveries"),
        reads=("complete_only",),
        hide="opt",
    ),
    Column("gross", "Order total", "money", sort="gross", currency="currency", card="k2"),
)

LINES = (
    Column("bin", "Bin", "code"),
    Column("sku", "SKU", "code", card="k1"),
    Column("name", "Description", width="clip", hide="not-s"),
    Column("quantity", "Planned", "quantity", card="k2"),
    Column("unit", "Unit", is_muted=True, hide="not-s"),
    Column("picked", "Picked", "quantity"),
    Column("shipped", "Shipped", "quantity"),
    Column("returned", "Returned", "quantity", hide="opt"),
    Column("promise", "Promise", "tag", hide="not-s"),
    Column("cost", "Cost", "money", currency="currency", permission=SEE_COST, hide="opt"),
)

PACKAGES = (
    Column("position", "Package"),
    Column("sscc", "SSCC", "code"),
    Column("weight_kg", "Weight, kg", "quantity"),
    Column("contents", "Holds", width="clip"),
)

RETURNS = (
    Column("number", "No.", "link", sort="pk", url="fulfillment:return", card="k1"),
    Column("account__name", "Customer", width="clip", card="k3"),
    Column("order__number", "Order", "link", url="orders:detail", url_key="order_id", hide="not-s"),
    Column("reason", "Reason", width="clip", hide="not-s"),
    Column("business_date", "Entered", "date", sort="business_date", card="k5"),
    Column("received_on", "Received", "date", hide="opt"),
    Column("status", "Status", "tag", tags=RETURN_TAGS, card="k4"),
)

RETURN_LINES = (
    Column("product__sku", "SKU", "code"),
    Column("product__name", "Description", width="clip", hide="not-s"),
    Column("delivery_line__delivery__number", "Delivery", "code", is_muted=True, hide="not-s"),
    Column("quantity", "Expected", "quantity"),
    Column("received", "Received", "quantity"),
    Column("credited", "Credited", "quantity", hide="opt"),
    Column("disposition", "Goes to", "tag"),
    Column("unit_price", "Price to credit", "money", currency="rma__currency", hide="opt"),
    Column("cost", "Cost", "money", currency="rma__company__functional_currency", permission=SEE_COST, hide="opt"),
)
