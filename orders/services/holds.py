"""Holding orders and letting them go: maker is not checker, and the last release confirms."""

from collections.abc import Collection, Sequence

from core import bulk
from core.commands import command
from core.models import User
from core.timeline import TimelineEntry, record
from core.transitions import advance
from orders.errors import HoldRefused
from orders.models import OrderHold
from orders.services.locking import lock_orders
from orders.states import HoldKind, OrderStatus


def place_holds(holds: Sequence[OrderHold]) -> None:
    """Write these holds in one statement, under the orders' header locks."""
    if not holds:
        return
    columns = ("order_id", "kind", "reason", "findings", "created_by_id")
    bulk.insert(OrderHold, {name: [getattr(hold, name) for hold in holds] for name in columns})


@command(permission="orders.hold_order")
def hold_orders(*, order_ids: Collection[int], reason: str, actor: User) -> None:
    """Stop these orders by hand until somebody releases them. Drafts wait as submitted; confirmed orders keep what they
    were promised.

    Raises:
        HoldRefused: no reason was given, an order is finished, or it is held by hand already.
    """
    if not reason.strip():
        raise HoldRefused("Enter the reason for the hold.", fields={"reason": "Enter the reason for the hold."})
    orders = lock_orders(order_ids)
    done = [order for order in orders if order.status in (OrderStatus.COMPLETED, OrderStatus.CANCELLED)]
    if done:
        raise HoldRefused(f"{done[0].title} is {done[0].get_status_display().lower()} and cannot be held.")
    if OrderHold.objects.filter(order__in=orders, kind=HoldKind.MANUAL, released_at=None).exists():
        raise HoldRefused("One of these orders is already on hold.")
    place_holds(
        [
            OrderHold(order=order, kind=HoldKind.MANUAL, reason=reason.strip()[:500], created_by=actor)
            for order in orders
        ]
    )
    drafts = [order for order in orders if order.status == OrderStatus.DRAFT]
    advance(drafts, "submit", actor=actor, reason=reason[:500])
    record(
        [TimelineEntry.about(order, "hold", reason=reason[:500]) for order in orders if order not in drafts],
        actor=actor,
    )
