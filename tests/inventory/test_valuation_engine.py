"""Moving average: cents are neither lost nor made, whatever comes and goes."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.valuation import (
    MoveKind,
    Revaluation,
    StockMove,
    StockValue,
    StockWouldGoNegative,
    ValuedMove,
    apply_moves,
    replay_differences,
)

EMPTY = StockValue()


def move(kind: MoveKind, quantity: str, cost: str | None = None, *, key: int = 0) -> StockMove:
    return StockMove(key, kind, Decimal(quantity), None if cost is None else Decimal(cost))


def receipt(quantity: str, cost: str) -> StockMove:
    return move(MoveKind.RECEIPT, quantity, cost)


def issue(quantity: str) -> StockMove:
    return move(MoveKind.ISSUE, f"-{quantity}")


def history(*moves: StockMove, exponent: int = 2, allow_negative: bool = False) -> tuple[StockValue, list[ValuedMove]]:
    numbered = [StockMove(key, each.kind, each.quantity, each.cost) for key, each in enumerate(moves)]
    return apply_moves(EMPTY, numbered, exponent=exponent, allow_negative=allow_negative)


def worth(*moves: StockMove, exponent: int = 2, allow_negative: bool = False) -> list[tuple[str, str, str]]:
    """Value of the stock after each move, its change and the expense."""
    _, valued = history(*moves, exponent=exponent, allow_negative=allow_negative)
    return [(str(each.after.value), str(each.stock_value), str(each.expense)) for each in valued]


def test_an_issue_takes_the_average_and_the_last_unit_the_rest() -> None:
    assert worth(receipt("3", "10.00"), issue("1"), issue("1"), issue("1")) == [
        ("10.00", "10.00", "0.00"),
        ("6.67", "-3.33", "3.33"),
        ("3.33", "-3.34", "3.34"),
        ("0.00", "-3.33", "3.33"),
    ]


def test_receipts_at_different_costs_are_averaged() -> None:
    state, valued = history(receipt("10", "100.00"), receipt("30", "340.00"), issue("4"))

    assert (state.quantity, state.value, state.unit_cost) == (36, Decimal("396.00"), Decimal("11.000000"))
    assert valued[2].trace == "4 at the average of 11"


def test_rounding_is_half_up_at_the_exponent_of_the_currency() -> None:
    assert worth(receipt("8", "100"), issue("1"), exponent=0)[1] == ("87", "-13", "13")
    assert worth(receipt("2", "0.001"), issue("1"), exponent=3)[1] == ("0.000", "-0.001", "0.001")
    assert worth(receipt("1", "1.005"))[0] == ("1.01", "1.01", "0.00")


def test_a_quotient_just_under_the_midpoint_is_not_rounded_twice() -> None:
    """Exactly 12,964,770,444,114.494999...; Python's 28 digits would make it .495 first and .50 then."""
    moves = receipt("123456789012.345678", "16205962907466.28"), issue("98765432109.876545")

    assert worth(*moves)[1][2] == "12964770444114.49"


def test_r31_a_customer_return_comes_back_at_the_cost_it_was_issued_at() -> None:
    """frappe/erpnext 26625: the return was valued at the moving cost, the ledger at the original one."""
    assert worth(
        receipt("2", "20.00"), issue("1"), receipt("1", "30.00"), move(MoveKind.CUSTOMER_RETURN, "1", "10.00")
    )[2:] == [("40.00", "30.00", "0.00"), ("50.00", "10.00", "-10.00")]


def test_goods_found_are_valued_at_the_average_and_losses_too() -> None:
    assert worth(receipt("3", "10.00"), move(MoveKind.ADJUSTMENT, "1"), move(MoveKind.ADJUSTMENT, "-2"))[1:] == [
        ("13.33", "3.33", "-3.33"),
        ("6.66", "-6.67", "6.67"),
    ]


def test_goods_found_in_an_empty_place_are_valued_at_the_last_known_cost() -> None:
    assert worth(receipt("3", "10.00"), issue("3"), move(MoveKind.ADJUSTMENT, "2"))[2] == ("6.67", "6.67", "-6.67")


def test_landed_cost_stays_with_units_still_here_and_the_rest_is_cost_of_sales() -> None:
    assert worth(receipt("3", "30.00"), issue("1"), move(MoveKind.COST, "3", "10.00"))[2] == ("26.67", "6.67", "3.33")
    assert worth(receipt("3", "30.00"), issue("3"), move(MoveKind.COST, "3", "10.00"))[2] == ("0.00", "0", "10.00")


def test_r33_a_late_price_reduction_on_goods_already_sold_never_makes_stock_negative() -> None:
    """odoo/odoo 187169: a vendor bill update left negative value on the units that were left."""
    late_reduction = move(MoveKind.COST, "10", "-95.00")

    assert worth(receipt("10", "100.00"), issue("9"), late_reduction)[2] == ("0.50", "-9.50", "-85.50")
    assert worth(receipt("1", "4.00"), receipt("9", "9.00"), move(MoveKind.COST, "1", "-20.00"))[2] == (
        "0.00",
        "-13.00",
        "-7.00",
    )


def test_a_supplier_return_takes_its_credit_but_never_more_than_the_value() -> None:
    back = move(MoveKind.SUPPLIER_RETURN, "-1", "12.00")

    assert worth(receipt("2", "20.00"), back)[1] == ("8.00", "-12.00", "0.00")
    assert worth(receipt("2", "10.00"), back)[1] == ("0.00", "-10.00", "-2.00")
    assert worth(receipt("1", "10.00"), back)[1] == ("0.00", "-10.00", "-2.00")


def test_more_than_there_is_cannot_go_out() -> None:
    with pytest.raises(StockWouldGoNegative) as refusal:
        history(receipt("2", "20.00"), issue("3"))

    assert refusal.value.sentence == "3 wanted, 2 there."


