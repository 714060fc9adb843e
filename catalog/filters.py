"""What the catalog's lists can be narrowed by."""

import django_filters
from django.db.models import QuerySet

from catalog.models import Account, Category, ConditionRecord, Coupon, PriceGroup, PriceList, Product, TaxRate
from catalog.pricing.procedure import CONDITION_TYPES
from catalog.selectors.pages import COMING, ENDED, IN_FORCE, WITHDRAWN
from core.web.filters import ListFilterSet


class ProductFilter(ListFilterSet):
    """Narrow products."""

    search_paths = ("sku", "name")
    search_hint = "SKU or name"

    status = django_filters.ChoiceFilter(choices=Product.Status.choices, label="Status")
    kind = django_filters.ChoiceFilter(choices=Product.Kind.choices, label="Kind")
    category = django_filters.ModelChoiceFilter(queryset=Category.objects.order_by("name"), label="Category")
    barcode = django_filters.CharFilter(label="Barcode", max_length=14)

    class Meta:
        model = Product
        fields: tuple[str, ...] = ()


class AccountFilter(ListFilterSet):
    """Narrow accounts."""

    search_paths = ("code", "name")
    search_hint = "Code or name"

    status = django_filters.ChoiceFilter(choices=Account.Status.choices, label="Status")
    price_group = django_filters.ModelChoiceFilter(queryset=PriceGroup.objects.order_by("name"), label="Price group")
    country = django_filters.CharFilter(label="Country", lookup_expr="iexact", max_length=2)
    is_customer = django_filters.BooleanFilter(label="Buys from us")
    is_supplier = django_filters.BooleanFilter(label="Sells to us")

    class Meta:
        model = Account
        fields: tuple[str, ...] = ()


class PriceFilter(ListFilterSet):
    """Narrow prices and discounts."""

    search_paths = ("product__sku", "product__name", "account__code", "account__name")
    search_hint = "Product or account"

    state = django_filters.ChoiceFilter(
        choices=[(state, state.capitalize()) for state in (IN_FORCE, COMING, ENDED, WITHDRAWN)], label="State"
    )
    condition_type = django_filters.ChoiceFilter(choices=list(CONDITION_TYPES.items()), label="Kind")
    price_group = django_filters.ModelChoiceFilter(queryset=PriceGroup.objects.order_by("name"), label="Price group")

    class Meta:
        model = ConditionRecord
        fields: tuple[str, ...] = ()


class PriceListFilter(ListFilterSet):
    """Narrow price lists."""

    search_paths = ("code", "name")
    search_hint = "Code or name"

    class Meta:
        model = PriceList
        fields: tuple[str, ...] = ()


class CouponFilter(ListFilterSet):
    """Narrow coupons."""

    search_paths = ("code", "name")
    search_hint = "Code or name"

    on = django_filters.DateFilter(method="valid_on", label="Valid on")

    def valid_on(self, queryset: "QuerySet[Coupon]", name: str, on: object) -> "QuerySet[Coupon]":
        """Coupons that count on a day."""
        running = queryset.filter(valid_from__lte=on)
        return running.exclude(valid_until__lte=on)

    class Meta:
        model = Coupon
        fields: tuple[str, ...] = ()


class TaxRateFilter(ListFilterSet):
    """Narrow tax rates."""

    search_paths = ("code", "name", "tax_category", "tax_class")
    search_hint = "Code, category or class"

    class Meta:
        model = TaxRate
        fields: tuple[str, ...] = ()
