"""Coupons and tax rates kept by programs."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Path, Query
from pydantic import Field

from catalog.drafts import ZERO, CouponDraft, TaxRateDraft
from catalog.models import Coupon
from catalog.selectors import pages
from catalog.services import change_coupon, create_coupon, set_tax_rates
from core.api.finding import company_named, person_of
from core.api.paging import Turn, listed
from core.api.routes import Routes, key_of
from core.api.schemas import Amount, Code, Count, Day, In, Line, Listed, Name, Number, Out, Percent, RowId, Short
from core.web.cells import Row

SEE = "catalog.view_pricelist"
routes = Routes(tags=["Coupons and taxes"], sees=SEE)


class CouponOut(Out):
    """A code that takes a percentage or an amount off an order, from a day until before another."""

    id: int
    company: str
    code: str
    name: str
    currency: str
    percent_off: Number | None
    amount_off: Number | None
    minimum_order_net: Number
    valid_from: date
    valid_until: date | None
    most_uses: int | None
    most_uses_per_account: int | None
    uses: Number


class LimitsIn(In):
    """How long and how often a coupon can be used. What is left out is no limit."""

    name: Name
    valid_until: Day | None = Field(default=None, description="The first day on which it does not count")
    most_uses: Count | None = None
    most_uses_per_account: Count | None = None


class CouponIn(LimitsIn):
    """A new coupon: either percent_off or amount_off."""

    company: Short = Field(default="", description="Needed where the key works for several companies")
    code: Code
    currency: Code
    valid_from: Day
    percent_off: Percent | None = None
    amount_off: Amount | None = None
    minimum_order_net: Amount = Field(default=Decimal(0))


class TaxRateOut(Out):
    """The tax for a category of goods and a class of accounts, from a day until before another."""

    id: int
    company: str
    code: str
    name: str
    tax_category: str
    tax_class: str
    percent: Number
    kind: str = Field(description="By UNTDID 5305")
    reason: str
    valid_from: date | None
    valid_until: date | None


class TaxRateIn(In):
    """A rate as the law sets it. What holds when it begins ends there."""

    company: Short = Field(default="", description="Needed where the key works for several companies")
    code: Code
    name: Short
    tax_category: Code
    tax_class: Code
    percent: Percent = ZERO
    valid_from: Day
    valid_until: Day | None = None
    kind: Literal["S", "Z", "E", "AE", "K", "G"] = "S"
    reason: Line = ""


class OfCompanies(Turn):
    """Which of them."""

    company: Short = ""
    code: Short = ""


COUPON = ("id", "company__code", "code", "name", "currency", "percent_off", "amount_off", "minimum_order_net",
          "valid_from", "valid_until", "most_uses", "most_uses_per_account", "uses")  # fmt: skip
TAX_RATE = ("id", "company__code", "code", "name", "tax_category", "tax_class", "percent", "kind", "reason",
            "valid_from", "valid_until")  # fmt: skip


def _named(row: Row) -> dict[str, Any]:
    return {**row, "company": row["company__code"]}


def _given(asked: OfCompanies) -> dict[str, str]:
    given = {"company__code": asked.company, "code__iexact": asked.code}
    return {name: value for name, value in given.items() if value}


def _coupon(request: HttpRequest, coupon_id: int) -> dict[str, Any]:
    rows: Any = pages.coupons_with_uses(pages.coupons_visible_to(person_of(request)))
    return _named(rows.values(*COUPON).get(pk=coupon_id))


@routes.read("/coupons", right=SEE, answer=Listed[CouponOut])
def list_coupons(request: HttpRequest, asked: Query[OfCompanies]) -> dict[str, Any]:
    """Coupons and how often they were used, the newest first."""
    rows = pages.coupons_with_uses(pages.coupons_visible_to(person_of(request)))
    return listed(request, rows.filter(**_given(asked)), asked, reads=COUPON, row=_named)


@routes.act("/coupons", right="catalog.maintain_coupon", answer=CouponOut, status=201)
def add_coupon(request: HttpRequest, wanted: CouponIn) -> dict[str, Any]:
    """Enter a coupon."""
    company = company_named(request, wanted.company)
    draft = CouponDraft(company_id=company.pk, **wanted.model_dump(exclude={"company"}))
    return _coupon(request, create_coupon.once(key_of(request))(draft=draft, actor=person_of(request)))


@routes.act("/coupons/{id}/limits", right="catalog.maintain_coupon", answer=CouponOut)
def set_limits_of_coupon(request: HttpRequest, wanted: LimitsIn, id: Path[RowId]) -> dict[str, Any]:
    """Say anew how long and how often a coupon can be used. What it gives stays as it was promised."""
    found: Coupon | None = pages.coupons_visible_to(person_of(request)).filter(pk=id).first()
    if found is None:
        raise Http404
    change_coupon.once(key_of(request))(coupon_id=id, **dict(wanted), actor=person_of(request))
    return _coupon(request, id)


@routes.read("/tax-rates", right=SEE, answer=Listed[TaxRateOut])
def list_tax_rates(request: HttpRequest, asked: Query[OfCompanies]) -> dict[str, Any]:
    """Tax rates, the newest first."""
    rows = pages.tax_rates_with_days(pages.tax_rates_visible_to(person_of(request)))
    return listed(request, rows.filter(**_given(asked)), asked, reads=TAX_RATE, row=_named)


@routes.act("/tax-rates", right="catalog.maintain_tax", answer=TaxRateOut, status=201)
def add_tax_rate(request: HttpRequest, wanted: TaxRateIn) -> dict[str, Any]:
    """Enter a tax rate; the rate that holds for the same category and class ends on the day on which it begins."""
    company = company_named(request, wanted.company)
    draft = TaxRateDraft(company_id=company.pk, **wanted.model_dump(exclude={"company"}))
    (made,) = set_tax_rates.once(key_of(request))(drafts=[draft], replace=True, actor=person_of(request))
    rows: Any = pages.tax_rates_with_days(pages.tax_rates_visible_to(person_of(request)))
    return _named(rows.values(*TAX_RATE).get(pk=made))
