"""Plain words for quantities, dates and supply in the traces of promising."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

# Written out, because strftime's month names follow the locale of the process and traces are stored.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def plain(quantity: Decimal) -> str:
    """Write a quantity without an exponent and without trailing zeros."""
    return format(quantity.normalize(), "f") if quantity else "0"


def day(on: date) -> str:
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def lateness(wanted_on: date, ship_on: date) -> str:
    days = (ship_on - wanted_on).days
    if days <= 0:
        return ""
    return f" ({days} day{'' if days == 1 else 's'} late)"


def supply_text(key: tuple[str, int], name: str, quantity: Decimal, available_on: date, *, alone: bool) -> str:
    """Name one supply that a promise leans on; `alone` leaves out the quantity, which the sentence already gives."""
    kind, number = key
    source = "on hand" if kind == "bucket" else f"{name or f'receipt {number}'} due {day(available_on)}"
    return source if alone else f"{plain(quantity)} {source}"
