"""Promising again: ask anew for what has no date or is late, so that nobody loses what was told already.

Claims are taken in the order given, each by itself: it gives back what it holds, asks anew beside all that the others
hold, and takes the answer only if it is other than what stands and no later. So whatever the order, no promise is
worse afterwards than before; the order only says who gets what is free. The caller holds the locks of all supply that
it passes in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from inventory.promising.engine import promise
from inventory.promising.types import ZERO, Demand, Promise, PromisePolicy, SupplyKey, SupplySlice


@dataclass(frozen=True, slots=True)
class Told:
    """A dated quantity that stands and would be given back for a better one, and what it leans on."""

    ship_on: date
    quantity: Decimal
    leans_on: tuple[tuple[SupplyKey, Decimal], ...]


def promise_again(
    demands: Sequence[Demand],
    told: Mapping[int, Sequence[Told]],
    supply: Iterable[SupplySlice],
    policy: PromisePolicy,
) -> dict[int, Promise]:
    """The answers that take the place of what was told, by demand; one that keeps what it has is not among them.

    ``told`` by demand: what is part of its quantity and stands; the rest of it has no date. Demands of one group are
    one claim, at its first member's turn: all of them are answered, or none.
    """
    slices: defaultdict[int, dict[SupplyKey, SupplySlice]] = defaultdict(dict)
    for entry in supply:
        slices[entry.product_id][entry.key] = entry
    claims: dict[tuple[str, int], list[Demand]] = {}
    for demand in demands:
        claim = ("alone", demand.key) if demand.group is None else ("group", demand.group)
        claims.setdefault(claim, []).append(demand)

    better: dict[int, Promise] = {}
    for members in claims.values():
        free = _free_with_own(members, told, slices)
        answers = promise(members, [entry for own in free.values() for entry in own.values()], policy).results
        if _is_better(answers, told, policy):
            _take(answers, free)
            slices.update(free)
            better |= {answer.demand.key: answer for answer in answers}
    return better


def _free_with_own(
    members: Sequence[Demand],
    told: Mapping[int, Sequence[Told]],
    slices: Mapping[int, Mapping[SupplyKey, SupplySlice]],
) -> dict[int, dict[SupplyKey, SupplySlice]]:
    """What is free of the claim's products once it has given back its own."""
    free = {demand.product_id: dict(slices.get(demand.product_id, {})) for demand in members}
    for demand in members:
        own = free[demand.product_id]
        for part in told.get(demand.key, ()):
            for key, quantity in part.leans_on:
                own[key] = replace(own[key], free=own[key].free + quantity)
    return free


def _take(answers: Sequence[Promise], free: Mapping[int, dict[SupplyKey, SupplySlice]]) -> None:
    for answer in answers:
        own = free[answer.demand.product_id]
        for line in answer.lines:
            for peg in line.pegs:
                own[peg.key] = replace(own[peg.key], free=own[peg.key].free - peg.quantity)


def _is_better(answers: Sequence[Promise], told: Mapping[int, Sequence[Told]], policy: PromisePolicy) -> bool:
    """Whether the answers say something else than what stands, and nothing later."""
    before = [_by_day((part.ship_on, part.quantity) for part in told.get(each.demand.key, ())) for each in answers]
    after = [_by_day((line.ship_on, line.quantity) for line in each.lines) for each in answers]
    if before == after:
        return False
    if answers[0].demand.group is None:
        return _is_no_later(before[0], after[0], policy)
    if any(not answer.is_complete for answer in answers):
        return False
    if any(sum(days.values()) < each.demand.quantity for each, days in zip(answers, before, strict=True)):
        return True  # together they had no date at all
    return _last(after) <= max(_last(before), policy.not_before or date.min)


def _by_day(parts: Iterable[tuple[date, Decimal]]) -> dict[date, Decimal]:
    days: defaultdict[date, Decimal] = defaultdict(Decimal)
    for day, quantity in parts:
        days[day] += quantity
    return dict(days)


def _is_no_later(before: Mapping[date, Decimal], after: Mapping[date, Decimal], policy: PromisePolicy) -> bool:
    """Whether by every day as much ships as before; a day that has passed counts as the first that is possible."""
    return all(_by(after, max(day, policy.not_before or day)) >= _by(before, day) for day in before)


def _by(days: Mapping[date, Decimal], until: date) -> Decimal:
    return sum((quantity for day, quantity in days.items() if day <= until), ZERO)


def _last(days: Sequence[Mapping[date, Decimal]]) -> date:
    return max(day for each in days for day in each)
