"""Which due promises leave together: the pure decision."""

from datetime import date
from decimal import Decimal
from typing import Any

from fulfillment.planning import PromisedQuantity, plan

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


def promised(number: int, quantity: int, *, on_hand: int | None = None, **facts: Any) -> PromisedQuantity:
    given = {
        "position": number,
        "sku": f"P-{number}",
        "warehouse_id": 1,
        "ship_on": MONDAY,
        "shipped": 0,
        "delivering": 0,
    }
    given |= facts
    for name in ("shipped", "delivering", "per_kit"):
        given[name] = Decimal(given.get(name, 0))
    return PromisedQuantity(
        schedule_line_id=number,
        order_line_id=given.pop("order_line_id", number),
        product_id=number,
        promised=Decimal(quantity),
        on_hand=Decimal(quantity if on_hand is None else on_hand),
        **given,
    )


def quantities(promises: list[PromisedQuantity], **policy: Any) -> list[dict[int, int]]:
    found, _ = plan(promises, **{"due_until": None, "complete_only": False, **policy})
    return [{line.schedule_line_id: int(line.quantity) for line in delivery.lines} for delivery in found]


def test_only_what_leans_on_stock_and_is_on_no_delivery_yet_leaves() -> None:
    promises = [promised(1, 10, on_hand=6, delivering=4), promised(2, 5, on_hand=5, shipped=0, delivering=5)]

    assert quantities(promises) == [{1: 2}]


def test_what_is_due_later_waits() -> None:
    promises = [promised(1, 10), promised(2, 5, ship_on=TUESDAY), promised(3, 5, ship_on=None, on_hand=0)]

    assert quantities(promises, due_until=MONDAY) == [{1: 10}]
    assert quantities(promises) == [{1: 10, 2: 5}]


def test_each_warehouse_gets_a_delivery_of_its_own() -> None:
    promises = [promised(1, 10), promised(2, 5, warehouse_id=2, ship_on=TUESDAY), promised(3, 1, warehouse_id=2)]

    found, _ = plan(promises, due_until=None, complete_only=False)

    assert [(each.warehouse_id, each.ship_on, len(each.lines)) for each in found] == [(1, MONDAY, 1), (2, MONDAY, 2)]


def test_an_order_that_ships_complete_waits_for_its_last_piece_and_says_for_which() -> None:
    ready, late = promised(1, 10), promised(2, 5, on_hand=4)

    assert plan([ready, late], due_until=None, complete_only=True) == (
        [],
        "It ships complete, and P-2 cannot leave yet.",
    )
    assert quantities([ready, promised(2, 5)], complete_only=True) == [{1: 10, 2: 5}]


def test_kits_leave_in_full_sets() -> None:
    screws = promised(1, 40, on_hand=26, parent_id=9, per_kit=4)
    plates = promised(2, 10, parent_id=9, per_kit=1)

    assert quantities([screws, plates]) == [{1: 24, 2: 6}]


def test_sets_count_what_left_before() -> None:
    screws = promised(1, 40, on_hand=2, shipped=26, parent_id=9, per_kit=4)
    plates = promised(2, 10, on_hand=4, shipped=6, parent_id=9, per_kit=1)

    assert quantities([screws, plates]) == [{1: 2, 2: 1}]


def test_the_sentence_says_why_nothing_can_leave() -> None:
    def why(*promises: PromisedQuantity) -> str:
        return plan(promises, due_until=MONDAY, complete_only=False)[1]

    assert why(promised(1, 10, delivering=10)) == "Everything left already or is on a delivery."
    assert why(promised(1, 10, ship_on=TUESDAY)) == "Nothing is due yet."
    assert why(promised(1, 10, on_hand=0)) == "P-1 is due, but not on hand."
    assert why(promised(1, 10, on_hand=0), promised(2, 1, on_hand=0)) == "P-1, P-2 are due, but not on hand."
