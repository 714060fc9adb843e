"""Narrowing the list of invoices."""

from collections.abc import Callable
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet

from billing.models import Invoice
from billing.states import InvoiceStatus, PaymentState
from core.dates import today_in
from core.web.filters import ListFilterSet

Narrow = Callable[["QuerySet[Any, Any]"], "QuerySet[Any, Any]"]
_UNPAID = (PaymentState.OPEN, PaymentState.PART)


def _open(rows: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
    return rows.filter(status=InvoiceStatus.POSTED, direction="invoice", payment_state__in=_UNPAID)


VIEWS: dict[str, tuple[str, Narrow]] = {
    "all": ("All", lambda rows: rows),
    "open": ("Open", _open),
    "overdue": ("Overdue", lambda rows: _open(rows).filter(due_on__lt=today_in("company__time_zone"))),
    "credits": ("Credit notes", lambda rows: rows.filter(direction="credit")),
}


def _days(name: str, label: str) -> django_filters.DateFromToRangeFilter:
    widget = django_filters.widgets.DateRangeWidget(attrs={"type": "date"})
    return django_filters.DateFromToRangeFilter(field_name=name, label=label, widget=widget)


class InvoiceFilter(ListFilterSet):
    """Dates, payment, and one box for number, customer and reference."""

    search_paths: ClassVar = ("number", "account__name", "account__code", "customer_reference", "order__number")
    search_hint: ClassVar = "No., customer, reference, order"

    day = _days("business_date", "Date")
    due = _days("due_on", "Due")
    payment_state = django_filters.ChoiceFilter(choices=PaymentState.choices, label="Payment", empty_label="Any")
    currency = django_filters.CharFilter(lookup_expr="iexact", label="Currency")

    class Meta:
        model = Invoice
        fields: tuple[str, ...] = ()
