"""The exchange rates of a set of payments, one statement whatever their days."""

from collections.abc import Collection
from datetime import date

from django.db import connection

from core.fx import ONE, Rate, find_rate
from core.models import FxRate


def rates_on(wanted: Collection[tuple[str, date]], *, to: str) -> dict[tuple[str, date], Rate]:
    """The spot rate of each (currency, day) to the functional currency. One statement, none for that currency alone.

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
