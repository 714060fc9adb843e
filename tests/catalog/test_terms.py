"""When invoices are due and until when the early-payment discount may be taken."""

from datetime import date
from decimal import Decimal

from catalog.models import PaymentTerms
from catalog.terms import discount_until, due_date


def test_days_count_from_the_invoice_date() -> None:
    terms = PaymentTerms(net_days=30, discount_percent=Decimal(2), discount_days=10)

    assert due_date(terms, date(2026, 1, 31)) == date(2026, 3, 2)
    assert discount_until(terms, date(2026, 1, 31)) == date(2026, 2, 10)


def test_terms_without_discount_have_no_discount_day() -> None:
    assert discount_until(PaymentTerms(net_days=30, discount_percent=Decimal(0)), date(2026, 1, 31)) is None


def test_no_date_lies_beyond_the_calendar() -> None:
    assert due_date(PaymentTerms(net_days=30), date(9999, 12, 20)) == date.max
