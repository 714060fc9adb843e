"""The lists of billing as columns: what they show, sort by and export."""

from datetime import date
from decimal import Decimal

from billing.states import InvoiceStatus, PaymentState
from core.access import SEE_COST
from core.dates import business_date
from core.web.cells import Row
from core.web.columns import Column
from core.web.formats import plural
from core.web.parts import Tag

STATUS_TAGS: dict[str, Tag] = {
    InvoiceStatus.DRAFT: Tag("Draft"),
    InvoiceStatus.POSTED: Tag("Posted", "info"),
    InvoiceStatus.REVERSED: Tag("Reversed"),
}
PAYMENT_TAGS: dict[str, Tag] = {
    PaymentState.OPEN: Tag("Open", "info"),
    PaymentState.PART: Tag("Part paid", "violet"),
    PaymentState.PAID: Tag("Paid", "ok"),
}
USED_TAGS: dict[str, Tag] = {
    PaymentState.OPEN: Tag("Not used", "info"),
    PaymentState.PART: Tag("Part used", "violet"),
    PaymentState.PAID: Tag("Used", "ok"),
}
DIRECTION_TAGS = {"invoice": Tag("Invoice"), "credit": Tag("Credit note", "violet")}


def state_tag(*, status: str, direction: str, payment_state: str, due_on: date, on: date) -> Tag:
    """The one word that people see of an invoice or credit note."""
    if status != InvoiceStatus.POSTED:
        return STATUS_TAGS[status]
    if direction == "credit":
        return USED_TAGS[payment_state]
    if payment_state != PaymentState.PAID and due_on < on:
        return Tag(f"Overdue {plural((on - due_on).days, 'd', 'd')}", "bad")
    return PAYMENT_TAGS[payment_state]


def _state(row: Row) -> Tag:
    return state_tag(
        status=row["status"],
        direction=row["direction"],
        payment_state=row["payment_state"],
        due_on=row["due_on"],
        on=business_date(row["company__time_zone"]),
    )


def _signed(name: str) -> Column:
    def value(row: Row) -> Decimal:
        amount = row[name]
        amount = amount.amount if hasattr(amount, "amount") else amount
        return -amount if row["direction"] == "credit" else Decimal(amount)

    return Column(
        name, name.capitalize(), "money", reads=(name, "direction"), value=value, currency="currency", sort=name,
        card="k2" if name == "gross" else "", hide="" if name == "gross" else "opt",
    )  # fmt: skip


def _kind(row: Row) -> str:
    """In plain words: colour is left to the status."""
    return DIRECTION_TAGS[row["direction"]].label


INVOICES = (
    Column("number", "No.", "link", sort="pk", url="billing:invoice", card="k1"),
    Column("direction", "Kind", reads=("direction",), value=_kind, hide="opt", is_muted=True),
    Column("account__name", "Customer", width="clip", card="k3"),
    Column("customer_reference", "PO ref", width="clip", hide="opt", is_muted=True),
    Column("business_date", "Date", "date", sort="business_date", card="k5"),
    Column("due_on", "Due", "date", sort="due_on", hide="not-s"),
    _signed("net"),
    _signed("gross"),
    Column("open_amount", "Open", "money", currency="currency", hide="not-s"),
    Column(
        "status",
        "Status",
        "tag",
        reads=("status", "payment_state", "due_on", "direction", "company__time_zone"),
        value=_state,
        card="k4",
    ),
)

DUE_DELIVERIES = (
    Column("number", "Delivery", "link", url="fulfillment:delivery", card="k1"),
    Column("account_name", "Customer", width="clip", card="k3"),
    Column("order_number", "Order", "link", url="orders:detail", url_key="order_id", hide="not-s"),
    Column("customer_reference", "PO ref", width="clip", hide="opt", is_muted=True),
    Column("shipped_on", "Left", "date", card="k5"),
    Column("days", "Waits, days", "count", hide="not-s"),
    Column("terms", "Terms", hide="opt", is_muted=True),
    Column("lines", "Lines", "count", hide="opt"),
    Column("net", "To bill, net", "money", currency="currency", card="k2"),
)
DUE_ORDERS = (
    Column("number", "Order", "link", url="orders:detail", card="k1"),
    Column("account_name", "Customer", width="clip", card="k3"),
    Column("customer_reference", "PO ref", width="clip", hide="opt", is_muted=True),
    Column("ordered_on", "Ordered", "date", card="k5"),
    Column("terms", "Terms", hide="opt", is_muted=True),
    Column("lines", "Lines", "count", hide="not-s"),
    Column("net", "To bill, net", "money", currency="currency", card="k2"),
)
DUE_RETURNS = (
    Column("number", "Return", "link", url="fulfillment:return", card="k1"),
    Column("account_name", "Customer", width="clip", card="k3"),
    Column("order_number", "Order", "link", url="orders:detail", url_key="order_id", hide="not-s"),
    Column("reason", "Reason", width="clip", hide="not-s"),
    Column("received_on", "Received", "date", card="k5"),
    Column("lines", "Lines", "count", card="k2"),
)

LINES = (
    Column("position", "No.", "count", is_muted=True),
    Column("sku", "SKU", "code", card="k1"),
    Column("description", "Description", width="wrap", card="k3"),
    Column("made_from", "From", hide="not-s", is_muted=True),
    Column("sales_quantity", "Qty", "quantity", card="k2"),
    Column("sales_unit", "Unit", is_muted=True, hide="not-s"),
    Column("unit_price", "Unit price", "money", currency="currency", hide="not-s"),
    Column("discount", "Discount", "money", currency="currency", hide="opt"),
    Column("tax_code", "Tax", "code", hide="opt"),
    Column("net", "Net", "money", currency="currency"),
    Column("tax", "VAT", "money", currency="currency", hide="opt"),
    Column("cost", "Cost", "money", currency="functional", permission=SEE_COST, hide="opt"),
)
TAX_GROUPS = (
    Column("tax_code", "Code", "code"),
    Column("tax_percent", "Rate", "percent"),
    Column("reason", "Reason", width="clip", is_muted=True),
    Column("base", "Taxable", "money", currency="currency"),
    Column("tax", "VAT", "money", currency="currency"),
)
JOURNAL = (
    Column("entry__number", "Entry", "code", url="accounting:entry", url_key="entry_id"),
    Column("business_date", "Date", "date", hide="not-s"),
    Column("account__code", "Account", "code"),
    Column("account__name", "Name", width="clip", hide="not-s"),
    Column("debit", "Debit", "money", currency="entry__currency"),
    Column("credit", "Credit", "money", currency="entry__currency"),
    Column("document_amount", "Document amount", "money", currency="currency", hide="opt", is_muted=True),
)
