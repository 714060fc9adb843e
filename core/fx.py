"""Exchange rates: the rate is looked up once, stored on the document and frozen at posting."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from core.errors import DomainError
from core.models import FxRate

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


def rates_on(wanted: Collection[tuple[str, date]], *, to: str) -> dict[tuple[str, date], Rate]:
    """The spot rate of each (currency, day) of a set of documents. One statement, none for the target currency alone.

    Raises NoRate naming the first missing pair.
    """
    found = {(currency, on): Rate(to, to, ONE, on) for currency, on in wanted if currency == to}
    foreign = sorted(set(wanted) - set(found))
    if foreign:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT w.currency, w.day, r.rate, r.valid_from FROM unnest(%s::text[], %s::date[]) AS w(currency, day)"  # noqa: S608
                f" CROSS JOIN LATERAL (SELECT rate, valid_from FROM {FxRate._meta.db_table}"
                " WHERE from_currency = w.currency AND to_currency = %s AND rate_type = 'spot' AND valid_from <= w.day"
                " ORDER BY valid_from DESC LIMIT 1) r",
                [[currency for currency, _ in foreign], [on for _, on in foreign], to],
            )
            for currency, on, rate, valid_from in cursor.fetchall():
                found[currency, on] = Rate(currency, to, rate, valid_from)
    for currency, on in foreign:
        if (currency, on) not in found:
            find_rate(currency, to=to, on=on)  # raises, with the one sentence for it
    return found


def find_rate(from_currency: str, *, to: str, on: date) -> Rate:
    """The rate valid on the day. Raises NoRate."""
    return find_rates([from_currency], to=to, on=on)[from_currency]
