"""Promising again: what has no date or is late asks anew, and nobody loses what was told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.commands import command
from core.models import User
from core.wording import plain
from inventory.drafts import DemandDraft, PromisedLine
from inventory.models import Commitment as CommitmentRow
from inventory.places import Place, warehouse_facts
from inventory.promising.again import Told
from inventory.promising.again import promise_again as ask_again
from inventory.promising.loader import (
    StoredCommitment,
    commitments_by_id,
    free_slices,
    lock_buckets,
    lock_receipts,
)
from inventory.promising.store import post_pegs, shrunk, write_promises
from inventory.promising.types import Promise, PromisePolicy, SupplyKey
from inventory.services.promising import (
    for_engine,
    given_back,
    insert_commitments,
    promised_lines,
    require_open,
    require_quantities,
)


@dataclass(frozen=True, slots=True)
class _Standing:
    """The commitments that would be given back, as read under the locks, and how much of each."""

    rows: Mapping[int, StoredCommitment]
    returned: Mapping[int, Decimal]

    def told(self, demand: DemandDraft) -> tuple[Told, ...]:
        """What stands of one demand, as the engine takes it."""
        return tuple(
            Told(
                self.rows[number].ship_on,
                quantity,
                tuple((key, -change) for (_, key), change in given_back(self.rows[number], quantity).items()),
            )
            for number, quantity in demand.instead_of
        )


@command(permission=None)
def promise_again(
    *, company_id: int, demands: Sequence[DemandDraft], business_date: date, actor: User
) -> list[PromisedLine]:
    """Ask anew for these demands, the first first, and return the lines of those that get something better.

    A demand says in ``instead_of`` which promises it would give back; one that is not among the answers keeps them as
    they are. Locks the buckets and receipts of all candidate warehouses; the caller has locked the documents. Raises
    PromiseChanged when less is open than would be given back.
    """
    if not demands:
        return []
    require_quantities(demands)
    returned = {number: quantity for demand in demands for number, quantity in demand.instead_of}
    places = {(place, demand.product_id) for demand in demands for place in demand.warehouse_ids} | _places(
        returned, company_id
    )
    warehouses = warehouse_facts({place for place, _ in places}, company_id=company_id)

    buckets = lock_buckets(company_id, places, warehouses)
    receipts = lock_receipts(places)
    standing = _Standing(commitments_by_id(returned), returned)
    require_open(standing.rows, returned)
    answers = ask_again(
        [for_engine(demand) for demand in demands],
        {demand.key: standing.told(demand) for demand in demands},
        free_slices(buckets, receipts, on=business_date),
        PromisePolicy(not_before=business_date),
    )
    better = [demand for demand in demands if demand.key in answers]
    if not better:
        return []
    ids, changes, cause = _write(company_id, better, answers, standing)
    post_pegs(changes, buckets, receipts, cause=cause, on=business_date)
    return promised_lines(better, [answers[demand.key] for demand in better], ids)


def _places(commitment_ids: Collection[int], company_id: int) -> set[Place]:
    if not commitment_ids:
        return set()
    rows = CommitmentRow.objects.filter(pk__in=commitment_ids, company_id=company_id)
    return set(rows.values_list("warehouse_id", "product_id"))


def _write(
    company_id: int, better: Sequence[DemandDraft], answers: Mapping[int, Promise], standing: _Standing
) -> tuple[list[int], dict[tuple[int, SupplyKey], Decimal], "_Cause"]:
    """Shrink what is given back and write what takes its place, in two statements."""
    dated = [(demand, line) for demand in better for line in answers[demand.key].lines]
    ids = insert_commitments(company_id, dated, None)
    gone = {number: quantity for demand in better for number, quantity in demand.instead_of}
    rows = [standing.rows[number] for number in gone]
    changes = {pair: change for row in rows for pair, change in given_back(row, gone[row.id]).items()}
    changes |= {
        (commitment_id, peg.key): peg.quantity
        for commitment_id, (_, line) in zip(ids, dated, strict=True)
        for peg in line.pegs
    }
    write_promises(rows, changes, [shrunk(row, gone[row.id]) for row in rows])
    return ids, changes, _Cause({row.id: row.quantity - gone[row.id] for row in rows})


@dataclass(frozen=True, slots=True)
class _Cause:
    """Why a peg changed. A promise may give back several times; what is left then differs, and with it the purpose."""

    left: Mapping[int, Decimal]

    def __call__(self, number: int) -> tuple[str, int, str]:
        purpose = f"give back:{plain(self.left[number])}"[:32] if number in self.left else "promise"
        return "commitment", number, purpose
