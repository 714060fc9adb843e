"""Exchange rates and conversion: the rate is looked up once, stored on the document and frozen at posting."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from moneyed import Money

from core.errors import DomainError
from core.models import FxRate
from core.money import round_money

ONE = Decimal(1)


class NoRate(DomainError):
    """No exchange rate is known for the pair of currencies on the date."""

    code = "no_fx_rate"


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of ``from_currency`` in ``to_currency``, twelve places, and the day it was published for."""

    from_currency: str
    to_currency: str
    rate: Decimal
    valid_from: date


def find_rates(from_currencies: Collection[str], *, to: str, on: date, rate_type: str = "spot") -> dict[str, Rate]:
    """The rate of each currency valid on the day, in one query. Raises NoRate naming the first missing pair."""
    wanted = set(from_currencies) - {to}
    found = {to: Rate(to, to, ONE, on)}
    if wanted:
        rows = FxRate.objects.filter(
            from_currency__in=wanted, to_currency=to, rate_type=rate_type, valid_from__lte=on
        ).order_by("from_currency", "-valid_from")
        for row in rows.distinct("from_currency"):
            found[row.from_currency] = Rate(row.from_currency, to, row.rate, row.valid_from)
    for currency in sorted(wanted - set(found)):
        raise NoRate(f"There is no exchange rate from {currency} to {to} on {on:%d %b %Y}. Enter one, then try again.")
    return {currency: found[currency] for currency in from_currencies}


def find_rate(from_currency: str, *, to: str, on: date) -> Rate:
    """The rate valid on the day. Raises NoRate."""
    return find_rates([from_currency], to=to, on=on)[from_currency]


def convert(money: Money, *, rate: Rate) -> Money:
    """Convert at a known rate and round once to the target currency (HALF_UP)."""
    assert money.currency.code == rate.from_currency
    return round_money(Money(money.amount * rate.rate, rate.to_currency))
