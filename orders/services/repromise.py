"""Promising again: what has no date, what is late, what was found short."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from core.commands import command
from core.models import Company, User
from inventory import services as inventory
from orders.loading import ConfirmableLine, LoadedOrder, load_for_confirmation
from orders.services.locking import company_of, lock_orders
from orders.services.parts import Part, Reduction, choose_reductions, load_parts, take_back
from orders.services.schedule import ScheduleOutcome, record_schedule
from orders.states import OrderStatus

ZERO = Decimal(0)


@command(permission="orders.confirm_order")
def repromise_orders(
    *,
    order_ids: Collection[int],
    actor: User,
    business_date: date | None = None,
    cause: str = "promised again",
    only_line_ids: Collection[int] | None = None,
) -> ScheduleOutcome:
    """Promise again what of these confirmed orders has no date or is late, without ever losing what is promised
    already.

    Dated parts are given back and taken again under the same bucket locks, so nobody can slip between. Each change is
    an event of the promise's history. ``only_line_ids`` promises exactly these lines again, whatever their dates.
    """
    orders = [order for order in lock_orders(order_ids) if order.status == OrderStatus.CONFIRMED]
    if not orders:
        return ScheduleOutcome((), ())
    company = company_of(orders)
    loaded = load_for_confirmation(company, orders)
    on = business_date or next(iter(loaded.values())).today
    parts = load_parts([line.line_id for order in loaded.values() for line in order.goods_lines])
    wanted = {
        line.line_id: quantity
        for order in loaded.values()
        for line in order.goods_lines
        if (quantity := _to_promise_again(order, line, parts.get(line.line_id, []), only_line_ids)) > 0
    }
    everything = list(loaded.values())
    reductions = release_parts(company, everything, parts, wanted, wanted, on=on, actor=actor)
    return promise_again(company, everything, parts, wanted, on=on, cause=cause, actor=actor, reductions=reductions)


def _to_promise_again(
    order: LoadedOrder, line: ConfirmableLine, parts: Sequence[Part], only: Collection[int] | None
) -> Decimal:
    """How much of a line is worth asking for again."""
    if only is not None:
        return sum((part.free for part in parts), ZERO) if line.line_id in only else ZERO
    due = line.requested_on - timedelta(days=order.transit_days)
    return sum((part.free for part in parts if part.ship_on is None or part.ship_on > due), ZERO)


def release_parts(
    company: Company,
    orders: Sequence[LoadedOrder],
    parts: Mapping[int, list[Part]],
    taken: Mapping[int, Decimal],
    wanted: Mapping[int, Decimal],
    *,
    on: date,
    actor: User,
) -> list[Reduction]:
    """Lock all supply that giving back and taking will touch, then take these quantities back from their parts."""
    lock_candidates(company, orders, {*taken, *wanted}, actor=actor)
    reductions = choose_reductions(parts, {line_id: quantity for line_id, quantity in taken.items() if quantity > 0})
    if reductions:
        take_back(
            reductions, company_id=company.pk, source_id=_next_event_id(), purpose="repromise", on=on, actor=actor
        )
    return reductions


def promise_again(
    company: Company,
    orders: Sequence[LoadedOrder],
    parts: Mapping[int, list[Part]],
    wanted: Mapping[int, Decimal],
    *,
    on: date,
    cause: str,
    actor: User,
    reductions: Sequence[Reduction] = (),
) -> ScheduleOutcome:
    """Promise these quantities anew and write them as new parts.

    Constant statements; orders and supply are locked already.
    """
    if not wanted:
        return ScheduleOutcome((), ())
    demands = [
        inventory.DemandDraft(
            key=line.line_id,
            product_id=line.product_id,
            warehouse_ids=(order.warehouse_id,),
            quantity=wanted[line.line_id],
            wanted_on=max(on, line.requested_on - timedelta(days=order.transit_days)),
            reference=order.number,
        )
        for order in orders
        for line in order.goods_lines
        if line.line_id in wanted
    ]
    promises: defaultdict[int, list[inventory.PromisedLine]] = defaultdict(list)
    for promised in inventory.promise(company_id=company.pk, demands=demands, business_date=on, actor=actor):
        promises[promised.key].append(promised)
    before = {each.part.order_line_id: each.part for each in reversed(reductions)}
    positions = {line_id: max((part.position for part in parts.get(line_id, [])), default=0) + 1 for line_id in wanted}
    return record_schedule(orders, promises, cause=cause, actor=actor, first_positions=positions, replaced=before)


def lock_candidates(company: Company, orders: Sequence[LoadedOrder], wanted: Collection[int], *, actor: User) -> None:
    """Lock every bucket and receipt that giving back or taking may touch, in one sorted go, before either starts."""
    lines = [(order, line) for order in orders for line in order.goods_lines if line.line_id in wanted]
    inventory.lock_supply(
        company_id=company.pk,
        product_ids={line.product_id for _, line in lines},
        warehouse_ids={order.warehouse_id for order, _ in lines},
        actor=actor,
    )


def _next_event_id() -> int:
    """A number for the give-back's ledger movements: one order can be promised again any number of times."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('orders_promiseevent_id_seq')")
        return int(cursor.fetchone()[0])
