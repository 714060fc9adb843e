"""When supply shrinks or slips: keep every promise that can still be kept, move the rest, and say which ones moved.

Every command that takes supply away locks the buckets and receipts concerned and hands its own movements to
``apply_supply_change``, which shares the supply out again and publishes the promises that moved.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from core import bulk
from core.events import publish
from core.ledger import Key, Movement, Total
from core.models import User
from inventory.events import PromiseMove, PromisesMoved
from inventory.ledgers import RECEIPTS, STOCK
from inventory.models import Commitment as CommitmentRow
from inventory.places import Place
from inventory.promising.loader import ExpectedReceipt, StoredCommitment, commitments_in, receipt_slice
from inventory.promising.repegging import repeg
from inventory.promising.store import CommitmentState, pegged_movements, shrunk, write_promises
from inventory.promising.types import ZERO, Repegged, ScheduleLine, SupplyKey, SupplySlice


@dataclass(slots=True)
class NewCommitment:
    """A part of a commitment that ships on another day from now on."""

    origin: StoredCommitment
    line: ScheduleLine


@dataclass(slots=True)
class RepegPlan:
    """What is to be written after a change of supply. New commitments are -1, -2, ... until they are written."""

    rows: dict[int, StoredCommitment]
    changes: dict[tuple[int, SupplyKey], Decimal] = field(default_factory=dict)
    states: list[CommitmentState] = field(default_factory=list)
    new: list[NewCommitment] = field(default_factory=list)
    moves: list[PromiseMove] = field(default_factory=list)


def plan_repegging(rows: Sequence[StoredCommitment], supply: Sequence[SupplySlice], *, reason: str) -> RepegPlan:
    """Share the supply out again among these commitments. Pure.

    Orders claim before holds of quotes, the earlier date before the later, the older commitment before the younger.
    """
    active = [row for row in rows if row.open]
    plan = RepegPlan({row.id: row for row in active})
    claims = sorted(active, key=lambda row: (row.kind == CommitmentRow.Kind.HOLD, row.ship_on, row.id))
    for result in repeg([row.for_engine() for row in claims], supply).results:
        _settle(plan, plan.rows[result.commitment.key], result, reason)
    plan.changes = {pair: change for pair, change in plan.changes.items() if change}
    return plan


def _settle(plan: RepegPlan, row: StoredCommitment, result: Repegged, reason: str) -> None:
    for peg in row.pegs:
        _change(plan, row.id, peg.key, -peg.quantity)
    kept = next((line for line in result.lines if line.ship_on == row.ship_on), None)
    later = [line for line in result.lines if line is not kept]
    if kept is not None:
        _carry(plan, row.id, kept)
        if kept.quantity < row.open:
            plan.states.append(shrunk(row, row.open - kept.quantity))
    elif later and not row.fulfilled:
        first = later.pop(0)
        plan.states.append(CommitmentState(row.id, first.quantity, ZERO, row.status, first.ship_on))
        plan.moves.append(PromiseMove(row.id, first.quantity, row.ship_on, first.ship_on, row.id, reason))
        _carry(plan, row.id, first)
    else:
        plan.states.append(shrunk(row, row.open))
    for line in later:
        plan.new.append(NewCommitment(row, line))
        number = -len(plan.new)
        plan.moves.append(PromiseMove(row.id, line.quantity, row.ship_on, line.ship_on, number, reason))
        _carry(plan, number, line)
    if result.unpromised:
        plan.moves.append(PromiseMove(row.id, result.unpromised, row.ship_on, None, None, reason))


def _carry(plan: RepegPlan, commitment_id: int, line: ScheduleLine) -> None:
    for peg in line.pegs:
        _change(plan, commitment_id, peg.key, peg.quantity)


def _change(plan: RepegPlan, commitment_id: int, key: SupplyKey, quantity: Decimal) -> None:
    pair = (commitment_id, key)
    plan.changes[pair] = plan.changes.get(pair, ZERO) + quantity


def write_plan(plan: RepegPlan) -> None:
    """Write new commitments, pegs and changed commitments in two statements, and put the real ids into the plan.

    The caller posts the pegged totals of ``plan.changes`` in the same transaction, together with its own movements.
    """
    if not plan.changes and not plan.states:
        return
    ids = _insert_new(plan.new)
    real = {-position: number for position, number in enumerate(ids, 1)}
    plan.changes = {(real.get(number, number), key): change for (number, key), change in plan.changes.items()}
    plan.moves = [
        replace(move, new_commitment_id=real.get(move.new_commitment_id, move.new_commitment_id))
        if move.new_commitment_id is not None
        else move
        for move in plan.moves
    ]
    write_promises(plan.rows.values(), plan.changes, plan.states)


def _insert_new(new: Sequence[NewCommitment]) -> list[int]:
    return bulk.insert(
        CommitmentRow,
        {
            "company_id": [each.origin.company_id for each in new],
            "warehouse_id": [each.line.warehouse_id for each in new],
            "product_id": [each.origin.product_id for each in new],
            "kind": [each.origin.kind for each in new],
            "quantity": [each.line.quantity for each in new],
            "ship_on": [each.line.ship_on for each in new],
            "wanted_on": [each.origin.wanted_on for each in new],
            "reference": [each.origin.reference for each in new],
            "expires_at": [each.origin.expires_at for each in new],
        },
    )


@dataclass(frozen=True, slots=True)
class SupplyChange:
    """A change of supply under the locks of its buckets and receipts, before it is written.

    ``buckets`` and ``receipts`` are as they were locked, receipts with their new expected days; ``of_buckets`` and
    ``of_receipts`` are the movements of the change itself; ``slipped`` are the buckets in which a receipt comes later.
    """

    company_id: int
    buckets: Mapping[Place, Total]
    receipts: Sequence[ExpectedReceipt]
    source: tuple[str, int, str]
    on: date
    reason: str
    of_buckets: Sequence[Movement] = ()
    of_receipts: Sequence[Movement] = ()
    slipped: frozenset[Place] = frozenset()


def apply_supply_change(change: SupplyChange, *, actor: User) -> None:
    """Write a change of supply: promises first moved to what is left, then the totals in one go, then the news.

    Pegs are looked at only in buckets where a promise cannot lean any more on what it leaned on. Five statements at
    most.
    """
    after = _balances_after(change)
    places = change.slipped | _places_short(change, after)
    of_buckets, of_receipts = list(change.of_buckets), list(change.of_receipts)
    plan = RepegPlan({})
    if places:
        plan = plan_repegging(commitments_in(places), _supply_after(change, after, places), reason=change.reason)
        write_plan(plan)
        more_buckets, more_receipts = pegged_movements(
            plan.changes, change.buckets, change.receipts, cause=lambda _: change.source, on=change.on
        )
        of_buckets += more_buckets
        of_receipts += more_receipts
    STOCK.post(of_buckets, totals={total.key: total for total in change.buckets.values()})
    RECEIPTS.post(of_receipts, totals={receipt.total.key: receipt.total for receipt in change.receipts})
    if plan.moves:
        publish(PromisesMoved(actor_id=actor.pk, company_id=change.company_id, moves=tuple(plan.moves)))


def _balances_after(change: SupplyChange) -> dict[Key, Decimal]:
    """On hand of every bucket and open quantity of every receipt after the change, by ledger key."""
    after = {total.key: total.balances["on_hand"] for total in change.buckets.values()}
    for movement in change.of_buckets:
        after[movement.key] += movement.deltas.get("on_hand", ZERO)
    still = {receipt.total.key: receipt.total.balances["open"] for receipt in change.receipts}
    for movement in change.of_receipts:
        still[movement.key] += movement.deltas.get("open", ZERO)
    return after | still  # keys of three columns and keys of two: they never meet


def _places_short(change: SupplyChange, after: Mapping[Key, Decimal]) -> set[Place]:
    """The buckets in which more is pegged on some supply than there will be of it."""
    short = {
        place
        for place, total in change.buckets.items()
        if after[total.key] < total.balances["pegged"] and not total.facts["negative_allowed"]
    }
    short |= {
        receipt.place for receipt in change.receipts if after[receipt.total.key] < receipt.total.balances["pegged"]
    }
    return short


def _supply_after(change: SupplyChange, after: Mapping[Key, Decimal], places: Set[Place]) -> list[SupplySlice]:
    """All supply of these buckets after the change, pegged or not: what is shared out again."""
    return [
        *(
            SupplySlice(("bucket", total.id), place[1], place[0], date.min, after[total.key])
            for place, total in change.buckets.items()
            if place in places
        ),
        *(
            receipt_slice(receipt, after[receipt.total.key], on=change.on)
            for receipt in change.receipts
            if receipt.place in places
        ),
    ]
