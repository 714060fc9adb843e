"""Plain words for supply and lateness in the traces of promising."""

from datetime import date
from decimal import Decimal

from core.wording import day, days_text, plain


def lateness(wanted_on: date, ship_on: date) -> str:
    days = (ship_on - wanted_on).days
    return f" ({days_text(days)} late)" if days > 0 else ""


def supply_text(key: tuple[str, int], name: str, quantity: Decimal, available_on: date, *, alone: bool) -> str:
    """Name one supply that a promise leans on; `alone` leaves out the quantity, which the sentence already gives."""
    kind, number = key
    source = "on hand" if kind == "bucket" else f"{name or f'receipt {number}'} due {day(available_on)}"
    return source if alone else f"{plain(quantity)} {source}"
