"""Life cycle of a payment."""

from django.db.models import TextChoices

from core.states import Transition


class PaymentStatus(TextChoices):
    """Lifecycle of money that came in or should."""

    PENDING = "pending", "Pending"
    RECEIVED = "received", "Received"
    FAILED = "failed", "Failed"
    REVERSED = "reversed", "Reversed"


PAYMENT_TRANSITIONS: dict[str, Transition] = {
    "receive": Transition(
        frozenset({PaymentStatus.PENDING, PaymentStatus.FAILED}),
        PaymentStatus.RECEIVED,
        "payments.receive_payment",
        "Receive",
        stamp="received",
    ),
    "fail": Transition(frozenset({PaymentStatus.PENDING}), PaymentStatus.FAILED, "payments.receive_payment", "Fail"),
    "reverse": Transition(
        frozenset({PaymentStatus.RECEIVED}),
        PaymentStatus.REVERSED,
        "payments.reverse_payment",
        "Reverse",
        needs_reason=True,
        is_dangerous=True,
    ),
}
