"""Life cycles of inventory's documents."""

from django.db.models import TextChoices

from core.states import Transition


class SupplyOrderStatus(TextChoices):
    """Lifecycle of an inbound order. How much was received is in its lines, not here."""

    DRAFT = "draft", "Draft"
    ORDERED = "ordered", "Ordered"
    CLOSED = "closed", "Closed"
    CANCELLED = "cancelled", "Cancelled"


SUPPLY_ORDER_TRANSITIONS: dict[str, Transition] = {
    "order": Transition(
        frozenset({SupplyOrderStatus.DRAFT}),
        SupplyOrderStatus.ORDERED,
        "inventory.maintain_supply",
        "Place order",
        stamp="ordered",
    ),
    "close": Transition(
        frozenset({SupplyOrderStatus.ORDERED}), SupplyOrderStatus.CLOSED, "inventory.maintain_supply", "Close"
    ),
    "cancel": Transition(
        frozenset({SupplyOrderStatus.DRAFT, SupplyOrderStatus.ORDERED}),
        SupplyOrderStatus.CANCELLED,
        "inventory.maintain_supply",
        "Cancel",
        needs_reason=True,
        is_dangerous=True,
    ),
}


class PostedStatus(TextChoices):
    """Lifecycle of documents that exist from their posting on: receipts, adjustments."""

    DRAFT = "draft", "Draft"
    POSTED = "posted", "Posted"


RECEIPT_TRANSITIONS: dict[str, Transition] = {
    "post": Transition(
        frozenset({PostedStatus.DRAFT}), PostedStatus.POSTED, "inventory.receive_supply", "Post receipt", stamp="posted"
    ),
}
ADJUSTMENT_TRANSITIONS: dict[str, Transition] = {
    "post": Transition(
        frozenset({PostedStatus.DRAFT}),
        PostedStatus.POSTED,
        "inventory.adjust_stock",
        "Post adjustment",
        stamp="posted",
    ),
}
