"""Promising against an independent reference that knows no pegs: only cumulated receipts and issues by day.

The reference promises by the formula ATP(t) = max(0, min over u >= t of (on hand + receipts to u - issues to u)).
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.promising import Demand, Promises, SupplySlice, free_by_date, promise

START = date(2026, 3, 2)
DAYS = range(9)
WAREHOUSES = (1, 2)


@dataclass
class Book:
    """One product in one warehouse: what comes and what goes, by day."""

    supply: Counter[int] = field(default_factory=Counter)
    issues: Counter[int] = field(default_factory=Counter)

    def atp(self, day: int) -> int:
        return max(0, min(self._net(until) for until in DAYS if until >= day))

    def _net(self, until: int) -> int:
        came = sum(quantity for day, quantity in self.supply.items() if day <= until)
        return came - sum(quantity for day, quantity in self.issues.items() if day <= until)


def by_the_formula(demands: list[Demand], books: dict[int, Book]) -> list[dict[tuple[int, int], int]]:
    """Quantity by (warehouse, day) for each demand."""
    answers = []
    for demand in demands:
        rest, answer = int(demand.quantity), Counter()
        due = (demand.wanted_on - START).days
        twice = (*demand.warehouse_ids, *demand.warehouse_ids)  # a crumb may complete what another warehouse began
        asked = [(day, warehouse) for day in DAYS if day >= due for warehouse in twice]
        for day, warehouse in asked:
            given = min(rest, books[warehouse].atp(day))
            if demand.step is not None and given < rest:
                given -= given % int(demand.step)
            if given:
                books[warehouse].issues[day] += given
                answer[warehouse, day] += given
                rest -= given
        answers.append(dict(answer))
    return answers


def books_of(supply: list[SupplySlice]) -> dict[int, Book]:
    books = {warehouse: Book() for warehouse in WAREHOUSES}
    for entry in supply:
        day = max((entry.available_on - START).days, 0) if entry.available_on > date.min else 0
        books[entry.warehouse_id].supply[day] += int(entry.free)
    return books


def as_told(promises: Promises) -> list[dict[tuple[int, int], int]]:
    answers = []
    for each in promises:
        answer: Counter[tuple[int, int]] = Counter()
        for line in each.lines:
            answer[line.warehouse_id, (line.ship_on - START).days] += int(line.quantity)
        answers.append(dict(answer))
    return answers


@st.composite
def supplies(draw: st.DrawFn, lowest_stock: int = 0) -> list[SupplySlice]:
    slices = []
    for warehouse in WAREHOUSES:
        on_hand = draw(st.integers(lowest_stock, 8))
        slices.append(SupplySlice(("bucket", warehouse), 1, warehouse, date.min, Decimal(on_hand)))
    for number in range(draw(st.integers(0, 6))):
        day, warehouse = draw(st.integers(0, 8)), draw(st.sampled_from(WAREHOUSES))
        quantity = Decimal(draw(st.integers(1, 8)))
        slices.append(SupplySlice(("receipt", number), 1, warehouse, START + timedelta(days=day), quantity))
    return slices


@st.composite
def wishes(draw: st.DrawFn, steps: tuple[int | None, ...] = (None,)) -> list[Demand]:
    demands = []
    for key in range(draw(st.integers(1, 7))):
        day, quantity = draw(st.integers(0, 8)), draw(st.integers(1, 9))
        warehouses = draw(st.sampled_from([(1,), (2,), (1, 2), (2, 1)]))
        step = draw(st.sampled_from(steps))
        demand = Demand(key, 1, warehouses, Decimal(quantity), START + timedelta(days=day))
        demands.append(replace(demand, step=None if step is None else Decimal(step)))
    return demands


@settings(max_examples=1000, deadline=None)
@given(supplies(lowest_stock=-4), wishes())
def test_answers_equal_look_ahead_atp(supply: list[SupplySlice], demands: list[Demand]) -> None:
    assert as_told(promise(demands, supply)) == by_the_formula(demands, books_of(supply))


@settings(max_examples=1000, deadline=None)
@given(supplies(lowest_stock=-4), wishes(steps=(None, 1, 2, 3)))
def test_answers_in_steps_equal_look_ahead_atp(supply: list[SupplySlice], demands: list[Demand]) -> None:
    assert as_told(promise(demands, supply)) == by_the_formula(demands, books_of(supply))


@settings(max_examples=1000, deadline=None)
@given(supplies(lowest_stock=-4), wishes(steps=(None, 2)))
def test_what_stays_free_is_atp_for_every_day(supply: list[SupplySlice], demands: list[Demand]) -> None:
    promises = promise(demands, supply)
    taken = promises.taken()
    books = books_of(supply)
    by_the_formula(demands, books)

    for warehouse in WAREHOUSES:
        left = [replace(x, free=x.free - taken.get(x.key, 0)) for x in supply if x.warehouse_id == warehouse]
        steps = free_by_date(left)
        for day in DAYS:
            free = max((quantity for on, quantity in steps if on <= START + timedelta(days=day)), default=Decimal(0))
            assert free == books[warehouse].atp(day)


@settings(max_examples=1000, deadline=None)
@given(supplies(), wishes(steps=(None, 1, 3)))
def test_nothing_is_promised_twice_or_before_it_exists(supply: list[SupplySlice], demands: list[Demand]) -> None:
    promises = promise(demands, supply)

    slices = {entry.key: entry for entry in supply}
    assert all(quantity <= slices[key].free for key, quantity in promises.taken().items())
    for each in promises:
        assert sum(line.quantity for line in each.lines) + each.unpromised == each.demand.quantity
        for line in each.lines:
            assert sum(peg.quantity for peg in line.pegs) == line.quantity > 0
            assert all(peg.quantity > 0 and slices[peg.key].warehouse_id == line.warehouse_id for peg in line.pegs)
            assert all(slices[peg.key].available_on <= line.ship_on for peg in line.pegs)
            assert line.ship_on >= each.demand.wanted_on


@settings(max_examples=500, deadline=None)
@given(supplies(), wishes(), st.integers(0, 7))
def test_promising_in_two_runs_equals_one_run(supply: list[SupplySlice], demands: list[Demand], cut: int) -> None:
    first = promise(demands[:cut], supply)
    taken = first.taken()
    rest = promise(demands[cut:], [replace(entry, free=entry.free - taken.get(entry.key, 0)) for entry in supply])

    assert (*first.results, *rest.results) == promise(demands, supply).results


@settings(max_examples=500, deadline=None)
@given(supplies(), wishes())
def test_a_refusal_takes_nothing(supply: list[SupplySlice], demands: list[Demand]) -> None:
    strict = [replace(demand, complete_only=True) for demand in demands]

    promises = promise(strict, supply)

    served = [demand for demand, each in zip(strict, promises, strict=True) if not each.refused]
    assert promise(served, supply).taken() == promises.taken()
    assert all(each.is_complete for each in promises if not each.refused)


@settings(max_examples=500, deadline=None)
@given(supplies(), wishes())
def test_without_split_each_is_whole_on_the_first_possible_day(
    supply: list[SupplySlice], demands: list[Demand]
) -> None:
    books = books_of(supply)
    for demand, each in zip(demands, promise([replace(d, allow_split=False) for d in demands], supply), strict=True):
        due, quantity = (demand.wanted_on - START).days, int(demand.quantity)
        days = [(day, w) for day in DAYS if day >= due for w in demand.warehouse_ids if books[w].atp(day) >= quantity]
        if days:
            books[days[0][1]].issues[days[0][0]] += quantity

        expected = [(days[0][1], START + timedelta(days=days[0][0]))] if days else []
        assert [(line.warehouse_id, line.ship_on) for line in each.lines] == expected


@settings(max_examples=500, deadline=None)
@given(supplies(), supplies(), st.lists(st.tuples(st.sampled_from((1, 2)), st.integers(1, 6), st.integers(0, 8))))
def test_a_group_ships_whole_on_the_first_possible_day(
    cans: list[SupplySlice], lids: list[SupplySlice], parts: list[tuple[int, int, int]]
) -> None:
    books = {1: books_of(cans), 2: books_of(lids)}
    lids = [replace(entry, product_id=2, key=(entry.key[0], entry.key[1] + 100)) for entry in lids]
    members = [
        Demand(key, product, WAREHOUSES, Decimal(quantity), START + timedelta(days=day), group=1)
        for key, (product, quantity, day) in enumerate(parts)
    ]

    promises = promise(members, [*cans, *lids])

    due = max((day for _, _, day in parts), default=0)
    needed = {product: sum(quantity for wanted, quantity, _ in parts if wanted == product) for product in (1, 2)}
    days = [
        (day, warehouse)
        for day in DAYS
        for warehouse in WAREHOUSES
        if day >= due and all(books[product][warehouse].atp(day) >= needed[product] for product in needed)
    ]
    expected = [(days[0][1], START + timedelta(days=days[0][0]))] if days else []
    for each in promises:
        assert [(line.warehouse_id, line.ship_on) for line in each.lines] == expected
        assert each.unpromised == (0 if days else each.demand.quantity)
