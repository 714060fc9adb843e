"""How numbers and dates are written."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from moneyed import Money

from core.web import formats


@pytest.mark.parametrize(
    ("value", "currency", "written"),
    [
        (Decimal("1284.6000"), "GBP", "1,284.60"),
        (Decimal("0.0000"), "GBP", "0.00"),
        (Decimal("-1128"), "EUR", "\u22121,128.00"),
        (Decimal("-0.00"), "EUR", "0.00"),
        (Decimal("1055"), "JPY", "1,055"),
        (Decimal("1.5"), "KWD", "1.500"),
        (Decimal("1.005"), "EUR", "1.005"),
        (Decimal("12345678901234.9999"), "EUR", "12,345,678,901,234.9999"),
        (None, "EUR", "—"),
    ],
)
def test_amounts_have_their_currency_s_decimals_and_are_never_rounded(
    value: Decimal | None, currency: str, written: str
) -> None:
    assert formats.money(value, currency) == written


def test_money_brings_its_own_currency() -> None:
    assert formats.money(Money("3", "JPY"), show="code") == "3\u00a0JPY"


def test_a_symbol_stands_after_the_minus() -> None:
    assert formats.money(Decimal("-5"), "GBP", show="symbol") == "\u2212£5.00"
    assert formats.money(Decimal("5"), "CHF", show="symbol") == "CHF\u00a05.00"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("10.000000"), "10"),
        (Decimal("1E+1"), "10"),
        (Decimal("1204.500000"), "1,204.5"),
        (Decimal("0.000001"), "0.000001"),
        (Decimal("-3"), "\u22123"),
        (0, "0"),
        (None, "—"),
    ],
)
def test_quantities_lose_idle_zeros_and_never_become_exponents(value: Decimal | int | None, written: str) -> None:
    assert formats.quantity(value) == written


def test_a_unit_follows_a_no_break_space() -> None:
    assert formats.quantity(Decimal("2.5"), "kg") == "2.5\u00a0kg"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("86"), "86\u00a0%"),
        (Decimal("40.05"), "40.1\u00a0%"),
        (Decimal("-3.25"), "\u22123.3\u00a0%"),
        (None, "—"),
    ],
)
def test_shares_are_shown_to_one_place_half_up(value: Decimal | None, written: str) -> None:
    assert formats.percent(value) == written


def test_counts_are_exact_up_to_the_cap() -> None:
    assert [formats.count(number) for number in (0, 1000, 1001)] == ["0", "1,000", "1,000+"]


def test_a_day_shows_its_year_only_if_it_is_another_one() -> None:
    this_year = timezone.localdate().year

    assert formats.day(date(this_year, 12, 12)) == "12 Dec"
    assert formats.day(date(this_year - 1, 1, 5)) == f"5 Jan {this_year - 1}"


def test_an_instant_is_written_in_the_reader_s_zone() -> None:
    at = datetime(timezone.localdate().year, 7, 4, 22, 30, tzinfo=UTC)

    with timezone.override("Europe/Berlin"):
        assert formats.stamp(at) == "5 Jul, 00:30"
        assert str(formats.time_day(at)).endswith(">5 Jul</time>")


@pytest.mark.parametrize(
    ("past", "written"),
    [
        (timedelta(minutes=5), "5\u00a0min"),
        (timedelta(hours=2, minutes=59), "2\u00a0h"),
        (timedelta(days=19), "19\u00a0d"),
    ],
)
def test_age_has_one_unit(past: timedelta, written: str) -> None:
    assert formats.age(timezone.now() - past) == written


def test_typed_text_keeps_its_lines_and_loses_its_tags() -> None:
    assert str(formats.lines("<b>\nx")) == "&lt;b&gt;<br>x"
