"""Plain words for the traces that engines store with their results: no clock, no locale, no reader.

A trace is read years later, so dates always carry their year and amounts their currency. What a page shows live is
written by `core.web.formats`.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from core.rounding import currency_exponent

# Written out, because strftime's month names follow the locale of the process.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def plain(number: Decimal) -> str:
    """Write a quantity or rate with thousands by comma, without an exponent and without trailing zeros."""
    whole = format(number, ",f")
    return (whole.rstrip("0").rstrip(".") if "." in whole else whole) if number else "0"


def amount_text(amount: Decimal, currency: str) -> str:
    """Write an amount with its currency at that currency's places, more only where the amount has them.

    ``9,996.80 GBP`` of the four places that the database keeps; ``0.005 GBP`` stays what it is.
    """
    places = max(currency_exponent(currency), -int(amount.normalize().as_tuple().exponent))
    return f"{amount:,.{places}f} {currency}"


def day(on: date) -> str:
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def listed(names: Sequence[str]) -> str:
    """Join names into a clause: ``A``, ``A and B``, ``A, B and C``."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def days_text(days: int) -> str:
    return f"{days:,} day{'' if days == 1 else 's'}"
