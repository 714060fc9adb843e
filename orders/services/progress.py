"""What fulfilment and billing tell orders: quantities that were shipped, returned, invoiced and credited.

The callers hold the orders' header locks. Counters, kits, derived states, completion and the credit ledger move
together here, so that no room above has to know how.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from catalog.models import Product
from core import bulk
from core.commands import command
from core.locks import require_locked
from core.models import Company, User
from core.transitions import advance
from orders.credit.services import CreditMove, move_credit
from orders.drafts import Progress
from orders.exposure import NOTHING, LineExposure, LineQuantities, line_exposure
from orders.models import Order, OrderLine, ScheduleLine
from orders.quantities import COUNTERS, LineState, billing_state, fulfillment_state, is_finished, with_deltas
from orders.states import OrderStatus

ZERO = Decimal(0)


class _Facts:
    """What one order line weighs in money, beside its counters."""

    __slots__ = ("account_id", "fx_rate", "gross", "order_id")

    def __init__(self, order_id: int, account_id: int, fx_rate: Decimal, gross: Decimal) -> None:
        self.order_id, self.account_id, self.fx_rate, self.gross = order_id, account_id, fx_rate, gross


@command(permission=None)
def record_delivering(*, deltas: Mapping[int, Decimal], actor: User) -> None:
    """Note how much of each schedule line is on deliveries that have not left yet (below zero:

    No longer). One statement.
    """
    bulk.add(ScheduleLine, {line_id: {"delivering": delta} for line_id, delta in deltas.items()})


@command(permission=None)
def record_shipped(*, company: Company, progress: Sequence[Progress], business_date: date, actor: User) -> None:
    """Goods left: count them on order and schedule lines, derive the states, move credit from open to delivered.

    Quantities in the stock unit; ``schedule_line_id`` is required. Call before anything of inventory is locked (rank
    CREDIT_TOTAL). Raises ConstraintRefused when more would be shipped than a line's tolerance allows.
    """
    _record("shipped", company, progress, business_date, actor)
    parts: defaultdict[int, dict[str, Decimal]] = defaultdict(lambda: {"shipped": ZERO, "delivering": ZERO})
    for each in progress:
        assert each.schedule_line_id is not None
        parts[each.schedule_line_id]["shipped"] += each.quantity
    bulk.add(ScheduleLine, {line_id: {"shipped": delta["shipped"]} for line_id, delta in parts.items()})


@command(permission=None)
def record_returned(*, company: Company, progress: Sequence[Progress], business_date: date, actor: User) -> None:
    """Goods came back: a return never reopens demand; what was not billed yet leaves the exposure."""
    _record("returned", company, progress, business_date, actor)


@command(permission=None)
def record_invoiced(*, company: Company, progress: Sequence[Progress], business_date: date, actor: User) -> None:
    """Quantities were billed: they leave "delivered"; the caller adds the invoice's open item."""
    _record("invoiced", company, progress, business_date, actor)


@command(permission=None)
def record_credited(*, company: Company, progress: Sequence[Progress], business_date: date, actor: User) -> None:
    """Quantities were credited (a negative quantity of "invoiced" never happens: what was billed stays billed)."""
    _record("credited", company, progress, business_date, actor)


def _record(counter: str, company: Company, progress: Sequence[Progress], business_date: date, actor: User) -> None:
    if not progress:
        return
    lines, facts = _load(progress)
    orders = {fact.order_id for fact in facts.values()}
    require_locked(Order, orders)
    moves: list[CreditMove] = []
    state = lines
    for (source_type, source_id), deltas in _by_source(progress, counter).items():
        after = with_deltas(state, deltas)
        moves += _credit_moves(company, facts, state, after, source_type, source_id, counter)
        state = after
    _write_counters(lines, state)
    _refresh_states(orders, state, facts, actor=actor)
    move_credit(company=company, moves=moves, business_date=business_date, actor=actor)


