"""Promising what a change of a confirmed order asks for: giving back and taking under one set of locks."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db import connection

from core.models import Company, User
from inventory import services as inventory
from orders.errors import ChangeRefused
from orders.loading import ConfirmableLine, LoadedOrder
from orders.services.demands import demand_of
from orders.services.parts import Part, Reduction, choose_reductions, take_back
from orders.services.repromise import free_of, lines_by_key, next_positions
from orders.services.schedule import ScheduleOutcome, record_schedule

ZERO = Decimal(0)
NOTHING = ScheduleOutcome((), ())
Quantities = Mapping[int, Decimal]  # by order line


def rearrange(
    company: Company,
    order: LoadedOrder,
    parts: Mapping[int, list[Part]],
    taken: Quantities,
    wanted: Quantities,
    *,
    on: date,
    actor: User,
) -> ScheduleOutcome:
    """Take these quantities back from the lines' parts, and promise those anew. Constant statements; takes the bucket
    locks.

    An order that ships complete is asked for as a whole, so that it keeps one date; the parts of a kit get one date.
    Raises ChangeRefused where that would leave without a date what has one, or an order that ships complete.
    """
    if order.complete_only and any(wanted.values()):
        taken, wanted = _of_all_lines(order, parts, taken, wanted)
    taken, wanted = _above_zero(taken), _above_zero(wanted)
    lines = [line for line in order.goods_lines if line.line_id in taken or line.line_id in wanted]
    _lock_supply(company, order, lines, actor=actor)
    reductions = choose_reductions(parts, taken)
    if reductions:
        event_id = _next_event_id()
        take_back(reductions, company_id=company.pk, source_id=event_id, purpose="repromise", on=on, actor=actor)
    if not wanted:
        return NOTHING
    in_turn = sorted(lines, key=lambda line: line.line_id not in taken)  # what has a promise before what is new
    demands = [demand_of(order, line, wanted[line.line_id], on=on) for line in in_turn if line.line_id in wanted]
    promises = lines_by_key(inventory.promise(company_id=company.pk, demands=demands, business_date=on, actor=actor))
    _require_together(order, promises, reductions)
    positions = next_positions(wanted, parts)
    return record_schedule(
        [order], promises, cause="order changed", actor=actor, first_positions=positions, replaced={}
    )


def _of_all_lines(
    order: LoadedOrder, parts: Mapping[int, list[Part]], taken: Quantities, wanted: Quantities
) -> tuple[Quantities, Quantities]:
    """The same change, with everything else of the order that has not left asked for anew beside it."""
    free = {line.line_id: free_of(parts.get(line.line_id, [])) for line in order.goods_lines}
    more = {line_id: wanted.get(line_id, ZERO) - taken.get(line_id, ZERO) for line_id in free}
    return free, {line_id: quantity + more[line_id] for line_id, quantity in free.items()}


def _above_zero(quantities: Quantities) -> Quantities:
    return {line_id: quantity for line_id, quantity in quantities.items() if quantity > 0}


def _lock_supply(company: Company, order: LoadedOrder, lines: Sequence[ConfirmableLine], *, actor: User) -> None:
    """Lock every bucket and receipt that giving back or taking may touch, in one sorted go, before either starts."""
    inventory.lock_supply(
        company_id=company.pk,
        product_ids={line.product_id for line in lines},
        warehouse_ids={order.warehouse_id},
        actor=actor,
    )


def _require_together(
    order: LoadedOrder, promises: Mapping[int, Sequence[inventory.PromisedLine]], reductions: Sequence[Reduction]
) -> None:
    """Refuse where what ships together got no date: for an order that ships complete, and where a date is lost."""
    group_of = {line.line_id: order.delivery_group(line) for line in order.goods_lines}
    had_a_date = {group_of[each.part.order_line_id] for each in reductions if each.part.ship_on is not None}
    short = [
        f"Line {line.position}: {line.sku} cannot be promised in full."
        for line in order.goods_lines
        if (group := group_of[line.line_id]) is not None
        and (order.complete_only or group in had_a_date)
        and any(part.ship_on is None for part in promises.get(line.line_id, ()))
    ]
    if short:
        raise ChangeRefused(" ".join(short))


def _next_event_id() -> int:
    """A number for the give-back's ledger movements: one order can be changed any number of times."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('orders_promiseevent_id_seq')")
        return int(cursor.fetchone()[0])
