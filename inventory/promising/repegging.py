"""Re-pegging: when a receipt slips or stock is lost, keep every promise that can still be kept, and name the rest.

The bucket of the promise is tried first and alone; other warehouses and substitutes are proposals for a person.
The caller holds the locks of the buckets and receipts that it passes in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from inventory.promising.pool import BucketKey, Pool
from inventory.promising.types import (
    ZERO,
    BrokenPromise,
    Commitment,
    HeldPeg,
    Peg,
    Release,
    Repegged,
    Repegging,
    ScheduleLine,
    SupplyKey,
    SupplySlice,
)


def repeg(commitments: Sequence[Commitment], supply_after_change: Iterable[SupplySlice]) -> Repegging:
    """Move commitments onto the supply that is left, and say which promises broke.

    Commitments come in the order of their claim: the first keeps its date before the second. `free` of each slice
    counts the pegs of these very commitments as not taken (open quantity minus the pegs of all others). Pegs that still
    hold are kept as they are where that keeps every promise; otherwise the bucket is pegged anew.
    """
    return _repeg(commitments, supply_after_change, keep=True)


def tighten(commitments: Sequence[Commitment], supply: Iterable[SupplySlice]) -> Repegging:
    """Peg a bucket anew so that each commitment leans on the latest supply that meets its date.

    After a cancellation or a new receipt, commitments may lean on earlier supply than they need; what is free is then
    less than ATP with look-ahead. This restores the equality. Takes and returns the same as `repeg`.
    """
    return _repeg(commitments, supply, keep=False)


def unpeg_excess(pegs: Iterable[HeldPeg], new_quantity: Decimal) -> tuple[Release, ...]:
    """Choose the pegs to release so that those left add up to at most the new quantity.

    For a supply that shrinks, pass all its pegs; for a commitment that shrinks, all of that commitment. The promise
    furthest away gives first, because there is most time to repair it; on one day the lowest priority, then the
    youngest commitment. Within a commitment the earliest supply is released first: it serves others soonest.
    """
    held = sorted(pegs, key=_first_to_give)
    excess = sum((peg.quantity for peg in held), ZERO) - max(new_quantity, ZERO)
    releases = []
    for peg in held:
        if excess <= 0:
            break
        given = min(peg.quantity, excess)
        releases.append(Release(peg.commitment_key, peg.supply_key, given))
        excess -= given
    return tuple(releases)


def _first_to_give(peg: HeldPeg) -> tuple[int, int, int, date, SupplyKey]:
    return (-peg.ship_on.toordinal(), peg.priority, -peg.commitment_key, peg.available_on, peg.supply_key)


def _repeg(commitments: Sequence[Commitment], supply: Iterable[SupplySlice], *, keep: bool) -> Repegging:
    slices: dict[BucketKey, list[SupplySlice]] = {}
    for entry in supply:
        slices.setdefault((entry.product_id, entry.warehouse_id), []).append(entry)
    claims: dict[BucketKey, list[Commitment]] = {}
    for commitment in commitments:
        claims.setdefault((commitment.product_id, commitment.warehouse_id), []).append(commitment)

    results: dict[int, Repegged] = {}
    for bucket, claimants in claims.items():
        answers = _keeping_pegs(claimants, slices.get(bucket, [])) if keep else None
        for result in answers or _anew(claimants, slices.get(bucket, [])):
            results[result.commitment.key] = result
    in_order = tuple(results[commitment.key] for commitment in commitments)
    return Repegging(in_order, tuple(broken for result in in_order for broken in _broken(result)))


def _keeping_pegs(claimants: Sequence[Commitment], slices: Sequence[SupplySlice]) -> list[Repegged] | None:
    """Replace only the pegs that no longer hold; None when some promise cannot be kept in this way."""
    if any(entry.free < 0 for entry in slices):
        return None
    left: dict[SupplyKey, SupplySlice] = {entry.key: entry for entry in slices}
    kept: list[list[Peg]] = []
    for commitment in claimants:
        rest, own = commitment.quantity, []
        for peg in commitment.pegs:
            entry = left.get(peg.key)
            if entry is None or entry.available_on > commitment.ship_on:
                continue
            quantity = min(peg.quantity, entry.free, rest)
            if quantity > 0:
                own.append(Peg(peg.key, quantity, entry.available_on, entry.name))
                left[peg.key] = replace(entry, free=entry.free - quantity)
                rest -= quantity
        kept.append(own)

    pool = Pool(left.values())
    results = []
    for commitment, own in zip(claimants, kept, strict=True):
        rest = commitment.quantity - sum((peg.quantity for peg in own), ZERO)
        found = pool.take(rest, commitment.ship_on)
        if sum((peg.quantity for peg in found), ZERO) < rest:
            return None
        results.append(_as_told(commitment, _merged([*own, *found])))
    return results


def _as_told(commitment: Commitment, pegs: tuple[Peg, ...]) -> Repegged:
    line = ScheduleLine(commitment.quantity, commitment.ship_on, commitment.warehouse_id, pegs)
    return Repegged(commitment, (line,) if commitment.quantity else (), ZERO)


def _merged(pegs: Sequence[Peg]) -> tuple[Peg, ...]:
    """One peg per supply, the latest supply first."""
    by_key: dict[SupplyKey, Peg] = {}
    for peg in pegs:
        known = by_key.get(peg.key)
        by_key[peg.key] = peg if known is None else replace(known, quantity=known.quantity + peg.quantity)
    return tuple(sorted(by_key.values(), key=lambda peg: (peg.available_on, peg.key), reverse=True))


def _anew(claimants: Sequence[Commitment], slices: Sequence[SupplySlice]) -> list[Repegged]:
    """Peg every commitment from nothing: first all that can be kept on time, only then what is late.

    Two passes, because a late quantity taken first could eat the supply of a promise that can still be kept. What each
    may lean on is nested by date, so serving in order of claim keeps as much on time as any other order would.
    """
    pool = Pool(slices)
    on_time: list[list[ScheduleLine]] = []
    for commitment in claimants:
        blocked = not commitment.allow_split and pool.free_by(commitment.ship_on) < commitment.quantity
        line = None if blocked else pool.line(commitment.warehouse_id, commitment.quantity, commitment.ship_on)
        on_time.append([] if line is None else [line])

    results = []
    for commitment, lines in zip(claimants, on_time, strict=True):
        rest = commitment.quantity - sum((line.quantity for line in lines), ZERO)
        if rest and commitment.allow_split:
            dates = pool.dates_after(commitment.ship_on)
        else:
            whole_on = pool.complete_on(rest, commitment.ship_on) if rest else None
            dates = [] if whole_on is None else [whole_on]
        for on in dates:
            if rest and (line := pool.line(commitment.warehouse_id, rest, on)) is not None:
                lines.append(line)
                rest -= line.quantity
        results.append(Repegged(commitment, tuple(lines), rest))
    return results


def _broken(result: Repegged) -> list[BrokenPromise]:
    commitment = result.commitment
    broken = [
        BrokenPromise(commitment.key, line.quantity, commitment.ship_on, line.ship_on)
        for line in result.lines
        if line.ship_on > commitment.ship_on
    ]
    if result.unpromised:
        broken.append(BrokenPromise(commitment.key, result.unpromised, commitment.ship_on, None))
    return broken
