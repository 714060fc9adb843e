"""Promising again: what has no date or is late, when somebody asks for it or when supply was added."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import ROUND_CEILING, Decimal

from core import bulk
from core.commands import command
from core.models import User
from core.timeline import TimelineEntry, record
from core.wording import plain
from inventory import services as inventory
from orders.loading import ConfirmableLine, LoadedOrder, load_for_confirmation
from orders.models import Order, ScheduleLine
from orders.services.demands import demand_of, ship_by
from orders.services.locking import company_of, lock_orders
from orders.services.parts import Part, Reduction, choose_reductions, load_parts
from orders.services.schedule import ScheduleOutcome, record_schedule
from orders.states import OrderStatus

ZERO = Decimal(0)
Place = tuple[int, int]  # warehouse, product


@command(permission="orders.confirm_order")
def repromise_orders(
    *,
    order_ids: Collection[int],
    actor: User,
    business_date: date | None = None,
    cause: str = "promised again",
    reason: str = "",
    places: Collection[Place] | None = None,
) -> ScheduleOutcome:
    """Promise again what of these confirmed orders has no date or is late, without ever making a promise worse.

    Who was confirmed first asks first; what is asked for together (an order that ships complete, the sets of a kit)
    gets one date or keeps what it has. What changes is an event of the promise's history and a line of the order's
    timeline, with the reason. ``places`` limits it to what lines of these products in these warehouses hold up.
    Constant statements.
    """
    orders = [order for order in lock_orders(order_ids) if order.status == OrderStatus.CONFIRMED]
    if not orders:
        return ScheduleOutcome((), ())
    company = company_of(orders)
    loaded = load_for_confirmation(company, orders)
    on = business_date or next(iter(loaded.values())).today
    parts = load_parts([line.line_id for order in loaded.values() for line in order.goods_lines])
    in_turn = [loaded[order.pk] for order in sorted(orders, key=lambda order: (order.confirmed_at, order.pk))]
    wanted = {order.order_id: _wanted_again(order, parts, places) for order in in_turn}
    asked = {line_id: quantity for each in wanted.values() for line_id, quantity in each.items()}
    reductions = _by_line(choose_reductions(parts, asked))
    demands = [
        demand_of(order, line, asked[line.line_id], on=on, instead_of=_commitments(reductions[line.line_id]))
        for order in in_turn
        for line in order.goods_lines
        if line.line_id in asked
    ]
    promises = lines_by_key(
        inventory.promise_again(company_id=company.pk, demands=demands, business_date=on, actor=actor)
    )
    given_back = [each for line_id in promises for each in reductions[line_id]]
    bulk.add(ScheduleLine, {each.part.id: {"cancelled": each.quantity} for each in given_back})
    _tell(orders, loaded, promises, reason or cause, actor=actor)
    return record_schedule(
        in_turn,
        promises,
        cause=cause,
        reason=reason,
        actor=actor,
        first_positions=next_positions(promises, parts),
        replaced=_by_line(given_back),
    )


def _wanted_again(
    order: LoadedOrder, parts: Mapping[int, list[Part]], places: Collection[Place] | None
) -> dict[int, Decimal]:
    """How much of each line is worth asking for again: what has no date or is late, and what ships with it."""
    waiting = {
        line.line_id: quantity
        for line in order.goods_lines
        if (quantity := _waiting(order, line, parts.get(line.line_id, []))) > 0
        and (places is None or (order.warehouse_id, line.product_id) in places)
    }
    if not waiting:
        return {}
    free = {line.line_id: free_of(parts.get(line.line_id, [])) for line in order.goods_lines}
    if order.complete_only:
        return {line_id: quantity for line_id, quantity in free.items() if quantity > 0}
    members_of: dict[int | None, list[ConfirmableLine]] = {}
    for line in order.goods_lines:
        members_of.setdefault(line.parent_id, []).append(line)
    for kit in order.lines:
        members = members_of.get(kit.line_id, [])
        short = [waiting[line.line_id] * kit.ordered / line.ordered for line in members if line.line_id in waiting]
        sets = max(short, default=ZERO).to_integral_value(ROUND_CEILING)
        for line in members:
            waiting[line.line_id] = min(sets * line.ordered / kit.ordered, free[line.line_id])
    return {line_id: quantity for line_id, quantity in waiting.items() if quantity > 0}


def _waiting(order: LoadedOrder, line: ConfirmableLine, parts: Sequence[Part]) -> Decimal:
    """How much of a line has no date, or a late one."""
    due = ship_by(order, line)
    return sum((part.free for part in parts if part.ship_on is None or part.ship_on > due), ZERO)


def free_of(parts: Sequence[Part]) -> Decimal:
    """How much of a line can still be taken back: not shipped, not on a delivery."""
    return sum((part.free for part in parts), ZERO)


def _by_line(reductions: Sequence[Reduction]) -> dict[int, list[Reduction]]:
    found: dict[int, list[Reduction]] = {}
    for each in reductions:
        found.setdefault(each.part.order_line_id, []).append(each)
    return found


def _commitments(reductions: Sequence[Reduction]) -> tuple[tuple[int, Decimal], ...]:
    return tuple((each.part.commitment_id, each.quantity) for each in reductions if each.part.commitment_id is not None)


def lines_by_key(lines: Sequence[inventory.PromisedLine]) -> dict[int, list[inventory.PromisedLine]]:
    """The promised lines of each demand."""
    found: dict[int, list[inventory.PromisedLine]] = {}
    for line in lines:
        found.setdefault(line.key, []).append(line)
    return found


def next_positions(line_ids: Collection[int], parts: Mapping[int, list[Part]]) -> dict[int, int]:
    """The first free position in each line's schedule."""
    return {line_id: max((part.position for part in parts.get(line_id, [])), default=0) + 1 for line_id in line_ids}


def _tell(
    orders: Sequence[Order],
    loaded: Mapping[int, LoadedOrder],
    promises: Mapping[int, Sequence[inventory.PromisedLine]],
    reason: str,
    *,
    actor: User,
) -> None:
    """Tell the timeline of each order what was promised anew, and why."""
    stories = {order.pk: _story(loaded[order.pk], promises) for order in orders}
    record(
        [
            TimelineEntry.about(order, "promised again", text=stories[order.pk], reason=reason)
            for order in orders
            if stories[order.pk]
        ],
        actor=actor,
    )


def _story(order: LoadedOrder, promises: Mapping[int, Sequence[inventory.PromisedLine]]) -> str:
    dated = (
        f"{line.sku}: {plain(part.quantity)} can ship on {part.ship_on:%d %b %Y}."
        for line in order.goods_lines
        for part in promises.get(line.line_id, ())
        if part.ship_on is not None
    )
    return " ".join(dated)[:2000]
