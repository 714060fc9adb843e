"""Life cycles of deliveries and returns."""

from django.db.models import TextChoices

from core.states import Transition


class DeliveryStatus(TextChoices):
    """Lifecycle of a delivery. ``shipped`` is the goods issue: stock out, cost posted, promise kept."""

    PLANNED = "planned", "Planned"
    RELEASED = "released", "Released"
    PICKING = "picking", "Picking"
    PACKED = "packed", "Packed"
    SHIPPED = "shipped", "Shipped"
    CANCELLED = "cancelled", "Cancelled"


DELIVERY_TRANSITIONS: dict[str, Transition] = {
    "release": Transition(
        frozenset({DeliveryStatus.PLANNED}),
        DeliveryStatus.RELEASED,
        "fulfillment.release_delivery",
        "Release",
        stamp="released",
    ),
    "pick": Transition(
        frozenset({DeliveryStatus.RELEASED, DeliveryStatus.PICKING}),
        DeliveryStatus.PICKING,
        "fulfillment.pick_delivery",
        "Pick",
    ),
    "pack": Transition(
        frozenset({DeliveryStatus.PICKING, DeliveryStatus.RELEASED}),
        DeliveryStatus.PACKED,
        "fulfillment.pick_delivery",
        "Pack",
        stamp="packed",
    ),
    "ship": Transition(
        frozenset({DeliveryStatus.PACKED, DeliveryStatus.PICKING, DeliveryStatus.RELEASED}),
        DeliveryStatus.SHIPPED,
        "fulfillment.ship_delivery",
        "Post goods issue",
        stamp="shipped",
    ),
    "cancel": Transition(
        frozenset({DeliveryStatus.PLANNED, DeliveryStatus.RELEASED, DeliveryStatus.PICKING, DeliveryStatus.PACKED}),
        DeliveryStatus.CANCELLED,
        "fulfillment.release_delivery",
        "Cancel delivery",
        needs_reason=True,
        is_dangerous=True,
    ),
}


class ReturnStatus(TextChoices):
    """Lifecycle of a return."""

    EXPECTED = "expected", "Expected"
    RECEIVED = "received", "Received"
    CANCELLED = "cancelled", "Cancelled"


RETURN_TRANSITIONS: dict[str, Transition] = {
    "receive": Transition(
        frozenset({ReturnStatus.EXPECTED}),
        ReturnStatus.RECEIVED,
        "fulfillment.receive_return",
        "Receive",
        stamp="received",
    ),
    "cancel": Transition(
        frozenset({ReturnStatus.EXPECTED}),
        ReturnStatus.CANCELLED,
        "fulfillment.enter_return",
        "Cancel return",
        needs_reason=True,
        is_dangerous=True,
    ),
}
