"""Carrying changes of supply into what customers were told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max

from core import bulk
from core.cases import CaseDraft, open_cases
from core.commands import command
from core.models import User
from core.timeline import TimelineEntry, record
from inventory.models import Commitment
from orders.models import Order, PromiseEvent, ScheduleLine
from orders.services.locking import lock_orders

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Move:
    """One moved quantity of one schedule line; without a new date no supply covers it."""

    line: ScheduleLine
    quantity: Decimal
    ship_on: date | None
    commitment_id: int | None
    reason: str

    @property
    def is_whole(self) -> bool:
        """Whether the schedule line keeps its commitment and only changes its date."""
        return self.commitment_id == self.line.commitment_id

    @property
    def is_over(self) -> bool:
        """Whether nothing is left that it could concern: shipped, cancelled, or promised again meanwhile."""
        return self.line.quantity <= self.line.cancelled + self.line.shipped


@command(permission=None)
def note_moved_promises(*, company_id: int, moves: Sequence[Mapping[str, Any]], actor: User) -> None:
    """Write what supply did to promises into schedule lines, their history, the timelines, and a case for sales.

    ``moves`` are plain values of ``inventory.events.PromiseMove``: they come by the outbox, because the handler of an
    event may not lock documents. Called under the event's idempotency key, so that a repeated message changes nothing.
    Messages may come in any order, so each says which promises moved, and the date is what they have by now; what a
    later message has told already, or what left or was promised again meanwhile, is passed over. Constant statements.
    """
    by_commitment = {int(move["commitment_id"]): move for move in moves}
    affected = ScheduleLine.objects.filter(commitment_id__in=by_commitment)
    orders = {order.pk: order for order in lock_orders(set(affected.values_list("order_line__order_id", flat=True)))}
    lines = {line.commitment_id: line for line in affected.select_related("order_line__product").order_by("pk")}
    named = {*by_commitment, *(move["new_commitment_id"] for move in moves)} - {None}
    now = dict(Commitment.objects.filter(pk__in=named).values_list("pk", "ship_on"))
    read = [_read(line, move, now) for move in moves if (line := lines.get(int(move["commitment_id"])))]
    found = [move for move in read if not (move.is_whole and (move.ship_on == move.line.ship_on or move.is_over))]
    if not found:
        return
    _move_whole([move for move in found if move.is_whole])
    _move_parts([move for move in found if not move.is_whole])
    _write_history(found, actor=actor)
    touched = sorted({move.line.order_line.order_id for move in found})
    record(
        [TimelineEntry.about(orders[each], "promise moved", text=_story(found, each)) for each in touched], actor=actor
    )
    open_cases(cases=[_case(orders[each], found) for each in touched], actor=actor)


def _read(line: ScheduleLine, move: Mapping[str, Any], now: Mapping[int, date | None]) -> Move:
    commitment_id = move["new_commitment_id"]
    return Move(
        line=line,
        quantity=Decimal(str(move["quantity"])),
        ship_on=now[commitment_id] if commitment_id is not None else None,
        commitment_id=commitment_id,
        reason=str(move["reason"])[:500],
    )


def _transit(line: ScheduleLine) -> timedelta:
    return line.deliver_on - line.ship_on if line.deliver_on and line.ship_on else timedelta()


def _move_whole(moves: Sequence[Move]) -> None:
    bulk.update(
        ScheduleLine,
        [move.line.pk for move in moves],
        {
            "ship_on": [move.ship_on for move in moves],
            "deliver_on": [move.ship_on + _transit(move.line) if move.ship_on else None for move in moves],
        },
    )


def _move_parts(moves: Sequence[Move]) -> None:
    """Take the quantity off the old part and write a new part of the same order line, dated or not."""
    if not moves:
        return
    taken: dict[int, dict[str, Decimal]] = {}
    for move in moves:
        delta = taken.setdefault(move.line.pk, {"cancelled": ZERO})
        delta["cancelled"] += move.quantity
    bulk.add(ScheduleLine, taken)
    next_position = dict(
        ScheduleLine.objects.filter(order_line_id__in={move.line.order_line_id for move in moves})
        .values("order_line_id")
        .annotate(last=Max("position"))
        .values_list("order_line_id", "last")
    )
    positions = []
    for move in moves:
        next_position[move.line.order_line_id] += 1
        positions.append(next_position[move.line.order_line_id])
    bulk.insert(
        ScheduleLine,
        {
            "order_line_id": [move.line.order_line_id for move in moves],
            "position": positions,
            "quantity": [move.quantity for move in moves],
            "ship_on": [move.ship_on for move in moves],
            "deliver_on": [move.ship_on + _transit(move.line) if move.ship_on else None for move in moves],
            "first_ship_on": [move.line.first_ship_on for move in moves],
            "warehouse_id": [move.line.warehouse_id if move.ship_on else None for move in moves],
            "commitment_id": [move.commitment_id for move in moves],
        },
    )


def _write_history(moves: Sequence[Move], *, actor: User) -> None:
    bulk.insert(
        PromiseEvent,
        {
            "order_line_id": [move.line.order_line_id for move in moves],
            "quantity": [move.quantity for move in moves],
            "ship_on": [move.ship_on for move in moves],
            "previous_ship_on": [move.line.ship_on for move in moves],
            "reason": [move.reason for move in moves],
        },
        same={"cause": "supply changed", "actor_id": actor.pk},
    )


def _story(moves: Sequence[Move], order_id: int) -> str:
    sentences = []
    for move in moves:
        if move.line.order_line.order_id == order_id:
            new = f"moved to {move.ship_on:%d %b %Y}" if move.ship_on else "has no supply any more"
            sentences.append(
                f"{move.line.order_line.product.sku}: {move.quantity.normalize():f} {new} ({move.reason})."
            )
    return " ".join(sentences)[:2000]


def _case(order: Order, moves: Sequence[Move]) -> CaseDraft:
    mine = [move for move in moves if move.line.order_line.order_id == order.pk]
    at_risk = sum(
        (
            move.line.order_line.net.amount * move.quantity / move.line.order_line.ordered
            for move in mine
            if move.line.order_line.ordered
        ),
        ZERO,
    )
    return CaseDraft(
        company_id=order.company_id,
        kind="promise_broken",
        role="Sales",
        document_kind="order",
        document_id=order.pk,
        sentence=f"{order.title}: {_story(mine, order.pk)}"[:500],
        currency=order.currency,
        value_at_risk=at_risk.quantize(Decimal("0.0001")),
    )
