"""Rates as they were published, and business days in their own zone."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dates import business_date
from core.fx import NoRate, Rate, find_rate, find_rates
from core.models import FxRate
from tests.core.makers import TODAY, rate


def test_the_latest_rate_up_to_the_day_holds(db: None) -> None:
    for day, value in ((date(2026, 1, 1), "0.80"), (date(2026, 2, 1), "0.90"), (date(2026, 4, 1), "1.00")):
        rate(currency="USD", value=value, on=day)

    assert find_rate("USD", to="EUR", on=TODAY) == Rate("USD", "EUR", Decimal("0.90"), date(2026, 2, 1))
    assert find_rate("USD", to="EUR", on=date(2026, 2, 1)).rate == Decimal("0.90")
    assert find_rate("USD", to="EUR", on=date(2026, 1, 31)).rate == Decimal("0.80")


def test_a_missing_rate_is_refused_by_name_and_day(db: None) -> None:
    rate(currency="USD", value="0.9", on=date(2026, 3, 3))

    with pytest.raises(NoRate, match="no exchange rate from USD to EUR on 02 Mar 2026") as refused:
        find_rate("USD", to="EUR", on=TODAY)

    assert refused.value.status == 422


def test_a_rate_is_not_turned_round(db: None) -> None:
    rate(currency="USD", value="0.9", on=TODAY)

    with pytest.raises(NoRate):
        find_rate("EUR", to="USD", on=TODAY)


def test_any_number_of_currencies_is_one_query_and_ones_own_is_none(db: None, count_statements: Any) -> None:
    for currency in ("USD", "GBP", "JPY"):
        rate(currency=currency, value="2")

    with count_statements() as statements:
        found = find_rates(["USD", "GBP", "JPY", "EUR"], to="EUR", on=TODAY)
        own = find_rates(["EUR"], to="EUR", on=TODAY)

    assert statements.count == 1
    assert [found[currency].rate for currency in ("USD", "EUR")] == [2, 1]
    assert own["EUR"] == Rate("EUR", "EUR", Decimal(1), TODAY)


def test_rates_of_another_type_are_another_matter(db: None) -> None:
    FxRate.objects.create(from_currency="USD", to_currency="EUR", rate_type="customs", valid_from=TODAY, rate=3)

    with pytest.raises(NoRate):
        find_rate("USD", to="EUR", on=TODAY)
    assert find_rates(["USD"], to="EUR", on=TODAY, rate_type="customs")["USD"].rate == 3


# --- a local date and a UTC time were mixed ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "instant", "day"),
    [
        ("Pacific/Kiritimati", datetime(2026, 3, 2, 9, 30, tzinfo=UTC), date(2026, 3, 2)),  # 23:30 there, UTC+14
        ("Pacific/Kiritimati", datetime(2026, 3, 2, 10, 30, tzinfo=UTC), date(2026, 3, 3)),  # 00:30 there
        ("Pacific/Midway", datetime(2026, 3, 2, 10, 30, tzinfo=UTC), date(2026, 3, 1)),  # 23:30 there, UTC-11
        ("Pacific/Midway", datetime(2026, 3, 2, 11, 30, tzinfo=UTC), date(2026, 3, 2)),  # 00:30 there
        ("UTC", datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), date(2026, 12, 31)),
        ("Europe/London", datetime(2026, 3, 29, 0, 59, tzinfo=UTC), date(2026, 3, 29)),  # one minute before summer time
        ("Europe/London", datetime(2026, 7, 1, 23, 30, tzinfo=UTC), date(2026, 7, 2)),
        ("America/New_York", datetime(2026, 11, 1, 4, 30, tzinfo=UTC), date(2026, 11, 1)),  # the hour that comes twice
    ],
)
def test_a_business_day_is_the_day_of_its_zone(zone: str, instant: datetime, day: date) -> None:
    assert business_date(zone, at=instant) == day


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)))  # noqa: DTZ001 - made aware below
def test_two_places_on_earth_are_never_more_than_two_days_apart(naive: datetime) -> None:
    instant = naive.replace(tzinfo=UTC)

    first, last = business_date("Pacific/Midway", at=instant), business_date("Pacific/Kiritimati", at=instant)

    assert timedelta(days=1) <= last - first <= timedelta(days=2)


def test_now_is_taken_when_no_instant_is_given() -> None:
    assert abs(business_date("UTC") - datetime.now(UTC).date()) <= timedelta(days=1)
