"""What the catalog's pages show: lists with a row filter, and the rows beside a product or an account."""

from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    DecimalField,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from catalog.ledgers import EVERYBODY
from catalog.models import (
    Account,
    AccountInCompany,
    ConditionRecord,
    ConditionScale,
    Coupon,
    CouponTotal,
    CustomerPartNumber,
    KitComponent,
    PriceList,
    Product,
    ProductRelation,
    TaxRate,
)
from core.access import company_ids
from core.dates import business_date
from core.models import Company, User

IN_FORCE, COMING, ENDED, WITHDRAWN = "in force", "coming", "ended", "withdrawn"


def today_of(user: User) -> date:
    """The business date of the user's first company: what pages offer as today. One query."""
    zone = Company.objects.filter(pk__in=company_ids(user)).order_by("name").values_list("time_zone", flat=True).first()
    return business_date(zone or "UTC")


def conditions_visible_to(user: User) -> QuerySet[ConditionRecord]:
    """Prices and discounts of the user's companies: the one row filter of their pages, exports and verbs."""
    return ConditionRecord.objects.filter(company_id__in=company_ids(user))


def price_lists_visible_to(user: User) -> QuerySet[PriceList]:
    """Price lists of the user's companies."""
    return PriceList.objects.filter(company_id__in=company_ids(user))


def coupons_visible_to(user: User) -> QuerySet[Coupon]:
    """Coupons of the user's companies."""
    return Coupon.objects.filter(company_id__in=company_ids(user))


def tax_rates_visible_to(user: User) -> QuerySet[TaxRate]:
    """Tax rates of the user's companies."""
    return TaxRate.objects.filter(company_id__in=company_ids(user))


class _Bound(Func):
    """One end of a range of days."""

    output_field = DateField(null=True)


def conditions_with_state(records: "QuerySet[ConditionRecord]", on: date) -> "QuerySet[Any]":
    """With first day, last day, state on the day, and the scale as two arrays."""
    scale = ConditionScale.objects.filter(record=OuterRef("pk")).order_by("start")
    upper = _Bound(F("valid"), function="upper")
    return records.annotate(
        valid_from=_Bound(F("valid"), function="lower"),
        valid_until=upper,
        scale_starts=ArraySubquery(scale.values("start")),
        scale_rates=ArraySubquery(scale.values("rate")),
        state=Case(
            When(valid__isempty=True, then=Value(WITHDRAWN)),
            When(valid__contains=on, then=Value(IN_FORCE)),
            When(valid__fully_gt=(None, on), then=Value(COMING)),
            default=Value(ENDED),
            output_field=CharField(),
        ),
    )


def price_lists_with_count(lists: "QuerySet[PriceList]") -> "QuerySet[Any]":
    """With the number of records."""
    return lists.annotate(record_count=Count("records"))


def coupons_with_uses(coupons: "QuerySet[Coupon]") -> "QuerySet[Any]":
    """With the uses taken by everybody."""
    uses = CouponTotal.objects.filter(coupon=OuterRef("pk"), account_id=EVERYBODY).values("uses")[:1]
    return coupons.annotate(uses=Coalesce(Subquery(uses), Value(0), output_field=DecimalField()))


def units_of(product: Product) -> list[Any]:
    """The further units of a product, for its page."""
    names = ("pk", "unit__code", "numerator", "denominator", "barcode", "is_sales_unit")
    return list(product.units.order_by("pk").values(*names))


def parts_of(kit: Product) -> list[Any]:
    """The parts of a kit, for its page."""
    names = ("pk", "component_id", "component__sku", "component__name", "component__stock_unit__code", "quantity")
    return list(KitComponent.objects.filter(kit=kit).order_by("component__sku").values(*names))


def relations_listed(product: Product) -> list[Any]:
    """The relations of a product, past ones too, for its page."""
    names = ("pk", "related_id", "related__sku", "related__name", "kind", "reason", "rank", "valid_from", "valid_until")
    return list(ProductRelation.objects.filter(product=product).order_by("kind", "rank", "pk").values(*names))


def prices_beside(user: User, on: date, **of: Any) -> "QuerySet[Any]":
    """Prices and discounts of one product or one account, in force first."""
    mine = conditions_visible_to(user).filter(**of)
    return conditions_with_state(mine.filter(Q(valid__contains=on) | Q(valid__fully_gt=(None, on))), on).order_by(
        "condition_type", "access", "-valid", "pk"
    )


def agreed_with(account: Account, user: User) -> list[Any]:
    """What the user's companies agreed with the account."""
    rows = AccountInCompany.objects.filter(account=account, company_id__in=company_ids(user)).order_by("company__name")
    return list(
        rows.values(
            "pk",
            "company__name",
            "terms__name",
            "ships_complete",
            "accepts_substitutes",
            "over_delivery_percent",
            "salesperson__first_name",
            "salesperson__last_name",
        )
    )


def part_numbers_of(account: Account) -> list[Any]:
    """How the account calls our products."""
    rows = CustomerPartNumber.objects.filter(account=account).order_by("product__sku")
    return list(rows.values("pk", "product_id", "product__sku", "product__name", "number", "description"))


def tax_rates_with_days(rates: "QuerySet[TaxRate]") -> "QuerySet[Any]":
    """With first day and the day after the last."""
    return rates.annotate(
        valid_from=_Bound(F("valid"), function="lower"), valid_until=_Bound(F("valid"), function="upper")
    )
