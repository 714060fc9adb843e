"""Letting held orders go: maker is not checker, and the last release confirms."""

from collections.abc import Collection
from datetime import date

from django.utils import timezone

from core import bulk
from core.access import require
from core.commands import command
from core.errors import NotFound
from core.models import User
from core.timeline import TimelineEntry, record
from orders.drafts import Confirmation
from orders.errors import HoldRefused
from orders.loading import load_for_confirmation
from orders.models import OrderHold
from orders.services.confirm import confirm_orders
from orders.services.locking import company_of, lock_orders
from orders.states import HoldKind, OrderStatus

RELEASE_RIGHTS = {HoldKind.CREDIT: "orders.release_credit"}


@command(permission="orders.release_order")
def release_holds(
    *, hold_ids: Collection[int], reason: str, actor: User, business_date: date | None = None
) -> list[Confirmation]:
    """Release these holds, with a reason, and confirm the orders that no hold stops any more; their answers are
    returned.

    Credit holds need ``orders.release_credit`` besides, and another person than the one who submitted (I15). The
    approval covers the order's value of this moment: a later increase is checked again.

    Raises:
        HoldRefused: a hold was released already, no reason was given, or the right is missing.
    """
    if not reason.strip():
        raise HoldRefused("Enter the reason for the release.", fields={"reason": "Enter the reason for the release."})
    known = {hold.pk: hold for hold in OrderHold.objects.filter(pk__in=hold_ids)}
    if len(known) != len(set(hold_ids)):
        raise NotFound("This hold does not exist.")
    if not known:
        return []
    orders = {order.pk: order for order in lock_orders({hold.order_id for hold in known.values()})}
    holds = list(OrderHold.objects.filter(pk__in=hold_ids).order_by("pk"))  # again, now that their headers are locked
    for hold in holds:
        if hold.released_at is not None:
            raise HoldRefused(f"The {hold.get_kind_display().lower()} hold was already released.")
        if hold.kind in RELEASE_RIGHTS:
            require(actor, RELEASE_RIGHTS[HoldKind(hold.kind)])
        if hold.kind != HoldKind.MANUAL and hold.created_by_id == actor.pk:
            raise HoldRefused("Somebody else than the person who submitted the order must release it.")
    now = timezone.now()
    loaded = load_for_confirmation(company_of(list(orders.values())), list(orders.values()))
    bulk.update(
        OrderHold,
        [hold.pk for hold in holds],
        {
            "approved_gross": [loaded[hold.order_id].exposure for hold in holds],
            "released_by_id": [actor.pk for _ in holds],
            "released_at": [now for _ in holds],
            "release_reason": [reason.strip()[:500] for _ in holds],
        },
    )
    record([TimelineEntry.about(orders[hold.order_id], "release", reason=reason[:500]) for hold in holds], actor=actor)
    still = set(OrderHold.objects.filter(order__in=orders, released_at=None).values_list("order_id", flat=True))
    freed = [order.pk for order in orders.values() if order.pk not in still and order.status == OrderStatus.SUBMITTED]
    # Where nothing is left to confirm, the right to confirm is not asked for.
    return confirm_orders(order_ids=freed, actor=actor, business_date=business_date) if freed else []
