"""When an invoice is due, and until when early payment earns a discount. Pure: days count from the invoice date."""

from datetime import date, timedelta
from typing import Protocol


class Terms(Protocol):
    """What is needed of payment terms: ``catalog.PaymentTerms`` and any stand-in."""

    net_days: int
    discount_days: int


def due_date(terms: Terms, on: date) -> date:
    """The last day on which an invoice of this day is paid in time; never beyond the calendar's end."""
    return _later(on, terms.net_days)


def discount_until(terms: Terms, on: date) -> date | None:
    """The last day on which the early-payment discount may be taken; None when the terms give none."""
    return _later(on, terms.discount_days) if getattr(terms, "discount_percent", 0) else None


def _later(on: date, days: int) -> date:
    return on + timedelta(days=min(days, (date.max - on).days))
