"""The list of orders as columns: what it shows, sorts by and exports."""

from decimal import Decimal

from core.dates import business_date
from core.web.cells import Row
from core.web.columns import Column
from core.web.parts import Tag
from orders.states import FulfillmentState, OrderStatus
from orders.status import display_status, promise_tag

PROMISED = (OrderStatus.CONFIRMED, OrderStatus.COMPLETED)


def status_of(row: Row) -> Tag:
    """The one status that people see."""
    shown = display_status(
        row["status"],
        row["fulfillment_state"],
        row["billing_state"],
        row["hold_kinds"] or (),
        has_undated=row["has_undated"],
    )
    return Tag(shown.word, shown.tone)


def promise_of(row: Row) -> Tag | None:
    """The worst promise of the order's open parts; nothing before there is one."""
    if row["status"] not in PROMISED or (row["worst_deliver_on"] is None and not row["has_undated"]):
        return None
    today = business_date(row["company__time_zone"])
    shown = promise_tag(
        requested_on=row["requested_on"],
        deliver_on=row["worst_deliver_on"],
        has_undated=row["has_undated"],
        on=today,
        from_stock=not row["leans_on_receipt"],
        is_shipped=row["fulfillment_state"] == FulfillmentState.ALL,
    )
    return Tag(shown.word, shown.tone)


def _share(done: Decimal | None, whole: Decimal | None) -> Decimal | None:
    return None if not whole else (done or Decimal(0)) * 100 / whole


def _owner(row: Row) -> str:
    """Who looks after the order: its salesperson, otherwise who entered it."""
    person = "salesperson" if row["salesperson_id"] else "created_by"
    return f"{row[f'{person}__first_name']} {row[f'{person}__last_name']}".strip()


COLUMNS = (
    Column("number", "No.", "link", sort="pk", url="orders:detail", card="k1"),
    Column("account_name", "Customer", width="clip", card="k3"),
    Column("customer_reference", "PO ref", "code", is_muted=True),
    Column(
        "owner",
        "Owner",
        reads=(
            "salesperson_id",
            "salesperson__first_name",
            "salesperson__last_name",
            "created_by__first_name",
            "created_by__last_name",
        ),
        value=_owner,
        hide="opt",
        is_muted=True,
    ),
    Column("requested_on", "Requested", "date", sort="requested_on"),
    Column(
        "promise",
        "Worst promise",
        "tag",
        reads=(
            "worst_deliver_on",
            "has_undated",
            "leans_on_receipt",
            "fulfillment_state",
            "status",
            "requested_on",
            "company__time_zone",
        ),
        value=promise_of,
        card="k5",
    ),
    Column(
        "shown_status",
        "Status",
        "tag",
        reads=("status", "fulfillment_state", "billing_state", "hold_kinds", "has_undated"),
        value=status_of,
        card="k4",
    ),
    Column(
        "shipped",
        "Shipped",
        "bar",
        reads=("shipped_total", "ordered_total"),
        value=lambda row: _share(row["shipped_total"], row["ordered_total"]),
        hide="not-s",
    ),
    Column(
        "invoiced",
        "Invoiced",
        "bar",
        reads=("invoiced_total", "ordered_total"),
        value=lambda row: _share(row["invoiced_total"], row["ordered_total"]),
        hide="opt",
    ),
    Column("gross", "Total", "money", sort="gross", currency="currency", card="k2"),
    Column("created_at", "Age", "age", is_muted=True, hide="opt"),
)
