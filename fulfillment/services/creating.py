"""Creating deliveries from due promises, and giving them up again."""

from collections.abc import Collection, Sequence
from datetime import date

from core import trees
from core.commands import command
from core.models import User
from core.timeline import TimelineEntry, link, record
from core.transitions import advance, require_transition
from fulfillment.drafts import DeliveryOutcome
from fulfillment.errors import NothingToDeliver, SeveralCompanies
from fulfillment.loading import delivering_of, due_order_ids, lines_of, promises_of
from fulfillment.models import Delivery, DeliveryLine
from fulfillment.planning import PlannedDelivery, plan
from fulfillment.services.holds import words_of_holds
from fulfillment.services.locking import lock_deliveries_with_orders
from fulfillment.states import DeliveryStatus
from orders.models import Order
from orders.services import lock_orders, record_delivering
from orders.states import OrderStatus


@command(permission="fulfillment.release_delivery")
def create_deliveries(
    *,
    company_id: int,
    business_date: date,
    actor: User,
    order_ids: Collection[int] | None = None,
    due_until: date | None = None,
) -> list[int]:
    """Put due promises that lean on stock onto deliveries, one per order and warehouse, and return their ids.

    With ``due_until`` only what was promised to leave by that day; without ``order_ids`` of every order. Orders on
    hold wait until the hold is released. Locks the orders. Statements do not depend on the number of orders or lines.

    Raises:
        NothingToDeliver: orders were named, and none of them has anything that can leave.
    """
    outcomes = _create(company_id, order_ids, due_until, business_date, actor=actor)
    created = [delivery_id for outcome in outcomes for delivery_id in outcome.delivery_ids]
    if order_ids is not None and outcomes and not created:
        raise NothingToDeliver(" ".join(f"{each.number}: {each.sentence}" for each in outcomes[:10]))
    return created


@command(permission="fulfillment.release_delivery")
def deliver_orders(
    *,
    company_id: int,
    business_date: date,
    actor: User,
    order_ids: Collection[int],
    due_until: date | None = None,
) -> list[DeliveryOutcome]:
    """As ``create_deliveries``, for pages: says for every order what became of it, and refuses none."""
    return _create(company_id, order_ids, due_until, business_date, actor=actor)


def _create(
    company_id: int,
    order_ids: Collection[int] | None,
    due_until: date | None,
    business_date: date,
    *,
    actor: User,
) -> list[DeliveryOutcome]:
    if order_ids is None:
        order_ids = due_order_ids(company_id, due_until or date.max)
    if not order_ids:
        return []
    orders = lock_orders(order_ids)  # what is promised and what is on deliveries is read under the lock
    if orders[0].company_id != company_id:
        raise SeveralCompanies("These orders belong to another company.")
    promises = promises_of([order.pk for order in orders])
    held = words_of_holds([pk for pk, parts in promises.items() if any(part.is_held for part in parts)])
    planned: list[tuple[Order, PlannedDelivery]] = []
    sentences: dict[int, str] = {}
    for order in orders:
        if order.status != OrderStatus.CONFIRMED:
            sentences[order.pk] = f"It is {order.get_status_display().lower()}; only confirmed orders are delivered."
            continue
        if order.pk in held:
            sentences[order.pk] = f"It is {held[order.pk]}; it is delivered when the hold is released."
            continue
        found, sentences[order.pk] = plan(
            promises.get(order.pk, []), due_until=due_until, complete_only=order.complete_only
        )
        planned += [(order, delivery) for delivery in found]
    ids = _write(planned, business_date, actor=actor)
    by_order: dict[int, tuple[int, ...]] = {}
    for (order, _), delivery_id in zip(planned, ids, strict=True):
        by_order[order.pk] = (*by_order.get(order.pk, ()), delivery_id)
    return [
        DeliveryOutcome(order.pk, order.number or "", by_order.get(order.pk, ()), sentences[order.pk])
        for order in orders
    ]


def _write(planned: Sequence[tuple[Order, PlannedDelivery]], business_date: date, *, actor: User) -> list[int]:
    if not planned:
        return []
    orders = [order for order, _ in planned]
    lines = [
        (place, position, line)
        for place, (_, delivery) in enumerate(planned)
        for position, line in enumerate(delivery.lines, 1)
    ]
    written = trees.insert_numbered(
        Delivery,
        {
            "company_id": [order.company_id for order in orders],
            "currency": [order.currency for order in orders],
            "order_id": [order.pk for order in orders],
            "account_id": [order.account_id for order in orders],
            "warehouse_id": [delivery.warehouse_id for _, delivery in planned],
            "ship_on": [delivery.ship_on for _, delivery in planned],
            "ship_to": [order.ship_to for order in orders],
        },
        trees.Rows(
            DeliveryLine,
            "delivery_id",
            [place for place, _, _ in lines],
            {
                "position": [position for _, position, _ in lines],
                "schedule_line_id": [line.schedule_line_id for _, _, line in lines],
                "order_line_id": [line.order_line_id for _, _, line in lines],
                "product_id": [line.product_id for _, _, line in lines],
                "quantity": [line.quantity for _, _, line in lines],
            },
        ),
        same={"business_date": business_date, "created_by_id": actor.pk, "changed_by_id": actor.pk},
    )
    ids = [delivery_id for delivery_id, _ in written]
    record_delivering(deltas={line.schedule_line_id: line.quantity for _, _, line in lines}, actor=actor)
    link([("order", order.pk, "delivery", delivery_id) for delivery_id, order in zip(ids, orders, strict=True)])
    record(
        [TimelineEntry("delivery", delivery_id, "create", to_status=DeliveryStatus.PLANNED) for delivery_id in ids],
        actor=actor,
    )
    return ids


@command(permission="fulfillment.release_delivery")
def cancel_deliveries(*, delivery_ids: Collection[int], reason: str, actor: User) -> None:
    """Give these deliveries up: their promises stand as before and are due again. Nothing of stock moved yet.

    Raises TransitionRefused for one that was shipped or cancelled.
    """
    locked = lock_deliveries_with_orders(delivery_ids)
    if locked is None:
        return
    require_transition(locked.deliveries, "cancel")
    busy = delivering_of(line for lines in lines_of(delivery_ids).values() for line in lines)
    record_delivering(deltas={line_id: -quantity for line_id, quantity in busy.items()}, actor=actor)
    advance(locked.deliveries, "cancel", actor=actor, reason=reason)
