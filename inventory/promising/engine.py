"""Promising: give dated quantities from named supply, so that nothing is promised twice.

The problem: stock and receipts are few, wishes many, and an early wish must not eat what a later promise leans on. The
answer is to peg **backward**: each quantity takes the latest supply that still meets its date. What is then still free
by a date *is* available-to-promise with look-ahead,

    ATP(t) = max(0, min over u >= t of (on hand + receipts to u - issues to u)),

so the answer, the picture and the totals cannot disagree (docs/promising.md). A quantity
that misses its date takes the earliest later supply; what no supply covers is returned as unpromised.

The caller holds the locks of all promising buckets and receipts that it passes in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from inventory.promising.pool import BucketKey, Pool, pools_of
from inventory.promising.types import (
    Demand,
    Promise,
    PromisePolicy,
    Promises,
    Proposal,
    ProposalKind,
    ScheduleLine,
    Sourcing,
    SupplySlice,
)

DEFAULT_POLICY = PromisePolicy()

Candidates = list[tuple[int, Pool]]  # warehouse and its pool, the preferred one first


def promise(
    demands: Sequence[Demand], supply: Iterable[SupplySlice], policy: PromisePolicy = DEFAULT_POLICY
) -> Promises:
    """Give each demand dated quantities from named supply, without taking what later commitments lean on.

    Demands are served in the order given; demands on the same product share its supply, so a product that stands on
    two lines or in a kit and beside it is never counted twice. A group is served as one at its first member's turn.
    """
    pools = pools_of(_in_scope(supply, policy))
    groups: dict[int, list[Demand]] = {}
    for demand in demands:
        assert demand.quantity >= 0, "A demand takes supply; giving it back is a release of pegs."
        if demand.group is not None:
            groups.setdefault(demand.group, []).append(demand)

    answers: dict[int, Promise] = {}
    for demand in demands:
        if demand.group is None:
            answers[demand.key] = _serve(demand, pools, policy)
        elif demand.key not in answers:
            answers.update(_serve_group(groups[demand.group], pools, policy))
    assert len(answers) == len(demands), "Two demands have the same key."
    return Promises(tuple(answers[demand.key] for demand in demands))


def proposals(
    demand: Demand, supply: Sequence[SupplySlice], policy: PromisePolicy = DEFAULT_POLICY
) -> tuple[Proposal, ...]:
    """Offer the different ways to serve one demand; ways that come to the same are offered once.

    The first warehouse of the demand is home. Other warehouses are offered when home cannot ship everything on time.
    """
    split = replace(demand, complete_only=False, allow_split=True, group=None)
    whole = replace(split, allow_split=False)
    home, others = demand.warehouse_ids[:1], demand.warehouse_ids[1:]
    due = _due(demand, policy)
    on_date = [entry for entry in supply if entry.available_on <= due]
    ways: list[tuple[ProposalKind, Demand, Sequence[SupplySlice]]] = [
        (ProposalKind.ON_DATE, replace(split, warehouse_ids=home), on_date),
        (ProposalKind.COMPLETE, replace(whole, warehouse_ids=home), supply),
        (ProposalKind.SPLIT, replace(split, warehouse_ids=home), supply),
        *((ProposalKind.OTHER_WAREHOUSE, replace(whole, warehouse_ids=(other,)), supply) for other in others),
        (ProposalKind.SPLIT_WAREHOUSES, split, supply),
    ]
    offers: dict[tuple[ScheduleLine, ...], Proposal] = {}
    for kind, variant, slices in ways:
        answer = promise([variant], slices, policy).results[0]
        if answer.lines:
            offers.setdefault(answer.lines, Proposal(kind, answer))
        if kind is ProposalKind.ON_DATE and answer.is_complete:
            break
    return tuple(offers.values())


def free_by_date(supply: Iterable[SupplySlice], policy: PromisePolicy = DEFAULT_POLICY) -> list[tuple[date, Decimal]]:
    """What one product in one warehouse can still be promised from each date on: the steps of the ATP picture."""
    pools = pools_of(_in_scope(supply, policy))
    assert len(pools) <= 1, "The picture is of one product in one warehouse."
    return [(on, pool.free_by(on)) for pool in pools.values() for on in sorted(set(pool.dates))]


def _in_scope(supply: Iterable[SupplySlice], policy: PromisePolicy) -> Iterable[SupplySlice]:
    if policy.horizon_on is None and not policy.firm_only:
        return supply
    latest = policy.horizon_on or date.max
    return [entry for entry in supply if entry.available_on <= latest and (entry.firm or not policy.firm_only)]


def _due(demand: Demand, policy: PromisePolicy) -> date:
    return demand.wanted_on if policy.not_before is None else max(demand.wanted_on, policy.not_before)


def _serve(demand: Demand, pools: dict[BucketKey, Pool], policy: PromisePolicy) -> Promise:
    candidates = [
        (warehouse_id, pool)
        for warehouse_id in demand.warehouse_ids
        if (pool := pools.get((demand.product_id, warehouse_id))) is not None
    ]
    due = _due(demand, policy)
    untouched = [pool.copy() for _, pool in candidates] if demand.complete_only else []
    if demand.allow_split:
        lines = _in_parts(demand, _asked_in_order(candidates, demand.quantity, due, policy), due)
    else:
        lines = _in_one(demand, candidates, due)

    unpromised = demand.quantity
    for line in lines:
        unpromised -= line.quantity
    if unpromised and demand.complete_only:
        for (warehouse_id, _), pool in zip(candidates, untouched, strict=True):
            pools[demand.product_id, warehouse_id] = pool
        return Promise(demand, (), demand.quantity, refused=True)
    return Promise(demand, tuple(lines), unpromised)


def _asked_in_order(candidates: Candidates, quantity: Decimal, due: date, policy: PromisePolicy) -> Candidates:
    if policy.sourcing is Sourcing.FEWEST_SHIPMENTS and len(candidates) > 1:
        return sorted(candidates, key=lambda candidate: candidate[1].free_by(due) < quantity)  # a stable sort
    return candidates


def _in_parts(demand: Demand, candidates: Candidates, due: date) -> list[ScheduleLine]:
    """Promise all that can be had on time from each warehouse in turn, the rest from the earliest later supply."""
    # Less than a step in one warehouse can still complete the demand once others have given, hence the second round.
    rounds = 2 if demand.step is not None and len(candidates) > 1 else 1
    lines: dict[tuple[date, int], ScheduleLine] = {}
    rest = demand.quantity
    for on in _dates(candidates, due):
        for warehouse_id, pool in candidates * rounds:
            if rest and (line := pool.line(warehouse_id, rest, on, demand.step)) is not None:
                known = lines.get((on, warehouse_id))
                lines[on, warehouse_id] = line if known is None else _joined(known, line)
                rest -= line.quantity
        if not rest:
            break
    return list(lines.values())


def _dates(candidates: Candidates, due: date) -> Iterator[date]:
    """The date that is wanted, then the dates of later supply (read only when some quantity is left)."""
    yield due
    yield from sorted({on for _, pool in candidates for on in pool.dates_after(due)})


def _joined(line: ScheduleLine, more: ScheduleLine) -> ScheduleLine:
    """One line of two for the same date and warehouse; the last peg of the first may go on in the second."""
    last, first = line.pegs[-1], more.pegs[0]
    pegs = (*line.pegs, *more.pegs)
    if last.key == first.key:
        pegs = (*line.pegs[:-1], replace(last, quantity=last.quantity + first.quantity), *more.pegs[1:])
    return replace(line, quantity=line.quantity + more.quantity, pegs=pegs)


def _in_one(demand: Demand, candidates: Candidates, due: date) -> list[ScheduleLine]:
    """Promise the whole quantity on the earliest date on which one warehouse has it all, or nothing."""
    if not demand.quantity:
        return []
    options = [
        (on, rank)
        for rank, (_, pool) in enumerate(candidates)
        if (on := pool.complete_on(demand.quantity, due)) is not None
    ]
    if not options:
        return []
    on, rank = min(options)
    warehouse_id, pool = candidates[rank]
    line = pool.line(warehouse_id, demand.quantity, on)
    assert line is not None
    return [line]


def _serve_group(members: Sequence[Demand], pools: dict[BucketKey, Pool], policy: PromisePolicy) -> dict[int, Promise]:
    """Promise all members complete on one date from one warehouse, or none of them."""
    due = max(_due(member, policy) for member in members)
    shared = [w for w in members[0].warehouse_ids if all(w in member.warehouse_ids for member in members)]
    dates = [(_group_complete_on(members, pools, warehouse_id, due), warehouse_id) for warehouse_id in shared]
    options = [(on, rank) for rank, (on, _) in enumerate(dates) if on is not None]
    if not options:
        refused = any(member.complete_only for member in members)
        return {member.key: Promise(member, (), member.quantity, refused) for member in members}
    on, rank = min(options)
    warehouse_id = shared[rank]
    answers = {}
    for member in members:
        pool = pools.get((member.product_id, warehouse_id))
        line = pool.line(warehouse_id, member.quantity, on) if pool else None
        answers[member.key] = Promise(member, (line,) if line else (), Decimal(0))
    return answers


def _group_complete_on(
    members: Sequence[Demand], pools: dict[BucketKey, Pool], warehouse_id: int, due: date
) -> date | None:
    """The first date on which one warehouse has every member complete.

    The latest of the members' own dates, each found beside those before it: what is free by a date never shrinks as
    the date moves out, so on that date all are complete, also where members share a product.
    """
    trial: dict[int, Pool] = {}
    latest = due
    for member in members:
        if not member.quantity:
            continue
        if member.product_id not in trial:
            pool = pools.get((member.product_id, warehouse_id))
            if pool is None:
                return None
            trial[member.product_id] = pool.copy()
        on = trial[member.product_id].complete_on(member.quantity, due)
        if on is None:
            return None
        trial[member.product_id].take(member.quantity, on)
        latest = max(latest, on)
    return latest
