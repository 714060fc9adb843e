"""Promise and give back: the two verbs behind every date that a customer is told.

Shape: first what needs no lock; then every bucket of every candidate warehouse in one sorted statement, the receipts
of those buckets, the pure engine, and set-based writes. Nine statements at most, for ten demands and for a thousand.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from core import bulk
from core.commands import command
from core.models import User
from core.rounding import exact_quantity
from core.wording import plain
from inventory.drafts import DemandDraft, PromisedLine
from inventory.errors import PromiseChanged, QuantityRefused
from inventory.models import Commitment as CommitmentRow
from inventory.places import warehouse_facts
from inventory.promising.engine import promise as give_dates
from inventory.promising.loader import (
    StoredCommitment,
    commitments_by_id,
    free_slices,
    lock_buckets,
    lock_receipts,
)
from inventory.promising.repegging import unpeg_excess
from inventory.promising.store import post_pegs, shrunk, write_promises
from inventory.promising.types import Demand, HeldPeg, Promise, PromisePolicy, ScheduleLine, SupplyKey
from inventory.promising.wording import supply_text


@command(permission=None)
def lock_supply(*, company_id: int, product_ids: Collection[int], warehouse_ids: Collection[int], actor: User) -> None:
    """Lock all supply of these products in these warehouses, for a command that will both give back and promise anew.

    Without it the second of the two would take further buckets after receipts, against the one lock order.
    """
    warehouses = warehouse_facts(warehouse_ids, company_id=company_id)
    buckets = lock_buckets(company_id, [(place, item) for place in warehouses for item in product_ids], warehouses)
    lock_receipts(buckets)


@command(permission=None)
def promise(*, company_id: int, demands: Sequence[DemandDraft], business_date: date, actor: User) -> list[PromisedLine]:
    """Give every demand dated quantities from named supply, so that nothing is promised twice.

    Lines come in the order of the demands; what no supply covers is a line without date. No date is before
    ``business_date``. Locks the buckets and receipts of all candidate warehouses; the caller has locked the document
    that the demands belong to.
    """
    return commit_demands(company_id=company_id, demands=demands, business_date=business_date)


def commit_demands(
    *, company_id: int, demands: Sequence[DemandDraft], business_date: date, expires_at: datetime | None = None
) -> list[PromisedLine]:
    """Lock, decide and write for ``promise`` and for holds of quotes. Must run inside a command."""
    if not demands:
        return []
    require_quantities(demands)
    warehouses = warehouse_facts({place for demand in demands for place in demand.warehouse_ids}, company_id=company_id)
    places = {(place, demand.product_id) for demand in demands for place in demand.warehouse_ids}

    buckets = lock_buckets(company_id, places, warehouses)
    receipts = lock_receipts(places)
    answers = give_dates(
        [for_engine(demand) for demand in demands],
        free_slices(buckets, receipts, on=business_date),
        PromisePolicy(not_before=business_date),
    )
    dated = [(demand, line) for demand, answer in zip(demands, answers, strict=True) for line in answer.lines]
    ids = insert_commitments(company_id, dated, expires_at)
    changes = {
        (commitment_id, peg.key): peg.quantity
        for commitment_id, (_, line) in zip(ids, dated, strict=True)
        for peg in line.pegs
    }
    if dated:
        write_promises((), changes, ())
        post_pegs(changes, buckets, receipts, cause=lambda number: ("commitment", number, "promise"), on=business_date)
    return promised_lines(demands, answers, ids)


def require_quantities(demands: Sequence[DemandDraft]) -> None:
    """Raise QuantityRefused for a demand of nothing."""
    for demand in demands:
        if exact_quantity(demand.quantity) <= 0:
            raise QuantityRefused("Only a quantity above zero can be promised.")


def for_engine(demand: DemandDraft) -> Demand:
    """The demand as the engine takes it."""
    return Demand(
        demand.key,
        demand.product_id,
        demand.warehouse_ids,
        demand.quantity,
        demand.wanted_on,
        demand.complete_only,
        demand.allow_split,
        demand.step,
        demand.group,
    )


def insert_commitments(
    company_id: int, dated: Sequence[tuple[DemandDraft, ScheduleLine]], expires_at: datetime | None
) -> list[int]:
    """One commitment per dated line, in that order, in one statement."""
    return bulk.insert(
        CommitmentRow,
        {
            "warehouse_id": [line.warehouse_id for _, line in dated],
            "product_id": [demand.product_id for demand, _ in dated],
            "kind": [demand.kind for demand, _ in dated],
            "quantity": [line.quantity for _, line in dated],
            "ship_on": [line.ship_on for _, line in dated],
            "wanted_on": [demand.wanted_on for demand, _ in dated],
            "reference": [demand.reference for demand, _ in dated],
        },
        same={"company_id": company_id, "expires_at": expires_at},
    )


def promised_lines(
    demands: Sequence[DemandDraft], answers: Iterable[Promise], ids: Sequence[int]
) -> list[PromisedLine]:
    """The answers as lines with their commitments, which were inserted in this very order."""
    commitments = iter(ids)
    lines = []
    for demand, answer in zip(demands, answers, strict=True):
        lines += [
            PromisedLine(demand.key, line.quantity, line.ship_on, line.warehouse_id, next(commitments), pegs_text(line))
            for line in answer.lines
        ]
        if answer.unpromised:
            lines.append(PromisedLine(demand.key, answer.unpromised, None, None, None, "", answer.refused))
    return lines


def pegs_text(line: ScheduleLine) -> str:
    """What a dated quantity leans on, in words: ``on hand`` or ``6 on hand, 4 PO-2026-000012 due 12 Dec 2026``."""
    alone = len(line.pegs) == 1
    return ", ".join(supply_text(peg.key, peg.name, peg.quantity, peg.available_on, alone=alone) for peg in line.pegs)


@command(permission=None)
def release(
    *,
    company_id: int,
    reductions: Mapping[int, Decimal],
    source_type: str,
    source_id: int,
    business_date: date,
    actor: User,
) -> None:
    """Give promised quantities back to supply: a cancellation, a reduced line, a short pick.

    Quantities by commitment. The earliest supply is given back first: it serves others soonest, and what is left leans
    on the latest that still meets its date. Locks the buckets and receipts of the commitments. Raises PromiseChanged
    when less is open than is given back.
    """
    wanted = {commitment_id: quantity for commitment_id, quantity in reductions.items() if quantity}
    if not wanted:
        return
    assert all(quantity > 0 for quantity in wanted.values()), "a reduction is above zero"
    places = set(
        CommitmentRow.objects.filter(pk__in=wanted, company_id=company_id).values_list("warehouse_id", "product_id")
    )
    buckets = lock_buckets(company_id, places)
    receipts = lock_receipts(places)
    rows = commitments_by_id(wanted)
    require_open(rows, wanted)

    changes = {pair: change for row in rows.values() for pair, change in given_back(row, wanted[row.id]).items()}
    states = {row.id: shrunk(row, wanted[row.id]) for row in rows.values()}
    write_promises(rows.values(), changes, states.values())
    # A source may give back more than once from one commitment; what is left then differs, and with it the purpose.
    left = {row.id: plain(row.quantity - wanted[row.id]) for row in rows.values()}
    post_pegs(
        changes,
        buckets,
        receipts,
        cause=lambda number: (source_type, source_id, f"release {number}:{left[number]}"[:32]),
        on=business_date,
    )


def given_back(row: StoredCommitment, quantity: Decimal) -> dict[tuple[int, SupplyKey], Decimal]:
    """Which pegs of a commitment give so much back."""
    held = [HeldPeg(row.id, peg.key, peg.quantity, row.ship_on, available_on=peg.available_on) for peg in row.pegs]
    return {(row.id, given.supply_key): -given.quantity for given in unpeg_excess(held, row.open - quantity)}


def require_open(rows: Mapping[int, StoredCommitment], wanted: Mapping[int, Decimal]) -> None:
    """Raise PromiseChanged when less is still promised than is to be given back."""
    for commitment_id, quantity in wanted.items():
        row = rows.get(commitment_id)
        if row is None or row.open < quantity:
            still = plain(row.open) if row else "nothing"
            raise PromiseChanged(f"{plain(quantity)} were to be given back, but {still} is still promised. Look again.")