def test_where_negative_stock_is_allowed_the_receipt_trues_up_the_estimate() -> None:
    assert worth(receipt("1", "10.00"), issue("3"), receipt("4", "48.00"), allow_negative=True)[1:] == [
        ("-20.00", "-30.00", "30.00"),
        ("24.00", "44.00", "4.00"),
    ]


def test_a_receipt_that_covers_a_part_trues_up_that_part() -> None:
    assert worth(receipt("1", "10.00"), issue("4"), receipt("1", "13.00"), allow_negative=True)[2] == (
        "-20.00",
        "10.00",
        "3.00",
    )


def test_r34_a_back_dated_receipt_equals_the_replay_and_shows_its_effect_first() -> None:
    """odoo/odoo 286463, 265536: the cost at a date must be the replay of the moves to that date."""
    late = StockMove(9, MoveKind.RECEIPT, Decimal(10), Decimal("200.00"))
    known = [StockMove(1, MoveKind.RECEIPT, Decimal(10), Decimal("100.00")), StockMove(2, MoveKind.ISSUE, Decimal(-5))]
    _, before = apply_moves(EMPTY, known, exponent=2)
    _, after = apply_moves(EMPTY, [known[0], late, known[1]], exponent=2)

    assert replay_differences(before, after) == [
        Revaluation(9, Decimal("200.00"), Decimal(0)),
        Revaluation(2, Decimal("-25.00"), Decimal("25.00")),
    ]
    assert replay_differences(after, before)[-1] == Revaluation(9, Decimal("-200.00"), Decimal(0))


QUANTITIES = st.integers(1, 5_000_000).map(lambda millionths: Decimal(millionths).scaleb(-4))
COSTS = st.integers(0, 10_000_000).map(lambda units: Decimal(units).scaleb(-3))


@st.composite
def histories(draw: st.DrawFn, *, kinds: tuple[MoveKind, ...] = tuple(MoveKind)) -> list[StockMove]:
    moves = []
    on_hand = Decimal(0)
    for key in range(draw(st.integers(1, 12))):
        kind, quantity, cost = draw(st.sampled_from(kinds)), draw(QUANTITIES), draw(COSTS)
        outward = kind in (MoveKind.ISSUE, MoveKind.SUPPLIER_RETURN) or (
            kind is MoveKind.ADJUSTMENT and draw(st.booleans())
        )
        if outward and not on_hand:
            continue
        if outward:
            quantity = -draw(st.sampled_from([min(quantity, on_hand), on_hand]))
        on_hand += Decimal(0) if kind is MoveKind.COST else quantity
        if kind is MoveKind.COST and draw(st.booleans()):
            cost = -cost
        moves.append(StockMove(key, kind, quantity, None if kind in (MoveKind.ISSUE, MoveKind.ADJUSTMENT) else cost))
    return moves


@settings(max_examples=1000, deadline=None)
@given(histories(), st.sampled_from([0, 2, 3]))
def test_cost_that_came_in_is_value_left_plus_expenses(moves: list[StockMove], exponent: int) -> None:
    state, valued = apply_moves(EMPTY, moves, exponent=exponent)

    assert sum(each.came_in for each in valued) == state.value + sum(each.expense for each in valued)
    for each in valued:
        assert each.came_in == each.stock_value + each.expense
        assert each.after.value >= 0
        assert each.after.quantity > 0 or each.after.value == 0
        assert each.after.value == each.after.value.quantize(Decimal(1).scaleb(-exponent))


@settings(max_examples=1000, deadline=None)
@given(histories(kinds=(MoveKind.RECEIPT, MoveKind.ISSUE)))
def test_no_value_strays_from_exact_fractions_by_more_than_half_a_cent_a_move(moves: list[StockMove]) -> None:
    quantity, value = Fraction(0), Fraction(0)
    _, valued = apply_moves(EMPTY, moves, exponent=2)

    for count, each in enumerate(valued, start=1):
        moved = Fraction(each.move.quantity)
        value += Fraction(each.move.cost) if each.move.cost is not None else value * moved / quantity
        quantity += moved
        assert abs(Fraction(each.after.value) - value) <= Fraction(count, 200)
    issued = sum(each.expense for each in valued if each.move.kind is MoveKind.ISSUE)
    received = sum(each.stock_value for each in valued if each.move.kind is MoveKind.RECEIPT)
    assert issued + (valued[-1].after.value if valued else 0) == received


@settings(max_examples=500, deadline=None)
@given(histories(), st.integers(0, 12))
def test_replay_from_a_checkpoint_equals_replay_from_the_beginning(moves: list[StockMove], cut: int) -> None:
    checkpoint, first = apply_moves(EMPTY, moves[:cut], exponent=2)
    state, rest = apply_moves(checkpoint, moves[cut:], exponent=2)

    assert (state, [*first, *rest]) == apply_moves(EMPTY, moves, exponent=2)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(st.booleans(), QUANTITIES, COSTS), min_size=1, max_size=12))
def test_negative_stock_is_worth_its_estimate_and_conserves_cost(steps: list[tuple[bool, Decimal, Decimal]]) -> None:
    moves = [
        StockMove(key, MoveKind.RECEIPT, quantity, cost) if inward else StockMove(key, MoveKind.ISSUE, -quantity)
        for key, (inward, quantity, cost) in enumerate(steps)
    ]

    state, valued = apply_moves(EMPTY, moves, exponent=2, allow_negative=True)

    assert sum(each.came_in for each in valued) == state.value + sum(each.expense for each in valued)
    for each in valued:
        assert each.after.value * each.after.quantity >= 0
        assert each.after.quantity or not each.after.value
