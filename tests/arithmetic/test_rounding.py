"""Rounding of amounts, against cases from written sources."""

from decimal import ROUND_HALF_UP, Decimal, Inexact, InvalidOperation, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rounding import (
    UnknownCurrency,
    currency_exponent,
    exact_arithmetic,
    round_amount,
    round_places,
    round_quotient,
)

# ISO 4217, list one: the minor unit of each currency.
MINOR_UNITS = [
    ("EUR", 2),
    ("GBP", 2),
    ("USD", 2),
    ("JPY", 0),
    ("KRW", 0),
    ("CLP", 0),
    ("KWD", 3),
    ("TND", 3),
    ("CLF", 4),
]

# amount, currency, rounded, source
CASES = [
    ("1.005", "EUR", "1.01", "django-oscar PR #4455; PostgreSQL numeric rounds it so, SQLite does not"),
    ("2.675", "EUR", "2.68", "Python documentation of round(): a binary float gives 2.67"),
    ("0.125", "EUR", "0.13", "ERPNext banker's rounding would give 0.12"),
    ("-1.005", "EUR", "-1.01", "away from zero: a credit note mirrors its invoice"),
    ("42.075", "EUR", "42.08", "frappe/erpnext #31781: 16.83 % of 250"),
    ("163.725", "SAR", "163.73", "lavaloon-eg/ksa_compliance #174: 15 % of 1,091.50"),
    ("4.26452", "CHF", "4.26", "vendurehq/vendure #2662: 2.6 % of 164.02"),
    ("10.55", "JPY", "11", "the yen has no minor unit"),
    ("4545.4545", "JPY", "4545", "frappe/erpnext #52236: 10 % contained in 50,000"),
    ("1.0005", "KWD", "1.001", "ISO 4217: the dinar has three places"),
    ("1.00049", "KWD", "1.000", "rounded once, not 1.0005 first"),
    ("0.004999999999999999999999999999999999", "EUR", "0.00", "rounded once, not to 0.005 first"),
]


@pytest.mark.parametrize(("currency", "places"), MINOR_UNITS)
def test_a_currency_has_the_minor_unit_of_iso_4217(currency: str, places: int) -> None:
    assert currency_exponent(currency) == places


@pytest.mark.parametrize(("amount", "currency", "rounded", "source"), CASES)
def test_amounts_are_rounded_half_up_to_the_places_of_their_currency(
    amount: str, currency: str, rounded: str, source: str
) -> None:
    assert str(round_amount(Decimal(amount), currency)) == rounded, source


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "EURO", "eur", "", "ABC"])
def test_no_amount_can_be_written_in_what_is_not_a_currency(code: str) -> None:
    with pytest.raises(UnknownCurrency):
        round_amount(Decimal(1), code)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "sNaN"])
def test_what_is_not_a_number_is_not_rounded(value: str) -> None:
    with pytest.raises(InvalidOperation):
        round_places(Decimal(value), 2)


def test_the_callers_decimal_context_does_not_change_a_cent() -> None:
    with localcontext() as context:
        context.prec, context.rounding = 5, "ROUND_HALF_EVEN"

        assert round_amount(Decimal("123456789.125"), "EUR") == Decimal("123456789.13")


def test_the_largest_stored_numbers_multiply_exactly() -> None:
    quantity = unit_price = Decimal("999999999999.999999")

    with exact_arithmetic():
        assert str(quantity * unit_price) == "999999999999999998000000.000000000001"


def test_arithmetic_that_would_round_silently_is_an_error() -> None:
    with exact_arithmetic(), pytest.raises(Inexact):
        Decimal(1) / Decimal(3)


def test_a_price_per_three_that_ends_on_the_midpoint_rounds_up() -> None:
    assert round_quotient(Decimal("0.045"), 9, 2) == Decimal("0.01")
    assert round_quotient(Decimal("0.044999999999999999"), 9, 2) == Decimal("0.00")


@given(
    st.decimals(min_value="-1e18", max_value="1e18", places=12),
    st.integers(min_value=1, max_value=10**9),
    st.integers(min_value=0, max_value=6),
)
def test_a_quotient_is_the_nearest_amount(numerator: Decimal, denominator: int, places: int) -> None:
    rounded = round_quotient(numerator, denominator, places)

    exact = Fraction(numerator) / denominator * 10**places
    units = Fraction(rounded) * 10**places
    assert units.denominator == 1
    assert abs(units - exact) < Fraction(1, 2) or (abs(units - exact) == Fraction(1, 2) and abs(units) > abs(exact))


@given(st.decimals(min_value="-1e15", max_value="1e15", places=6), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_rounding_agrees_with_the_standard_library(amount: Decimal, currency: str) -> None:
    with localcontext() as context:
        context.prec = 60

        assert round_amount(amount, currency) == round_half_up(amount, currency_exponent(currency))


def round_half_up(amount: Decimal, places: int) -> Decimal:
    return amount.quantize(Decimal((0, (1,), -places)), rounding=ROUND_HALF_UP)
