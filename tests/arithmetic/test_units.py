"""Conversion between units of a product: exact at six places, or refused."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rounding import QuantityNotExact, UnitRatio, convert_quantity, exact_quantity

EACH = UnitRatio()
CASE = UnitRatio(12)
PALLET = UnitRatio(480)
GRAM = UnitRatio(1, 1000)  # of a product kept in kilograms
INCH = UnitRatio(
    254, 10_000
)  # of a product kept in metres: exactly 25.4 mm (international yard and pound agreement, 1959)
POUND = UnitRatio(
    45_359_237, 100_000_000
)  # of a product kept in kilograms: exactly 0.453 592 37 kg (the same agreement)

CASES = [
    ("3", CASE, EACH, "36"),
    ("0.5", CASE, EACH, "6"),
    ("18", EACH, CASE, "1.5"),
    ("2", PALLET, CASE, "80"),
    ("10000", GRAM, EACH, "10"),
    ("10", INCH, EACH, "0.254"),
    ("100", POUND, EACH, "45.359237"),
    ("-3", CASE, EACH, "-36"),
    ("0", CASE, EACH, "0"),
]


@pytest.mark.parametrize(("quantity", "source", "target", "converted"), CASES)
def test_quantities_convert_exactly(quantity: str, source: UnitRatio, target: UnitRatio, converted: str) -> None:
    assert convert_quantity(Decimal(quantity), source=source, target=target) == Decimal(converted)


@pytest.mark.parametrize(
    ("quantity", "source", "target"), [("1", EACH, CASE), ("1", POUND, EACH), ("0.0001", GRAM, EACH)]
)
def test_a_conversion_that_is_not_exact_at_six_places_is_refused(
    quantity: str, source: UnitRatio, target: UnitRatio
) -> None:
    with pytest.raises(QuantityNotExact, match="not exact at 6 decimal places"):
        convert_quantity(Decimal(quantity), source=source, target=target)


def test_ten_grams_are_not_ten_kilograms() -> None:
    assert convert_quantity(Decimal(10), source=GRAM) == Decimal("0.01")


def test_a_stored_quantity_has_six_places() -> None:
    assert str(exact_quantity(Decimal("1E+1"))) == "10.000000"


@pytest.mark.parametrize("value", ["0.0000001", "NaN", "Infinity", "1e999", "1000000000000"])
def test_what_cannot_be_stored_is_refused_and_never_rounded(value: str) -> None:
    with pytest.raises(QuantityNotExact):
        exact_quantity(Decimal(value))


@pytest.mark.parametrize(("numerator", "denominator"), [(0, 1), (1, 0), (-12, 1), (12, -1)])
def test_a_unit_is_a_positive_number_of_stock_units(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        UnitRatio(numerator, denominator)


ratios = st.builds(UnitRatio, st.integers(1, 10_000), st.integers(1, 10_000))


@given(st.decimals(min_value=-10_000, max_value=10_000, places=6), ratios, ratios)
def test_a_conversion_is_exact_or_refused_and_comes_back(
    quantity: Decimal, source: UnitRatio, target: UnitRatio
) -> None:
    exact = Fraction(quantity) * Fraction(source.numerator, source.denominator)
    exact /= Fraction(target.numerator, target.denominator)
    try:
        converted = convert_quantity(quantity, source=source, target=target)
    except QuantityNotExact:
        assert (exact * 10**6).denominator != 1
    else:
        assert Fraction(converted) == exact
        assert convert_quantity(converted, source=target, target=source) == quantity
