"""Narrowing the lists of fulfilment."""

from collections.abc import Callable
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet

from core.web.filters import ListFilterSet
from fulfillment.loading import NOT_LEFT
from fulfillment.models import Delivery, Return
from fulfillment.selectors import warehouses_visible_to
from fulfillment.states import DeliveryStatus, ReturnStatus
from inventory.models import Warehouse
from orders.models import Order

Narrow = Callable[["QuerySet[Any, Any]"], "QuerySet[Any, Any]"]

VIEWS: dict[str, tuple[str, Narrow]] = {
    "open": ("All open", lambda rows: rows.filter(status__in=NOT_LEFT)),
    "planned": ("Planned", lambda rows: rows.filter(status=DeliveryStatus.PLANNED)),
    "released": ("Released", lambda rows: rows.filter(status=DeliveryStatus.RELEASED)),
    "picking": ("Picking", lambda rows: rows.filter(status=DeliveryStatus.PICKING)),
    "packed": ("Packed", lambda rows: rows.filter(status=DeliveryStatus.PACKED)),
    "shipped": ("Shipped", lambda rows: rows.filter(status=DeliveryStatus.SHIPPED)),
    "all": ("All", lambda rows: rows),
}


def _warehouses(request: Any) -> QuerySet[Warehouse]:
    return warehouses_visible_to(request.user)


def _until(name: str, label: str) -> django_filters.DateFilter:
    day = forms.DateInput(attrs={"type": "date"})
    return django_filters.DateFilter(field_name=name, lookup_expr="lte", label=label, widget=day)


class DeliveryFilter(ListFilterSet):
    """Warehouse, day, and one box for numbers and customers."""

    search_paths: ClassVar = ("number", "order__number", "account__name", "tracking_number")
    search_hint: ClassVar = "No., order, customer, tracking"

    warehouse = django_filters.ModelChoiceFilter(queryset=_warehouses, label="Warehouse", empty_label="Any")
    leaves_until = _until("ship_on", "Leaves until")

    class Meta:
        model = Delivery
        fields: tuple[str, ...] = ()


class DueFilter(ListFilterSet):
    """Warehouse, and one box for number and customer."""

    search_paths: ClassVar = ("number", "account__name", "customer_reference")
    search_hint: ClassVar = "Order, customer, PO ref"

    warehouse = django_filters.ModelChoiceFilter(queryset=_warehouses, label="Warehouse", empty_label="Any")

    class Meta:
        model = Order
        fields: tuple[str, ...] = ()


class ReturnFilter(ListFilterSet):
    """Status, and one box for number, customer and reason."""

    search_paths: ClassVar = ("number", "order__number", "account__name", "reason")
    search_hint: ClassVar = "No., order, customer, reason"

    status = django_filters.ChoiceFilter(choices=ReturnStatus.choices, label="Status", empty_label="Any")

    class Meta:
        model = Return
        fields: tuple[str, ...] = ()
