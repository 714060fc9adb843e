"""What fulfilment and billing tell orders: quantities that were shipped, returned, invoiced and credited.

The callers hold the orders' header locks. Counters, kits, derived states, completion and the credit ledger move
together here, so that no room above has to know how.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from catalog.models import Product
from core.arrays import array
from core.commands import command
from core.locks import require_locked
from core.models import Company, User
from core.transitions import advance
from orders.credit.services import CreditMove, move_credit
from orders.drafts import Progress
from orders.exposure import NOTHING, LineExposure, LineQuantities, line_exposure
from orders.models import Order
from orders.quantities import COUNTERS, LineState, billing_state, fulfillment_state, is_finished, with_deltas
from orders.states import OrderStatus

ZERO = Decimal(0)
COUNTED = tuple(name for name in COUNTERS if name != "cancelled")
REASONS = {"complete": "", "reopen": "a quantity is open again"}

# All lines of the orders concerned: kits and derived states need their neighbours.
_LINES = """
    SELECT l.id, l.product_kind, l.ordered, l.cancelled, l.shipped, l.returned, l.invoiced, l.credited, l.parent_id,
           l.gross, o.id, o.account_id, o.fx_rate, o.status, o.version, o.fulfillment_state, o.billing_state
    FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
    WHERE l.order_id IN (SELECT order_id FROM orders_orderline WHERE id = ANY(%s))
    ORDER BY l.id
"""

# With the orders that it touched: no further statement is needed to see that they are locked.
_DELIVERING = """
    UPDATE orders_scheduleline t SET delivering = t.delivering + v.delta
    FROM unnest(%s::bigint[], %s::numeric[]) AS v(id, delta), orders_orderline l
    WHERE t.id = v.id AND l.id = t.order_line_id RETURNING l.order_id
"""

# Three tables of one truth, in one statement.
_WRITE = """
    WITH lines AS (
        UPDATE orders_orderline t
        SET shipped = t.shipped + v.shipped, returned = t.returned + v.returned,
            invoiced = t.invoiced + v.invoiced, credited = t.credited + v.credited
        FROM unnest(%(lines)s::bigint[], %(shipped)s::numeric[], %(returned)s::numeric[], %(invoiced)s::numeric[],
                    %(credited)s::numeric[]) AS v(id, shipped, returned, invoiced, credited)
        WHERE t.id = v.id RETURNING t.id
    ), parts AS (
        UPDATE orders_scheduleline t SET shipped = t.shipped + v.shipped, delivering = t.delivering + v.delivering
        FROM unnest(%(parts)s::bigint[], %(parts_shipped)s::numeric[], %(parts_delivering)s::numeric[])
             AS v(id, shipped, delivering)
        WHERE t.id = v.id RETURNING t.id
    ), headers AS (
        UPDATE orders_order t SET fulfillment_state = v.fulfillment_state, billing_state = v.billing_state
        FROM unnest(%(orders)s::bigint[], %(fulfillment)s::text[], %(billing)s::text[])
             AS v(id, fulfillment_state, billing_state)
        WHERE t.id = v.id RETURNING t.id
    )
    SELECT (SELECT count(*) FROM lines), (SELECT count(*) FROM parts), (SELECT count(*) FROM headers)
"""


@dataclass(frozen=True, slots=True)
class _Header:
    """What an order says of itself, as it stands under its lock."""

    id: int
    account_id: int
    fx_rate: Decimal
    status: str
    version: int
    fulfillment_state: str
    billing_state: str


@dataclass(frozen=True, slots=True)
class _Loaded:
    """All lines of the orders concerned by id, what each is worth in the order's currency, and their headers."""

    lines: dict[int, LineState]
    gross: dict[int, Decimal]
    header_of: dict[int, _Header]


@dataclass(frozen=True, slots=True)
class _Part:
    """What one schedule line gains: so much left, so much is on deliveries that wait (below zero: no longer)."""

    shipped: Decimal = ZERO
    delivering: Decimal = ZERO


@command(permission=None)
def record_delivering(*, deltas: Mapping[int, Decimal], actor: User) -> None:
    """Note how much of each schedule line is on deliveries that have not left yet (below zero: no longer).

    The caller holds the orders' header locks. One statement.
    """
    if not deltas:
        return
    ids = sorted(deltas)
    with connection.cursor() as cursor:
        cursor.execute(_DELIVERING, [array("bigint", ids), array("numeric", [deltas[line_id] for line_id in ids])])
        touched = [order_id for (order_id,) in cursor.fetchall()]
    assert len(touched) == len(ids), "a schedule line went missing"
    require_locked(Order, set(touched))


