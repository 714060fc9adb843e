"""Sharing an amount over lines to the cent, against written examples and an independent implementation."""

from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.apportion import apportion, round_shares

# total, weights, decimal places, shares, source
CASES = [
    (
        "10",
        "47000 16000 15900 12000 6000 3100",
        0,
        "5 2 1 1 1 0",
        "largest remainder, Hare quota: the textbook's ten seats",
    ),
    ("10", "6 6 2", 0, "4 4 2", "Alabama paradox, 1880: with ten to share ..."),
    ("11", "6 6 2", 0, "5 5 1", "... and with eleven the smallest gets less; known, and harmless for cents"),
    ("100.00", "1 1 1", 2, "33.34 33.33 33.33", "Fowler, Patterns of Enterprise Application Architecture: Money"),
    ("0.05", "70 30", 2, "0.04 0.01", "Foemmel's conundrum, in the same place: a tie goes to the larger share"),
    ("0.05", "30 70", 2, "0.01 0.04", "... whatever the order"),
    ("10.00", "100 100 100", 2, "3.34 3.33 3.33", "frappe/erpnext #58042: a discount of 10 over three lines of 100"),
    ("-10.00", "100 100 100", 2, "-3.34 -3.33 -3.33", "its credit note"),
    ("100", "1 1 1", 0, "34 33 33", "in yen"),
    ("1.000", "1 2", 3, "0.333 0.667", "in Kuwaiti dinars"),
    ("0.01", "0 0.01 5", 2, "0.00 0.00 0.01", "a weight of zero gets nothing"),
    ("0.02", "0 0 0", 2, "0.01 0.01 0.00", "all weights zero: equal shares"),
    ("0.00", "1 2", 2, "0.00 0.00", "nothing to share"),
    ("7.00", "3", 2, "7.00", "one line takes all"),
]


def decimals(text: str) -> list[Decimal]:
    return [Decimal(word) for word in text.split()]


@pytest.mark.parametrize(("total", "weights", "places", "shares", "source"), CASES)
def test_written_examples(total: str, weights: str, places: int, shares: str, source: str) -> None:
    assert [str(part) for part in apportion(Decimal(total), decimals(weights), places)] == shares.split(), source


def test_nothing_over_no_lines_is_nothing() -> None:
    assert apportion(Decimal("0.00"), [], 2) == []


@pytest.mark.parametrize(
    ("total", "weights"), [("0.01", ""), ("0.001", "1 1"), ("1.00", "1 -1"), ("1.00", "NaN"), ("NaN", "1")]
)
def test_what_cannot_be_shared_is_an_error_of_the_caller(total: str, weights: str) -> None:
    with pytest.raises(ValueError):
        apportion(Decimal(total), decimals(weights), 2)


def test_an_advance_taken_back_gets_its_share_of_the_tax_with_its_sign() -> None:
    taxes = round_shares(decimals("100.00 33.33 -50.05"), Fraction(19, 100), 2)

    assert taxes == decimals("19.00 6.33 -9.51")
    assert sum(taxes) == Decimal("15.82")  # 19 % of 83.28 is 15.8232


cents = st.decimals(min_value=-100_000, max_value=100_000, places=2)
weights = st.lists(st.decimals(min_value=0, max_value=10_000, places=3), min_size=1, max_size=40)
few_cents = st.decimals(min_value="-0.20", max_value="0.20", places=2)
small_weights = st.lists(st.integers(0, 8).map(Decimal), min_size=1, max_size=8)  # these make ties
factors = st.fractions(min_value=0, max_value=2, max_denominator=10_000)


def reference(total: Decimal, parts: list[Decimal], places: int) -> list[Fraction]:
    """Largest remainder by the book: floors first, then one unit each to the largest remainders."""
    sign = -1 if total < 0 else 1
    if not any(parts):
        parts = [Decimal(1)] * len(parts)
    exact = [abs(Fraction(total)) * 10**places * Fraction(part) / sum(map(Fraction, parts)) for part in parts]
    units = [floor(share) for share in exact]
    missing = abs(Fraction(total)) * 10**places - sum(units)
    ranked = sorted(range(len(parts)), key=lambda index: (units[index] - exact[index], -exact[index], index))
    for index in ranked[: int(missing)]:
        units[index] += 1
    return [Fraction(sign * unit, 10**places) for unit in units]


@given(st.one_of(cents, few_cents), st.one_of(weights, small_weights))
def test_the_parts_sum_to_the_whole_and_are_those_of_the_book(total: Decimal, parts: list[Decimal]) -> None:
    shares = apportion(total, parts, 2)

    assert sum(shares) == total
    assert [Fraction(share) for share in shares] == reference(total, parts, 2)


@given(st.one_of(cents, few_cents), st.one_of(weights, small_weights))
def test_negating_the_whole_negates_the_parts(total: Decimal, parts: list[Decimal]) -> None:
    assert apportion(-total, parts, 2) == [-share for share in apportion(total, parts, 2)]


@given(cents, weights, st.integers(min_value=1, max_value=1000))
def test_only_proportions_count(total: Decimal, parts: list[Decimal], times: int) -> None:
    assert apportion(total, parts, 2) == apportion(total, [part * times for part in parts], 2)


@given(st.lists(cents, max_size=40), factors)
def test_rounded_parts_sum_to_the_rounded_whole_whatever_their_signs(amounts: list[Decimal], factor: Fraction) -> None:
    parts = round_shares(amounts, factor, 2)

    exact = sum(map(Fraction, amounts), Fraction(0)) * factor * 100
    whole = Fraction(sum(parts, Decimal(0))) * 100
    assert abs(whole - exact) < Fraction(1, 2) or (abs(whole - exact) == Fraction(1, 2) and abs(whole) > abs(exact))
    assert all(
        abs(Fraction(part) - Fraction(amount) * factor) < Fraction(1, 100)
        for part, amount in zip(parts, amounts, strict=True)
    )


@given(st.lists(cents, max_size=40), factors)
def test_a_credit_note_mirrors_its_invoice(amounts: list[Decimal], factor: Fraction) -> None:
    assert round_shares([-amount for amount in amounts], factor, 2) == [
        -part for part in round_shares(amounts, factor, 2)
    ]
