"""What inventory's lists can be narrowed by."""

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from core.web.filters import ListFilterSet
from inventory.models import StockAdjustment, StockBucket, StockMovement, SupplyOrder, Warehouse
from inventory.selectors import warehouses_visible_to
from inventory.states import SupplyOrderStatus


def _warehouses(request: HttpRequest) -> QuerySet[Warehouse]:
    return warehouses_visible_to(request.user)


def _days() -> django_filters.DateFromToRangeFilter:
    widget = django_filters.widgets.DateRangeWidget(attrs={"type": "date"})
    return django_filters.DateFromToRangeFilter(field_name="business_date", label="Date", widget=widget)


class StockFilter(ListFilterSet):
    """Narrow the stock on hand."""

    search_paths = ("product__sku", "product__name")
    search_hint = "SKU or name"

    warehouse = django_filters.ModelChoiceFilter(queryset=_warehouses, label="Warehouse", empty_label="All")
    has = django_filters.ChoiceFilter(
        label="Stock",
        method="narrow",
        empty_label="All",
        choices=[("free", "Free to promise"), ("some", "On hand"), ("none", "None on hand"), ("below", "Below zero")],
    )

    class Meta:
        model = StockBucket
        fields: tuple[str, ...] = ()

    def narrow(self, rows: QuerySet[StockBucket], name: str, value: str) -> QuerySet[StockBucket]:
        """By what is there."""
        wanted = {
            "free": Q(free_quantity__gt=0),
            "some": Q(on_hand__gt=0),
            "none": Q(on_hand=0),
            "below": Q(on_hand__lt=0),
        }
        return rows.filter(wanted[value])


class MoveFilter(ListFilterSet):
    """Narrow the stock moves."""

    search_paths = ("total__product__sku", "total__product__name")
    search_hint = "SKU or name"

    day = _days()
    warehouse = django_filters.ModelChoiceFilter(
        field_name="total__warehouse", queryset=_warehouses, label="Warehouse", empty_label="All"
    )

    class Meta:
        model = StockMovement
        fields: tuple[str, ...] = ()


class SupplyFilter(ListFilterSet):
    """Narrow the inbound orders."""

    search_paths = ("number", "supplier__name", "supplier_reference", "lines__product__sku")
    search_hint = "No., supplier, SKU"

    status = django_filters.ChoiceFilter(choices=SupplyOrderStatus.choices, label="Status", empty_label="All")
    warehouse = django_filters.ModelChoiceFilter(queryset=_warehouses, label="Warehouse", empty_label="All")
    day = _days()

    class Meta:
        model = SupplyOrder
        fields: tuple[str, ...] = ()

    def search(self, queryset: QuerySet[SupplyOrder], name: str, text: str) -> QuerySet[SupplyOrder]:
        """As every list; an order with several lines that match is one row."""
        found: QuerySet[SupplyOrder] = super().search(queryset, name, text)
        return queryset.filter(pk__in=found.order_by().values("pk"))


class AdjustmentFilter(ListFilterSet):
    """Narrow the corrections of stock."""

    search_paths = ("number", "reason")
    search_hint = "Number or reason"

    warehouse = django_filters.ModelChoiceFilter(queryset=_warehouses, label="Warehouse", empty_label="All")
    day = _days()

    class Meta:
        model = StockAdjustment
        fields: tuple[str, ...] = ()