@command(permission=None)
def record_shipped(
    *,
    company: Company,
    progress: Sequence[Progress],
    business_date: date,
    actor: User,
    freed: Mapping[int, Decimal] | None = None,
) -> frozenset[int]:
    """Goods left: count them on order and schedule lines, derive the states, move credit from open to delivered.

    Quantities in the stock unit; ``schedule_line_id`` is required. ``freed`` says how much of each schedule line is no
    longer on a delivery that waits. Returns the orders' lines of which more left than is billed. Call before anything
    of inventory is locked (rank CREDIT_TOTAL). Raises ConstraintRefused when more would be shipped than a line's
    tolerance allows.
    """
    shipped: defaultdict[int, Decimal] = defaultdict(Decimal)
    for each in progress:
        assert each.schedule_line_id is not None
        shipped[each.schedule_line_id] += each.quantity
    less = freed or {}
    parts = {
        line_id: _Part(shipped.get(line_id, ZERO), -less.get(line_id, ZERO)) for line_id in sorted({*shipped, *less})
    }
    after = _record("shipped", company, progress, business_date, actor, parts=parts)
    return frozenset(line.line_id for line in after.values() if _waits_for_bill(line, after))


def _waits_for_bill(line: LineState, lines: Mapping[int, LineState]) -> bool:
    """Whether the customer has more of it than is billed. A component is billed with its kit's full sets."""
    if line.parent_id is None:
        return line.kept > line.invoiced - line.credited
    kit = lines[line.parent_id]
    return line.kept * kit.ordered > (kit.invoiced - kit.credited) * line.ordered


@command(permission=None)
def record_returned(*, company: Company, progress: Sequence[Progress], business_date: date, actor: User) -> None:
    """Goods came back: a return never reopens demand; what was not billed yet leaves the exposure."""
    _record("returned", company, progress, business_date, actor)


@command(permission=None)
def record_invoiced(
    *,
    company: Company,
    progress: Sequence[Progress],
    business_date: date,
    actor: User,
    moves: Sequence[CreditMove] = (),
) -> None:
    """Quantities were billed: they leave "delivered". ``moves`` are the invoices' own, posted together with it."""
    _record("invoiced", company, progress, business_date, actor, moves=moves)


@command(permission=None)
def record_credited(
    *,
    company: Company,
    progress: Sequence[Progress],
    business_date: date,
    actor: User,
    moves: Sequence[CreditMove] = (),
) -> None:
    """Quantities were credited: what was billed stays billed, "invoiced" never falls. ``moves`` as in billing them."""
    _record("credited", company, progress, business_date, actor, moves=moves)


def _record(
    counter: str,
    company: Company,
    progress: Sequence[Progress],
    business_date: date,
    actor: User,
    *,
    moves: Sequence[CreditMove] = (),
    parts: Mapping[int, _Part] | None = None,
) -> Mapping[int, LineState]:
    """Read, write, and complete or reopen orders where quantities ask for it; then move credit, in one posting.

    Returns the orders' lines as they are now.
    """
    moved: list[CreditMove] = []
    state: Mapping[int, LineState] = {}
    if progress or parts:
        found = _load(progress)
        require_locked(Order, {header.id for header in found.header_of.values()})
        state = found.lines
        for (source_type, source_id), deltas in _by_source(progress, counter).items():
            after = with_deltas(state, deltas)
            moved += _credit_moves(company, found, state, after, source_type, source_id, counter)
            state = after
        _write(found, state, parts or {}, actor=actor)
    move_credit(company=company, moves=[*moved, *moves], business_date=business_date, actor=actor)
    return state


def _load(progress: Sequence[Progress]) -> _Loaded:
    found = _Loaded({}, {}, {})
    headers: dict[int, _Header] = {}
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [sorted({each.order_line_id for each in progress})])
        for row in cursor.fetchall():
            line_id, order_id = row[0], row[10]
            found.lines[line_id] = LineState(*row[:9])
            found.gross[line_id] = row[9]
            found.header_of[line_id] = headers.get(order_id) or headers.setdefault(order_id, _Header(*row[10:]))
    return found


