"""Columns of payments' lists and tables, and their status words."""

from decimal import Decimal

from core.access import SEE_BANK
from core.web.cells import Row
from core.web.columns import Column
from core.web.parts import Tag
from payments.models import Payment, SimulatedPayment
from payments.states import PaymentStatus

PAYMENT_TAGS: dict[str, Tag] = {
    PaymentStatus.PENDING: Tag("Pending", "info"),
    "unapplied": Tag("Unapplied", "warn"),
    "applied": Tag("Applied", "ok"),
    PaymentStatus.FAILED: Tag("Failed", "bad"),
    PaymentStatus.REVERSED: Tag("Reversed", "bad"),
}
SIMULATED_TAGS: dict[str, Tag] = {
    SimulatedPayment.State.PENDING: Tag("Pending", "info"),
    SimulatedPayment.State.SUCCEEDED: Tag("Succeeded", "ok"),
    SimulatedPayment.State.FAILED: Tag("Failed", "bad"),
    SimulatedPayment.State.REFUNDED: Tag("Refunded"),
}


def state_of(status: str, left: Decimal) -> str:
    """The one word for a payment: received money is applied, or waits on account."""
    if status != PaymentStatus.RECEIVED:
        return status
    return "unapplied" if left else "applied"


def _state(row: Row) -> str:
    return state_of(row["status"], row["left"])


def _method(row: Row) -> str:
    return str(Payment.Method(row["method"]).label)


PAYMENTS = (
    Column("number", "No.", "code", sort="number", url="payments:payment", card="k1"),
    Column("account__name", "Customer", sort="account__name", width="clip", card="k3"),
    Column("business_date", "Received", "date", sort="business_date", card="k5"),
    Column("method", "Method", value=_method, reads=("method",), hide="opt", is_muted=True),
    Column("reference", "Reference", permission=SEE_BANK, width="clip", hide="not-s", is_muted=True),
    Column("amount", "Amount", "money", sort="amount", currency="currency", card="k2"),
    Column("left", "Not applied", "money", sort="left", currency="currency", hide="not-s"),
    Column(
        "state", "Status", "tag", value=_state, reads=("status", "left"), tags=PAYMENT_TAGS, sort="status", card="k4"
    ),
)

APPLICATIONS = (
    Column("document", "Document", "link"),
    Column("business_date", "Applied", "date"),
    Column("amount", "Amount", "money", currency="currency"),
    Column("fx_difference", "Exchange difference", "money", currency="functional_currency", hide="not-s"),
)

ON_ACCOUNT = (
    Column("document", "On account", "link"),
    Column("account", "Customer", width="clip"),
    Column("issued_on", "Since", "date", hide="not-s"),
    Column("left", "Not applied", "money", currency="currency"),
)
