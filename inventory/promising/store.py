"""Write what promising decided: pegs and commitments in one statement, whatever their number.

Zero pegs are deleted. The pegged totals follow in the same transaction (``post_pegs``), so that invariant I2, pegged =
sum of open pegs, holds at every commit.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from core.ledger import Movement, Total
from inventory.ledgers import RECEIPTS, STOCK
from inventory.models import Commitment
from inventory.places import Place
from inventory.promising.loader import ExpectedReceipt, StoredCommitment
from inventory.promising.types import ZERO, SupplyKey

Status = Commitment.Status

_WRITE = """
    WITH gone AS (DELETE FROM inventory_peg WHERE id = ANY(%(gone)s)),
    changed AS (
        UPDATE inventory_peg p SET quantity = v.quantity
        FROM unnest(%(changed)s::bigint[], %(changed_quantities)s::numeric[]) AS v(id, quantity) WHERE p.id = v.id
    ),
    added AS (
        INSERT INTO inventory_peg (commitment_id, bucket_id, receipt_id, quantity)
        SELECT * FROM unnest(%(leaning)s::bigint[], %(buckets)s::bigint[], %(receipts)s::bigint[], %(added)s::numeric[])
    )
    UPDATE inventory_commitment c
    SET quantity = v.quantity, fulfilled = v.fulfilled, status = v.status, ship_on = v.ship_on
    FROM unnest(
        %(ids)s::bigint[], %(quantities)s::numeric[], %(fulfilled)s::numeric[], %(statuses)s::text[], %(dates)s::date[]
    ) AS v(id, quantity, fulfilled, status, ship_on)
    WHERE c.id = v.id
"""


@dataclass(frozen=True, slots=True)
class CommitmentState:
    """What a commitment becomes."""

    id: int
    quantity: Decimal
    fulfilled: Decimal
    status: str
    ship_on: date


PegChanges = Mapping[tuple[int, SupplyKey], Decimal]  # by (commitment, supply): how much the peg rises or falls
Cause = Callable[[int], tuple[str, int, str]]  # by commitment: source type, source id, purpose


def shrunk(row: StoredCommitment, given_back: Decimal) -> CommitmentState:
    """The commitment with so much less promised. One that never shipped anything keeps its quantity and is released."""
    left = row.quantity - given_back
    if left > row.fulfilled:
        return CommitmentState(row.id, left, row.fulfilled, Status.ACTIVE, row.ship_on)
    if row.fulfilled:
        return CommitmentState(row.id, row.fulfilled, row.fulfilled, Status.FULFILLED, row.ship_on)
    return CommitmentState(row.id, row.quantity, ZERO, Status.RELEASED, row.ship_on)


def shipped(row: StoredCommitment, quantity: Decimal) -> CommitmentState:
    """The commitment after so much of it left."""
    fulfilled = row.fulfilled + quantity
    status = Status.FULFILLED if fulfilled == row.quantity else Status.ACTIVE
    return CommitmentState(row.id, row.quantity, fulfilled, status, row.ship_on)


def write_promises(
    rows: Collection[StoredCommitment], changes: PegChanges, states: Collection[CommitmentState]
) -> None:
    """Write changed pegs and commitments in one statement.

    ``rows`` are the commitments as read under their buckets' locks; one that is not among them is new and has no pegs
    yet.
    """
    stored = {(row.id, peg.key): peg for row in rows for peg in row.pegs}
    gone, changed, added = [], [], []
    for (commitment_id, key), change in changes.items():
        peg = stored.get((commitment_id, key))
        after = change + (peg.quantity if peg else ZERO)
        assert after >= 0, "a peg cannot give more than it holds"
        if peg is None:
            if after:
                added.append((commitment_id, key, after))
        elif after:
            changed.append((peg.id, after))
        else:
            gone.append(peg.id)
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            {
                "gone": gone,
                "changed": [peg_id for peg_id, _ in changed],
                "changed_quantities": [after for _, after in changed],
                "leaning": [commitment_id for commitment_id, _, _ in added],
                "buckets": [key[1] if key[0] == "bucket" else None for _, key, _ in added],
                "receipts": [key[1] if key[0] == "receipt" else None for _, key, _ in added],
                "added": [after for _, _, after in added],
                "ids": [state.id for state in states],
                "quantities": [state.quantity for state in states],
                "fulfilled": [state.fulfilled for state in states],
                "statuses": [str(state.status) for state in states],
                "dates": [state.ship_on for state in states],
            },
        )
        assert cursor.rowcount == len(states), f"{cursor.rowcount} of {len(states)} commitments written"


def pegged_movements(
    changes: PegChanges, buckets: Mapping[Place, Total], receipts: Iterable[ExpectedReceipt], *, cause: Cause, on: date
) -> tuple[list[Movement], list[Movement]]:
    """The ledger movements of these peg changes: of the buckets, and of the receipts; one per cause and supply.

    ``cause`` gives, by commitment, the source type, source id and purpose that the movement carries.
    """
    bucket_keys = {("bucket", total.id): total.key for total in buckets.values()}
    receipt_keys = {("receipt", receipt.total.id): receipt.total.key for receipt in receipts}
    sums: dict[tuple[tuple[str, int, str], SupplyKey], Decimal] = {}
    for (commitment_id, key), change in changes.items():
        entry = (cause(commitment_id), key)
        sums[entry] = sums.get(entry, ZERO) + change
    of_buckets: list[Movement] = []
    of_receipts: list[Movement] = []
    for (why, key), change in sums.items():
        if not change:
            continue
        target, keys = (of_buckets, bucket_keys) if key[0] == "bucket" else (of_receipts, receipt_keys)
        target.append(Movement(keys[key], {"pegged": change}, *why, on))
    return of_buckets, of_receipts


def post_pegs(
    changes: PegChanges, buckets: Mapping[Place, Total], receipts: Sequence[ExpectedReceipt], *, cause: Cause, on: date
) -> None:
    """Let the pegged totals follow these peg changes: one statement for buckets, one for receipts."""
    of_buckets, of_receipts = pegged_movements(changes, buckets, receipts, cause=cause, on=on)
    STOCK.post(of_buckets, totals={total.key: total for total in buckets.values()})
    RECEIPTS.post(of_receipts, totals={receipt.total.key: receipt.total for receipt in receipts})
