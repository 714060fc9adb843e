"""Re-pegging: a slip or a loss breaks only the promises that cannot be kept, and names them."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.promising import (
    BrokenPromise,
    Commitment,
    HeldPeg,
    Peg,
    Release,
    SupplySlice,
    free_by_date,
    repeg,
    tighten,
    unpeg_excess,
)

MONDAY = date(2026, 11, 23)
BUCKET = ("bucket", 1)


def on(days: int) -> date:
    return MONDAY + timedelta(days=days)


def stock(quantity: int) -> SupplySlice:
    return SupplySlice(BUCKET, 1, 1, date.min, Decimal(quantity))


def receipt(number: int, quantity: int, days: int) -> SupplySlice:
    return SupplySlice(("receipt", number), 1, 1, on(days), Decimal(quantity), name=f"PO-{number}")


def committed(key: int, quantity: int, days: int, *pegs: tuple[tuple, int]) -> Commitment:
    return Commitment(key, 1, 1, Decimal(quantity), on(days), tuple(Peg(k, Decimal(q)) for k, q in pegs))


def test_a_slip_moves_the_peg_to_stock_and_breaks_nothing() -> None:
    result = repeg([committed(7, 10, 4, (("receipt", 1), 10))], [stock(10), receipt(1, 10, 9)])

    assert result.broken == ()
    assert result.peg_changes() == {(7, ("receipt", 1)): Decimal(-10), (7, BUCKET): Decimal(10)}


def test_a_promise_that_can_wait_gives_its_stock_to_one_that_cannot() -> None:
    patient, urgent = committed(1, 10, 5, (BUCKET, 10)), committed(2, 10, 1, (("receipt", 1), 10))

    result = repeg([patient, urgent], [stock(10), receipt(1, 10, 4)])

    assert result.broken == ()
    assert [each.lines[0].pegs[0].key for each in result.results] == [("receipt", 1), BUCKET]


def test_pegs_that_still_hold_stay_where_they_are() -> None:
    keeps, moves = committed(1, 5, 6, (BUCKET, 5)), committed(2, 5, 6, (("receipt", 1), 5))

    result = repeg([keeps, moves], [stock(10), receipt(2, 3, 6), receipt(1, 5, 8)])

    assert result.peg_changes() == {
        (2, ("receipt", 1)): Decimal(-5),
        (2, ("receipt", 2)): Decimal(3),
        (2, BUCKET): Decimal(2),
    }


def test_a_slip_that_cannot_be_repaired_is_told_with_the_old_and_the_new_date() -> None:
    result = repeg([committed(7, 10, 4, (("receipt", 1), 10))], [stock(4), receipt(1, 5, 9)])

    assert result.broken == (
        BrokenPromise(7, Decimal(5), on(4), on(9)),
        BrokenPromise(7, Decimal(1), on(4), None),
    )
    assert [broken.sentence for broken in result.broken] == [
        "5 promised for 27 Nov 2026 can ship on 2 Dec 2026 (5 days late).",
        "1 promised for 27 Nov 2026 has no supply any more.",
    ]


def test_the_first_claim_keeps_its_date() -> None:
    first, second = committed(1, 6, 2, (BUCKET, 6)), committed(2, 6, 2, (BUCKET, 6))

    assert repeg([first, second], [stock(6)]).broken == (BrokenPromise(2, Decimal(6), on(2), None),)
    assert repeg([second, first], [stock(6)]).broken == (BrokenPromise(1, Decimal(6), on(2), None),)


def test_a_late_quantity_does_not_take_what_keeps_another_promise() -> None:
    early, late = committed(1, 5, 1, (BUCKET, 5)), committed(2, 5, 4, (("receipt", 1), 5))

    result = repeg([early, late], [receipt(1, 5, 3), receipt(2, 5, 8)])

    assert result.broken == (BrokenPromise(1, Decimal(5), on(1), on(8)),)


def test_what_must_not_be_split_moves_as_a_whole() -> None:
    whole = replace(committed(1, 10, 1, (BUCKET, 10)), allow_split=False)

    assert repeg([whole], [stock(9), receipt(1, 5, 3)]).broken == (BrokenPromise(1, Decimal(10), on(1), on(3)),)
    assert repeg([whole], [stock(9)]).broken == (BrokenPromise(1, Decimal(10), on(1), None),)


def test_a_lost_bucket_that_is_below_zero_is_covered_first() -> None:
    assert repeg([committed(1, 5, 4, (BUCKET, 5))], [stock(-2), receipt(1, 6, 3)]).broken == (
        BrokenPromise(1, Decimal(1), on(4), None),
    )


def test_buckets_are_repaired_apart() -> None:
    elsewhere = replace(committed(2, 5, 1, (("bucket", 2), 5)), warehouse_id=2)
    other_stock = SupplySlice(("bucket", 2), 1, 2, date.min, Decimal(5))

    result = repeg([committed(1, 5, 1, (BUCKET, 5)), elsewhere], [stock(0), other_stock])

    assert result.broken == (BrokenPromise(1, Decimal(5), on(1), None),)
    assert result.results[1].lines[0].pegs[0].key == ("bucket", 2)


def test_tighten_gives_stock_back_to_early_dates_when_a_receipt_comes_into_view() -> None:
    result = tighten([committed(1, 10, 9, (BUCKET, 10))], [stock(10), receipt(1, 10, 5)])

    assert result.peg_changes() == {(1, BUCKET): Decimal(-10), (1, ("receipt", 1)): Decimal(10)}


def test_a_shrinking_supply_releases_the_latest_promise_first_then_the_lowest_priority() -> None:
    pegs = [
        HeldPeg(1, BUCKET, Decimal(5), on(1), priority=0),
        HeldPeg(2, BUCKET, Decimal(5), on(3), priority=9),
        HeldPeg(3, BUCKET, Decimal(5), on(3), priority=1),
        HeldPeg(4, BUCKET, Decimal(5), on(3), priority=9),
    ]

    assert unpeg_excess(pegs, Decimal(7)) == (
        Release(3, BUCKET, Decimal(5)),
        Release(4, BUCKET, Decimal(5)),
        Release(2, BUCKET, Decimal(3)),
    )
    assert unpeg_excess(pegs, Decimal(20)) == ()
    assert sum(release.quantity for release in unpeg_excess(pegs, Decimal(-3))) == 20


def test_a_shrinking_commitment_gives_back_the_earliest_supply_first() -> None:
    pegs = [
        HeldPeg(1, ("receipt", 1), Decimal(5), on(4), available_on=on(3)),
        HeldPeg(1, BUCKET, Decimal(5), on(4)),
    ]

    assert unpeg_excess(pegs, Decimal(6)) == (Release(1, BUCKET, Decimal(4)),)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Commitment], list[SupplySlice]]:
    """Commitments with the pegs they happened to hold, and the supply that is left after some change."""
    supply = [stock(draw(st.integers(0, 6)))]
    supply += [receipt(n, draw(st.integers(0, 6)), draw(st.integers(0, 6))) for n in range(draw(st.integers(0, 4)))]
    keys = st.sampled_from([entry.key for entry in supply])
    commitments = []
    for key in range(draw(st.integers(1, 5))):
        held = {draw(keys): draw(st.integers(1, 4)) for _ in range(draw(st.integers(0, 2)))}
        quantity = sum(held.values()) + draw(st.integers(0 if held else 1, 2))
        commitments.append(committed(key, quantity, draw(st.integers(0, 6)), *held.items()))
    return commitments, supply


def most_on_time(commitments: list[Commitment], supply: list[SupplySlice]) -> int:
    """The largest number of units that can be on time, by augmenting paths unit by unit."""
    goods = [entry.available_on for entry in supply for _ in range(int(entry.free))]
    wishes = [each.ship_on for each in commitments for _ in range(int(each.quantity))]
    served_by: dict[int, int] = {}

    def place(wish: int, seen: set[int]) -> bool:
        for good, available_on in enumerate(goods):
            if available_on <= wishes[wish] and good not in seen:
                seen.add(good)
                if good not in served_by or place(served_by[good], seen):
                    served_by[good] = wish
                    return True
        return False

    return sum(place(wish, set()) for wish in range(len(wishes)))


@settings(max_examples=800, deadline=None)
@given(worlds())
def test_as_much_stays_on_time_as_any_pegging_could_keep(world: tuple[list[Commitment], list[SupplySlice]]) -> None:
    commitments, supply = world

    result = repeg(commitments, supply)

    wanted = sum(each.quantity for each in commitments)
    assert wanted - sum(broken.quantity for broken in result.broken) == most_on_time(commitments, supply)
    without_supply = sum(broken.quantity for broken in result.broken if broken.new_ship_on is None)
    assert without_supply == max(0, wanted - sum(entry.free for entry in supply))


@settings(max_examples=800, deadline=None)
@given(worlds())
def test_each_claim_keeps_as_much_as_those_before_it_leave(world: tuple[list[Commitment], list[SupplySlice]]) -> None:
    commitments, supply = world

    result = repeg(commitments, supply)

    for count in range(1, len(commitments) + 1):
        kept = sum(
            line.quantity
            for each in result.results[:count]
            for line in each.lines
            if line.ship_on == each.commitment.ship_on
        )
        assert kept == most_on_time(commitments[:count], supply)


@settings(max_examples=800, deadline=None)
@given(worlds())
def test_repegging_takes_no_supply_twice_and_nothing_before_it_exists(
    world: tuple[list[Commitment], list[SupplySlice]],
) -> None:
    commitments, supply = world

    result = repeg(commitments, supply)

    slices = {entry.key: entry for entry in supply}
    pegged = [(peg, line) for each in result.results for line in each.lines for peg in line.pegs]
    for key, entry in slices.items():
        assert sum(peg.quantity for peg, _ in pegged if peg.key == key) <= entry.free
    assert all(slices[peg.key].available_on <= line.ship_on for peg, line in pegged)


@settings(max_examples=500, deadline=None)
@given(worlds())
def test_after_tightening_what_is_free_is_atp_for_every_day(world: tuple[list[Commitment], list[SupplySlice]]) -> None:
    commitments, supply = world

    lines = [line for each in tighten(commitments, supply).results for line in each.lines]

    left = [
        replace(
            entry, free=entry.free - sum(peg.quantity for line in lines for peg in line.pegs if peg.key == entry.key)
        )
        for entry in supply
    ]
    for day in range(7):
        net = [
            sum(entry.free for entry in supply if entry.available_on <= on(until))
            - sum(line.quantity for line in lines if line.ship_on <= on(until))
            for until in range(day, 7)
        ]
        assert max((free for at, free in free_by_date(left) if at <= on(day)), default=0) == max(0, min(net))