def _by_source(progress: Sequence[Progress], counter: str) -> dict[tuple[str, int], dict[int, dict[str, Decimal]]]:
    found: dict[tuple[str, int], dict[int, dict[str, Decimal]]] = {}
    for each in progress:
        deltas = found.setdefault((each.source_type, each.source_id), {})
        line = deltas.setdefault(each.order_line_id, {counter: ZERO})
        line[counter] += each.quantity
    return found


def _exposure(line: LineState, gross: Decimal, fx_rate: Decimal, currency: str) -> LineExposure:
    if line.parent_id is not None:
        return NOTHING  # the kit's own line carries the price
    quantities = LineQuantities(line.ordered, line.cancelled, line.shipped, line.returned, line.invoiced, line.credited)
    goods = line.product_kind != Product.Kind.SERVICE
    return line_exposure(gross, quantities, fx_rate=fx_rate, currency=currency, goods=goods)


def _credit_moves(
    company: Company,
    found: _Loaded,
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
        header, worth = found.header_of[line_id], (found.gross[line_id], found.header_of[line_id].fx_rate)
        now = _exposure(line, *worth, company.functional_currency)
        delta = now - _exposure(before[line_id], *worth, company.functional_currency)
        moves.append(
            CreditMove(
                header.account_id,
                source_type,
                source_id,
                purpose,
                open_orders=delta.open_orders,
                delivered=delta.delivered,
            )
        )
    return moves


def _write(found: _Loaded, after: Mapping[int, LineState], parts: Mapping[int, _Part], *, actor: User) -> None:
    """Store counters and, where they changed, derived states; complete what is finished, reopen what no longer is."""
    of_order: defaultdict[int, list[LineState]] = defaultdict(list)
    for line_id, line in after.items():
        of_order[found.header_of[line_id].id].append(line)
    states: dict[int, tuple[str, str]] = {}
    turned: defaultdict[tuple[str, tuple[str, str]], list[Order]] = defaultdict(list)
    for header in sorted({each.id: each for each in found.header_of.values()}.values(), key=lambda each: each.id):
        lines = of_order[header.id]
        state = (str(fulfillment_state(lines)), str(billing_state(lines)))
        verb = _turn(header, lines)
        if verb:
            turned[verb, state].append(Order(pk=header.id, status=header.status, version=header.version))
        elif state != (header.fulfillment_state, header.billing_state):
            states[header.id] = state
    _write_numbers(_changes(found.lines, after), parts, states)
    for (verb, (fulfillment, billing)), orders in turned.items():
        same = {"fulfillment_state": fulfillment, "billing_state": billing}
        advance(orders, verb, actor=actor, reason=REASONS[verb], same=same)


def _turn(header: _Header, lines: Sequence[LineState]) -> str:
    """The verb that the order's quantities ask for, if any."""
    if header.status == OrderStatus.CONFIRMED and is_finished(lines):
        return "complete"
    if header.status == OrderStatus.COMPLETED and not is_finished(lines):
        return "reopen"
    return ""


def _changes(before: Mapping[int, LineState], after: Mapping[int, LineState]) -> dict[int, list[Decimal]]:
    """By how much the counters of the lines that changed rise or fall, kits' headers included."""
    changes = {
        line_id: [getattr(line, name) - getattr(before[line_id], name) for name in COUNTED]
        for line_id, line in after.items()
        if line is not before[line_id]
    }
    return {line_id: change for line_id, change in changes.items() if any(change)}


def _write_numbers(
    changes: Mapping[int, Sequence[Decimal]], parts: Mapping[int, _Part], states: Mapping[int, tuple[str, str]]
) -> None:
    by_counter = {
        name: array("numeric", [change[position] for change in changes.values()])
        for position, name in enumerate(COUNTED)
    }
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            {
                "lines": array("bigint", list(changes)),
                **by_counter,
                "parts": array("bigint", list(parts)),
                "parts_shipped": array("numeric", [part.shipped for part in parts.values()]),
                "parts_delivering": array("numeric", [part.delivering for part in parts.values()]),
                "orders": array("bigint", list(states)),
                "fulfillment": array("text", [fulfillment for fulfillment, _ in states.values()]),
                "billing": array("text", [billing for _, billing in states.values()]),
            },
        )
        assert cursor.fetchone() == (len(changes), len(parts), len(states)), "a line or an order went missing"
