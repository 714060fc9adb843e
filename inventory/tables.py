"""Columns of inventory's lists and tables: what is shown, sorted, exported, and to whom."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from core.access import SEE_COST
from core.rounding import HALF_UP, round_places
from core.web.cells import Row
from core.web.columns import Column
from core.web.parts import Tag
from inventory.states import SupplyOrderStatus

SUPPLY_TAGS: dict[str, Tag] = {
    SupplyOrderStatus.DRAFT: Tag("Draft"),
    SupplyOrderStatus.ORDERED: Tag("Ordered", "info"),
    SupplyOrderStatus.CLOSED: Tag("Closed", "ok"),
    SupplyOrderStatus.CANCELLED: Tag("Cancelled"),
}
RECEIPT_TAG = Tag("Posted", "ok")
KIND_TAGS: dict[str, Tag] = {
    "order": Tag("Order", "info"),
    "hold": Tag("Quote hold", "warn"),
    "transfer": Tag("Transfer", "violet"),
}
SOURCES = {
    "delivery_line": "Goods issue",
    "return_line": "Return",
    "supply_receipt_line": "Receipt",
    "stock_adjustment_line": "Adjustment",
}
CURRENCY = "company__functional_currency"


def _unit_cost(row: Row) -> Decimal | None:
    """The moving average at six places; none while nothing is on hand."""
    if row["on_hand"] <= 0:
        return None
    return round_places(HALF_UP.divide(row["value"], row["on_hand"]), 6)


PRODUCT = Column("product__sku", "SKU", "code", url="inventory:availability-of", url_key="product_id")


ON_HAND = (
    replace(PRODUCT, sort="product__sku", card="k1"),
    Column("product__name", "Product", sort="product__name", width="clip", card="k3"),
    Column("warehouse__name", "Warehouse", sort="warehouse__name", hide="not-s", is_muted=True),
    Column("on_hand", "On hand", "quantity", sort="on_hand", card="k2"),
    Column("pegged", "Promised", "quantity", sort="pegged", hide="not-s"),
    Column("free_quantity", "Free", "quantity", sort="free_quantity", card="k4"),
    Column("product__stock_unit__code", "Unit", "code", hide="not-s", is_muted=True),
    Column(
        "unit_cost", "Average cost", "quantity", value=_unit_cost, reads=("on_hand", "value"), permission=SEE_COST,
        hide="opt",
    ),
    Column("value", "Value", "money", sort="value", currency=CURRENCY, permission=SEE_COST, hide="not-s"),
)  # fmt: skip


def source_words(row: Row) -> str:
    """What moved the goods, in a word."""
    kind = str(row["source_type"])
    return SOURCES.get(kind, kind.replace("_", " ").capitalize())


MOVES = (
    Column("business_date", "Date", "date", sort="business_date", card="k2"),
    Column(
        "total__product__sku", "SKU", "code", url="inventory:availability-of", url_key="total__product_id", card="k1"
    ),
    Column("total__product__name", "Product", width="clip", card="k3"),
    Column("total__warehouse__name", "Warehouse", hide="not-s", is_muted=True),
    Column("source", "By", value=source_words, reads=("source_type",), hide="not-s"),
    Column("on_hand", "Quantity", "quantity", sort="on_hand", card="k4"),
    Column("total__product__stock_unit__code", "Unit", "code", hide="opt", is_muted=True),
    Column("value", "Value", "money", currency="total__company__functional_currency", permission=SEE_COST, hide="opt"),
    Column("recorded_at", "Recorded", "stamp", hide="opt", is_muted=True),
)

SUPPLY_ORDERS = (
    Column("number", "No.", "code", sort="number", url="inventory:supply-order", card="k1"),
    Column("supplier__name", "Supplier", sort="supplier__name", width="clip", card="k3"),
    Column("warehouse__name", "Warehouse", hide="not-s", is_muted=True),
    Column("business_date", "Ordered", "date", sort="business_date", hide="not-s"),
    Column("next_on", "Next expected", "date", sort="next_on", card="k4"),
    Column("supplier_reference", "Their reference", hide="opt", is_muted=True),
    Column("status", "Status", "tag", tags=SUPPLY_TAGS, sort="status", card="k2"),
)

SUPPLY_LINES = (
    PRODUCT,
    Column("product__name", "Product", width="clip"),
    Column("ordered", "Ordered", "quantity"),
    Column("received", "Received", "quantity", hide="not-s"),
    Column("cancelled", "Cancelled", "quantity", hide="opt"),
    Column("total__open", "To come", "quantity"),
    Column("total__pegged", "Promised", "quantity", hide="not-s"),
    Column("expected_on", "Expected", "date"),
    Column("unit_cost", "Unit cost", "quantity", permission=SEE_COST, hide="opt"),
)


def goods_lines(owner: str) -> tuple[Column, ...]:
    """The lines of a document that moved goods; ``owner`` is the line's path to the document."""
    currency = f"{owner}__company__functional_currency"
    return (
        PRODUCT,
        Column("product__name", "Product", width="clip"),
        Column("bin__code", "Bin", "code"),
        Column("quantity", "Quantity", "quantity"),
        Column("value", "Value", "money", currency=currency, permission=SEE_COST),
    )


RECEIPT_LINES = goods_lines("receipt")
ADJUSTMENT_LINES = goods_lines("adjustment")

ADJUSTMENTS = (
    Column("number", "No.", "code", sort="number", url="inventory:adjustment", card="k1"),
    Column("business_date", "Date", "date", sort="business_date", card="k2"),
    Column("warehouse__name", "Warehouse", hide="not-s", is_muted=True),
    Column("reason", "Reason", width="clip", card="k3"),
    Column("created_by__username", "By", hide="opt", is_muted=True),
)

CLAIMS = (
    Column("reference", "Document", "code"),
    Column("warehouse", "Warehouse", hide="not-s", is_muted=True),
    Column("kind", "Kind", "tag", tags=KIND_TAGS),
    Column("quantity", "Quantity", "quantity"),
    Column("leans_on", "Leans on", width="wrap"),
    Column("ship_on", "Promised", "date"),
)

WAYS = (
    Column("way", "Way"),
    Column("quantity", "Quantity", "quantity"),
    Column("ships", "Ships", width="wrap"),
)

PLACES = (
    Column("name", "Warehouse", width="clip"),
    Column("on_hand", "On hand", "quantity"),
    Column("pegged", "Held", "quantity"),
    Column("free", "Free", "quantity"),
)

RECEIPTS = (
    Column("expected_on", "Due", "date"),
    Column("number", "Supply", "code"),
    Column("open", "To come", "quantity"),
    Column("free", "Free", "quantity"),
)


def rows_of(columns: tuple[Column, ...], queryset: Any) -> list[Row]:
    """The values that these columns need."""
    names = dict.fromkeys(name for column in columns for name in column.fields)
    return list(queryset.values("pk", *names))
