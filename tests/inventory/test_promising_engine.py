"""Promising by example: what a user is told, from which supply, and when."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from inventory.promising import (
    Demand,
    Peg,
    PromisePolicy,
    ProposalKind,
    Sourcing,
    SupplySlice,
    free_by_date,
    promise,
    proposals,
)

MONDAY = date(2026, 11, 23)
BRISTOL, LEEDS = 1, 2
CAN, LID = 318, 319


def on(days: int) -> date:
    return MONDAY + timedelta(days=days)


def stock(quantity: str, *, product: int = CAN, warehouse: int = BRISTOL) -> SupplySlice:
    key = product * 10 + warehouse
    return SupplySlice(("bucket", key), product, warehouse, date.min, Decimal(quantity))


def receipt(number: int, quantity: str, days: int, *, product: int = CAN, warehouse: int = BRISTOL) -> SupplySlice:
    return SupplySlice(("receipt", number), product, warehouse, on(days), Decimal(quantity), name=f"PO-{number}")


def want(
    quantity: str, days: int, *, key: int = 1, product: int = CAN, warehouses: tuple[int, ...] = (BRISTOL,)
) -> Demand:
    return Demand(key, product, warehouses, Decimal(quantity), on(days))


def told(
    demands: list[Demand], supply: list[SupplySlice], policy: PromisePolicy | None = None
) -> list[list[tuple[str, int, int]]]:
    """Quantity, day and warehouse of each schedule line, by demand."""
    promises = promise(demands, supply, policy or PromisePolicy())
    return [
        [(str(line.quantity), (line.ship_on - MONDAY).days, line.warehouse_id) for line in each.lines]
        for each in promises
    ]


def test_what_is_on_hand_ships_on_the_wanted_date() -> None:
    assert told([want("12", 2)], [stock("60")]) == [[("12", 2, BRISTOL)]]


def test_the_latest_supply_that_meets_the_date_is_taken_first() -> None:
    line = (
        promise([want("100", 4)], [stock("60"), receipt(3374, "96", 3), receipt(3381, "120", 10)]).results[0].lines[0]
    )

    assert line.pegs == (
        Peg(("receipt", 3374), Decimal(96), on(3), "PO-3374"),
        Peg(("bucket", 3181), Decimal(4), date.min),
    )


def test_what_misses_its_date_takes_the_earliest_later_supply() -> None:
    supply = [receipt(3402, "240", 17), stock("16"), receipt(3381, "20", 10)]

    assert told([want("40", 4)], supply) == [[("16", 4, BRISTOL), ("20", 10, BRISTOL), ("4", 17, BRISTOL)]]


def test_what_no_supply_covers_has_no_date() -> None:
    answer = promise([want("40", 4)], [stock("16")]).results[0]

    assert answer.unpromised == 24
    assert answer.is_late
    assert answer.complete_on is None
    assert answer.trace == (
        "Wanted 40 on 27 Nov 2026.",
        "16 ship on 27 Nov 2026 from warehouse 1: on hand.",
        "No supply for 24.",
    )


def test_the_trace_names_supply_dates_and_lateness() -> None:
    answer = promise([want("40", 4)], [stock("10"), receipt(9, "6.5", 1), receipt(3381, "120", 10)]).results[0]

    assert answer.explain({BRISTOL: "Bristol"}) == (
        "Wanted 40 on 27 Nov 2026.",
        "16.5 ship on 27 Nov 2026 from Bristol: 6.5 PO-9 due 24 Nov 2026, 10 on hand.",
        "23.5 ship on 3 Dec 2026 (6 days late) from Bristol: PO-3381 due 3 Dec 2026.",
    )


def test_demands_are_served_in_the_order_given() -> None:
    assert told([want("10", 1, key=2), want("10", 0, key=1)], [stock("10")]) == [[("10", 1, BRISTOL)], []]


def test_a_later_promise_does_not_eat_the_stock_of_an_earlier_date() -> None:
    supply = [stock("10"), receipt(7, "10", 5)]

    assert told([want("10", 6, key=1), want("10", 0, key=2)], supply) == [[("10", 6, BRISTOL)], [("10", 0, BRISTOL)]]


def test_r08_demand_of_a_bundle_and_a_line_is_summed_before_it_is_checked() -> None:
    """medusajs/medusa 16502: two lines of one cart shared an inventory item and both were accepted."""
    kit = [replace(want("6", 0, key=1), group=1), replace(want("6", 0, key=2, product=LID), group=1)]
    beside = want("6", 0, key=3)

    promises = promise([*kit, beside], [stock("10"), stock("10", product=LID)]).by_key()

    assert [promises[key].unpromised for key in (1, 2, 3)] == [0, 0, 2]
    assert (
        sum(line.quantity for each in promises.values() for line in each.lines if each.demand.product_id == CAN) == 10
    )


def test_r18_the_same_stock_on_two_lines_is_counted_once() -> None:
    """inventree/InvenTree 7285: stock items could be over-allocated by two lines."""
    promises = promise([want("6", 0, key=1), want("6", 0, key=2)], [stock("10")])

    assert promises.taken() == {("bucket", 3181): Decimal(10)}
    assert promises.late_keys == (2,)


def test_other_warehouses_help_in_the_order_of_the_candidates() -> None:
    supply = [stock("16"), stock("52", warehouse=LEEDS), receipt(3381, "120", 10)]

    assert told([want("40", 4, warehouses=(BRISTOL, LEEDS))], supply) == [[("16", 4, BRISTOL), ("24", 4, LEEDS)]]


def test_fewest_shipments_asks_first_who_has_it_all() -> None:
    supply = [stock("16"), stock("52", warehouse=LEEDS)]
    policy = PromisePolicy(sourcing=Sourcing.FEWEST_SHIPMENTS)

    assert told([want("40", 4, warehouses=(BRISTOL, LEEDS))], supply, policy) == [[("40", 4, LEEDS)]]


def test_complete_only_refuses_and_takes_nothing() -> None:
    refused = replace(want("40", 4, key=1), complete_only=True)

    promises = promise([refused, want("16", 4, key=2)], [stock("16"), receipt(1, "20", 9)])

    assert promises.refused_keys == (1,)
    assert (
        promises.by_key()[1].trace[-1] == "Refused: only the complete quantity is wanted, and supply does not cover it."
    )
    assert promises.by_key()[2].complete_on == on(4)


def test_without_split_the_whole_quantity_waits_for_one_date() -> None:
    whole = replace(want("40", 4), allow_split=False)

    assert told([whole], [stock("16"), receipt(1, "20", 9), receipt(2, "20", 12)]) == [[("40", 12, BRISTOL)]]
    assert told([whole], [stock("39")]) == [[]]


def test_without_split_the_earliest_warehouse_wins_and_the_preferred_one_on_a_tie() -> None:
    whole = replace(want("40", 4, warehouses=(BRISTOL, LEEDS)), allow_split=False)

    assert told([whole], [receipt(1, "40", 9), receipt(2, "40", 8, warehouse=LEEDS)]) == [[("40", 8, LEEDS)]]
    assert told([whole], [receipt(1, "40", 8), receipt(2, "40", 8, warehouse=LEEDS)]) == [[("40", 8, BRISTOL)]]


def test_parts_are_whole_steps_and_what_is_left_over_joins_the_next_part() -> None:
    cases = replace(want("36", 4), step=Decimal(12))

    assert told([cases], [stock("17"), receipt(1, "8", 9), receipt(2, "11", 11)]) == [
        [("12", 4, BRISTOL), ("12", 9, BRISTOL), ("12", 11, BRISTOL)]
    ]


def test_less_than_a_step_may_complete_what_another_warehouse_began() -> None:
    pairs = replace(want("7", 4, warehouses=(BRISTOL, LEEDS)), step=Decimal(2))

    answer = promise([pairs], [stock("3"), stock("4", warehouse=LEEDS)]).results[0]

    assert [(int(line.quantity), line.warehouse_id) for line in answer.lines] == [(3, BRISTOL), (4, LEEDS)]
    assert answer.lines[0].pegs == (Peg(("bucket", 3181), Decimal(3), date.min),)


def test_members_of_a_group_ship_on_one_date_from_one_warehouse() -> None:
    both = (BRISTOL, LEEDS)
    kit = [replace(want("5", 1, key=k, product=p, warehouses=both), group=9) for k, p in ((1, CAN), (2, LID))]
    supply = [
        stock("5"),
        receipt(1, "5", 8, product=LID),
        stock("5", warehouse=LEEDS),
        receipt(2, "5", 6, product=LID, warehouse=LEEDS),
    ]

    assert told(kit, supply) == [[("5", 6, LEEDS)], [("5", 6, LEEDS)]]


def test_a_group_that_cannot_be_complete_takes_nothing() -> None:
    kit = [replace(want("5", 1, key=k, product=p), group=9) for k, p in ((1, CAN), (2, LID))]

    assert told([*kit, want("5", 1, key=3)], [stock("5"), stock("4", product=LID)]) == [[], [], [("5", 1, BRISTOL)]]


def test_nothing_ships_before_the_policy_allows() -> None:
    assert told([want("5", 0)], [stock("5")], PromisePolicy(not_before=on(2))) == [[("5", 2, BRISTOL)]]


def test_uncertain_and_distant_receipts_can_be_left_out() -> None:
    supply = [replace(receipt(1, "5", 3), firm=False), receipt(2, "5", 60)]

    assert told([want("10", 0)], supply, PromisePolicy(firm_only=True)) == [[("5", 60, BRISTOL)]]
    assert told([want("10", 0)], supply, PromisePolicy(horizon_on=on(30))) == [[("5", 3, BRISTOL)]]


def test_negative_stock_is_covered_before_anything_is_promised() -> None:
    supply = [stock("-5"), receipt(1, "8", 3)]

    assert told([want("8", 0)], supply) == [[("3", 3, BRISTOL)]]
    assert free_by_date(supply) == [(on(3), Decimal(3))]


def test_proposals_show_the_ways_side_by_side() -> None:
    supply = [stock("16"), receipt(3381, "120", 10), stock("52", warehouse=LEEDS)]

    offers = proposals(want("40", 4, warehouses=(BRISTOL, LEEDS)), supply)

    assert [
        (offer.kind, [(int(x.quantity), x.ship_on, x.warehouse_id) for x in offer.promise.lines]) for offer in offers
    ] == [
        (ProposalKind.ON_DATE, [(16, on(4), BRISTOL)]),
        (ProposalKind.COMPLETE, [(40, on(10), BRISTOL)]),
        (ProposalKind.SPLIT, [(16, on(4), BRISTOL), (24, on(10), BRISTOL)]),
        (ProposalKind.OTHER_WAREHOUSE, [(40, on(4), LEEDS)]),
        (ProposalKind.SPLIT_WAREHOUSES, [(16, on(4), BRISTOL), (24, on(4), LEEDS)]),
    ]


def test_one_proposal_is_enough_when_everything_ships_on_time() -> None:
    offers = proposals(want("10", 4, warehouses=(BRISTOL, LEEDS)), [stock("16"), stock("52", warehouse=LEEDS)])

    assert [offer.kind for offer in offers] == [ProposalKind.ON_DATE]


def test_two_demands_with_one_key_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(AssertionError):
        promise([want("1", 0, key=1), want("1", 0, key=1)], [stock("5")])