def _load(progress: Sequence[Progress]) -> tuple[dict[int, LineState], dict[int, _Facts]]:
    """All lines of the orders concerned: kits and derived states need their neighbours. One query."""
    order_ids = OrderLine.objects.filter(pk__in={each.order_line_id for each in progress}).values("order_id")
    lines, facts = {}, {}
    rows: Any = OrderLine.objects.filter(order_id__in=order_ids).values_list(
        "id",
        "product_kind",
        "ordered",
        *COUNTERS,
        "parent_id",
        "order_id",
        "order__account_id",
        "order__fx_rate",
        "gross",
    )
    for row in rows:
        *state, order_id, account_id, fx_rate, gross = row
        lines[row[0]] = LineState(*state)
        facts[row[0]] = _Facts(order_id, account_id, fx_rate, gross)
    return lines, facts


def _by_source(progress: Sequence[Progress], counter: str) -> dict[tuple[str, int], dict[int, dict[str, Decimal]]]:
    found: dict[tuple[str, int], dict[int, dict[str, Decimal]]] = {}
    for each in progress:
        deltas = found.setdefault((each.source_type, each.source_id), {})
        line = deltas.setdefault(each.order_line_id, {counter: ZERO})
        line[counter] += each.quantity
    return found


def _exposure(line: LineState, fact: _Facts, currency: str) -> LineExposure:
    if line.parent_id is not None:
        return NOTHING  # the kit's own line carries the price
    quantities = LineQuantities(line.ordered, line.cancelled, line.shipped, line.returned, line.invoiced, line.credited)
    goods = line.product_kind != Product.Kind.SERVICE
    return line_exposure(fact.gross, quantities, fx_rate=fact.fx_rate, currency=currency, goods=goods)


def _credit_moves(
    company: Company,
    facts: Mapping[int, _Facts],
    before: Mapping[int, LineState],
    after: Mapping[int, LineState],
    source_type: str,
    source_id: int,
    purpose: str,
) -> list[CreditMove]:
    """The difference of two exposures per line that changed: it telescopes to zero over the life of a line."""
    moves = []
    for line_id, line in after.items():
        if line is before[line_id]:
            continue
        fact, currency = facts[line_id], company.functional_currency
        delta = _exposure(line, fact, currency) - _exposure(before[line_id], fact, currency)
        moves.append(
            CreditMove(
                fact.account_id,
                source_type,
                source_id,
                purpose,
                open_orders=delta.open_orders,
                delivered=delta.delivered,
            )
        )
    return moves


def _write_counters(before: Mapping[int, LineState], after: Mapping[int, LineState]) -> None:
    deltas = {}
    for line_id, line in after.items():
        changes = {name: getattr(line, name) - getattr(before[line_id], name) for name in COUNTERS}
        if any(changes.values()):
            deltas[line_id] = {name: change for name, change in changes.items() if change}
    bulk.add(OrderLine, deltas)


def _refresh_states(
    order_ids: set[int], lines: Mapping[int, LineState], facts: Mapping[int, _Facts], *, actor: User
) -> None:
    """Store the derived states where they changed, and complete what is finished. Four statements at most."""
    of_order: defaultdict[int, list[LineState]] = defaultdict(list)
    for line_id, line in lines.items():
        of_order[facts[line_id].order_id].append(line)
    orders = list(Order.objects.filter(pk__in=order_ids).order_by("pk"))
    changed = []
    for order in orders:
        states = (fulfillment_state(of_order[order.pk]), billing_state(of_order[order.pk]))
        if states != (order.fulfillment_state, order.billing_state):
            order.fulfillment_state, order.billing_state = states
            changed.append(order)
    bulk.update(
        Order,
        [order.pk for order in changed],
        {
            "fulfillment_state": [order.fulfillment_state for order in changed],
            "billing_state": [order.billing_state for order in changed],
        },
    )
    finished = [order for order in orders if order.status == OrderStatus.CONFIRMED and is_finished(of_order[order.pk])]
    advance(finished, "complete", actor=actor)
    open_again = [
        order for order in orders if order.status == OrderStatus.COMPLETED and not is_finished(of_order[order.pk])
    ]
    advance(open_again, "reopen", actor=actor, reason="a quantity is open again")
