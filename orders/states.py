"""The life of an order, and the one status that people see."""

from django.db.models import TextChoices

from core.states import Transition


class OrderStatus(TextChoices):
    """Lifecycle. A submitted order waits for its holds and takes no stock and no credit."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "On hold"
    CONFIRMED = "confirmed", "Confirmed"
    COMPLETED = "completed", "Completed"
    CANCELLED = "cancelled", "Cancelled"


class HoldKind(TextChoices):
    """Why an order is stopped. Ranked: the first open one is shown.

    Nothing places an address hold: an order without an address is refused as incomplete.
    """

    CREDIT = "credit", "Credit"
    PRICE = "price", "Price"
    ADDRESS = "address", "Address"
    MANUAL = "manual", "Manual"


class FulfillmentState(TextChoices):
    """Derived from the lines' quantities, stored only for filtering."""

    NOTHING = "nothing", "Nothing shipped"
    PART = "part", "Part shipped"
    ALL = "all", "Shipped"


class BillingState(TextChoices):
    """Derived from the lines' quantities, net of returns."""

    NOTHING = "nothing", "Not invoiced"
    PART = "part", "Part invoiced"
    ALL = "all", "Invoiced"


ORDER_TRANSITIONS: dict[str, Transition] = {
    "confirm": Transition(
        frozenset({OrderStatus.DRAFT, OrderStatus.SUBMITTED}),
        OrderStatus.CONFIRMED,
        "orders.confirm_order",
        "Confirm order",
        stamp="confirmed",
    ),
    "submit": Transition(
        frozenset({OrderStatus.DRAFT, OrderStatus.SUBMITTED}),
        OrderStatus.SUBMITTED,
        "orders.confirm_order",
        "Submit",
        stamp="submitted",
    ),
    "complete": Transition(
        frozenset({OrderStatus.CONFIRMED}), OrderStatus.COMPLETED, "orders.confirm_order", "Complete", stamp="completed"
    ),
    "reopen": Transition(
        frozenset({OrderStatus.COMPLETED}),
        OrderStatus.CONFIRMED,
        "orders.change_order_after_confirm",
        "Reopen",
        needs_reason=True,
    ),
    "cancel": Transition(
        frozenset({OrderStatus.DRAFT, OrderStatus.SUBMITTED, OrderStatus.CONFIRMED}),
        OrderStatus.CANCELLED,
        "orders.cancel_order",
        "Cancel order",
        stamp="cancelled",
        needs_reason=True,
        is_dangerous=True,
    ),
}
