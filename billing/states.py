"""Life cycle of billing documents: written, posted with a gapless number, paid by derivation."""

from django.db.models import TextChoices

from core.states import Transition


class InvoiceStatus(TextChoices):
    """Lifecycle of an invoice or credit note. Payment is derived from the open item, not a status."""

    DRAFT = "draft", "Draft"
    POSTED = "posted", "Posted"
    REVERSED = "reversed", "Reversed"


class PaymentState(TextChoices):
    """Derived from the open item, stored only for filtering."""

    OPEN = "open", "Open"
    PART = "part", "Part paid"
    PAID = "paid", "Paid"


INVOICE_TRANSITIONS: dict[str, Transition] = {
    "post": Transition(
        frozenset({InvoiceStatus.DRAFT}), InvoiceStatus.POSTED, "billing.post_invoice", "Post", stamp="posted"
    ),
    "reverse": Transition(
        frozenset({InvoiceStatus.POSTED}),
        InvoiceStatus.REVERSED,
        "billing.reverse_invoice",
        "Reverse",
        stamp="reversed",
        needs_reason=True,
        is_dangerous=True,
    ),
}
