"""Promising again, the pure part: over any supply and any claims nobody loses, and nothing is promised twice."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.promising import Demand, PromisePolicy, SupplySlice, promise
from inventory.promising.again import Told, promise_again

TODAY = date(2026, 3, 2)
POLICY = PromisePolicy(not_before=TODAY)
NUMBERS = st.integers(min_value=0, max_value=9)
SUPPLY = st.lists(st.tuples(st.integers(0, 1), NUMBERS, NUMBERS), min_size=1, max_size=6)
WISHES = st.lists(st.tuples(st.integers(0, 1), st.integers(1, 9), NUMBERS, st.sampled_from([None, 1, 2])), max_size=6)


def slices(supply: list[tuple[int, int, int]]) -> list[SupplySlice]:
    return [
        SupplySlice(("receipt", number), product, 1, TODAY + timedelta(days=after), Decimal(quantity))
        for number, (product, quantity, after) in enumerate(supply)
    ]


def by(parts: list[tuple[date, Decimal]], until: date) -> Decimal:
    return sum((quantity for on, quantity in parts if on <= until), Decimal(0))


@settings(max_examples=300, deadline=None)
@given(supply=SUPPLY, added=st.lists(NUMBERS, min_size=6, max_size=6), wishes=WISHES)
def test_nobody_loses_and_nothing_is_promised_twice(
    supply: list[tuple[int, int, int]], added: list[int], wishes: list[tuple[int, int, int, int | None]]
) -> None:
    demands = [
        Demand(key, product, (1,), Decimal(quantity), TODAY + timedelta(days=after), group=group)
        for key, (product, quantity, after, group) in enumerate(wishes)
    ]
    stock = {entry.key: entry for entry in slices(supply)}
    first = promise(demands, stock.values(), POLICY)
    told = {
        each.demand.key: [
            Told(line.ship_on, line.quantity, tuple((peg.key, peg.quantity) for peg in line.pegs))
            for line in each.lines
        ]
        for each in first
    }
    taken: defaultdict[object, Decimal] = defaultdict(Decimal)
    for parts in told.values():
        for part in parts:
            for key, quantity in part.leans_on:
                taken[key] += quantity
    more = {key: replace(entry, free=entry.free + added[key[1]]) for key, entry in stock.items()}
    free = [replace(entry, free=entry.free - taken[key]) for key, entry in more.items()]

    better = promise_again(demands, told, free, POLICY)

    leaning: defaultdict[object, Decimal] = defaultdict(Decimal)
    for demand in demands:
        before = [(part.ship_on, part.quantity) for part in told[demand.key]]
        answer = better.get(demand.key)
        after = before if answer is None else [(line.ship_on, line.quantity) for line in answer.lines]
        assert all(by(after, on) >= by(before, on) for on, _ in before)
        pegs = (
            [peg for part in told[demand.key] for peg in part.leans_on]
            if answer is None
            else [(peg.key, peg.quantity) for line in answer.lines for peg in line.pegs]
        )
        assert sum((quantity for _, quantity in pegs), Decimal(0)) == by(after, date.max) <= demand.quantity
        for key, quantity in pegs:
            leaning[key] += quantity
    assert all(leaning[key] <= entry.free for key, entry in more.items())
