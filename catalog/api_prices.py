"""Price lists, prices and discounts kept by programs. What was used once is never overwritten: another one begins."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Path, Query
from pydantic import Field

from catalog.api_finding import AddedOut, account_key, key_of_code, product_key
from catalog.drafts import ConditionDraft, PriceListDraft, ScaleDraft
from catalog.forms.prices import WHAT, access_of
from catalog.models import ConditionRecord, PriceGroup, PriceList
from catalog.pricing.types import KeyField
from catalog.selectors import pages
from catalog.services import create_price_groups, create_price_list, end_conditions, set_conditions
from catalog.trace import Calculation
from core.api.finding import CallRefused, company_named, known_currency, person_of
from core.api.paging import Turn, listed
from core.api.routes import Routes, key_of
from core.api.schemas import Code, Count, Day, In, Listed, Name, Number, Out, Price, RowId, Short
from core.web.cells import Row

SEE, MAINTAIN = "catalog.view_pricelist", "catalog.maintain_price"
routes = Routes(tags=["Prices"], sees=SEE)
What = Literal["price", "percent", "amount", "order_percent", "order_amount"]


class PriceListOut(Out):
    """A named set of prices of one company and currency."""

    code: str
    company: str
    name: str
    currency: str


class PriceListIn(In):
    """A new, empty price list."""

    company: Short = Field(default="", description="Needed where the key works for several companies")
    code: Code
    name: Name
    currency: Code


class PriceGroupIn(In):
    """A group of accounts that have prices of their own."""

    code: Code
    name: Short


class ScaleIn(In):
    """From this quantity (an order discount: from this value) on, this rate."""

    start: Price
    rate: Price


class RateIn(In):
    """A figure, from its first day until before ``valid_until``."""

    rate: Price = Field(description="Money per price_unit of unit, or a percentage")
    valid_from: Day
    valid_until: Day | None = Field(default=None, description="Empty: open")
    scale: list[ScaleIn] = Field(default=[], max_length=50)


class PriceIn(RateIn):
    """A price or discount. For whom and what it holds follows from what is named."""

    company: Short = Field(default="", description="Needed where the key works for several companies")
    what: What = "price"
    sku: Short = Field(default="", description="Empty: everything; for discounts only")
    account: Short = ""
    price_group: Short = ""
    price_list: Short = Field(default="", description="Code of the list to which it belongs")
    currency: Short = Field(default="", description="None for a percentage")
    unit: Short = Field(default="", description="Empty: the stock unit")
    price_unit: Count = 1
    excludes_promotions: bool = False


class EndPriceIn(In):
    """From which day on it does not hold any more."""

    on: Day


class ScaleOut(Out):
    """From this quantity on, this rate."""

    start: Number
    rate: Number


class PriceOut(Out):
    """A price or discount: its key, its figure, when it holds."""

    id: int
    company: str
    kind: str = Field(description="PRICE, or the kind of discount")
    state: str = Field(description="On the business date: in force, coming, ended or withdrawn")
    sku: str | None
    account: str | None
    price_group: str | None
    price_list: str | None
    calculation: str
    rate: Number
    currency: str
    unit: str
    price_unit: int
    valid_from: date | None
    valid_until: date | None
    excludes_promotions: bool
    scale: list[ScaleOut]


class PriceFilter(Turn):
    """Which prices."""

    company: Short = ""
    sku: Short = ""
    account: Short = ""
    price_list: Short = ""


class PriceListFilter(Turn):
    """Which price lists."""

    company: Short = ""


READS = ("id", "company__code", "condition_type", "state", "product__sku", "account__code", "price_group__code",
         "price_list__code", "calculation", "rate", "currency", "unit", "price_unit", "valid_from", "valid_until",
         "excludes_promotions", "scale_starts", "scale_rates")  # fmt: skip
NAMES = {"company": "company__code", "kind": "condition_type", "sku": "product__sku", "account": "account__code",
         "price_group": "price_group__code", "price_list": "price_list__code"}  # fmt: skip


def _price(row: Row) -> dict[str, Any]:
    scale = [
        {"start": start, "rate": rate} for start, rate in zip(row["scale_starts"], row["scale_rates"], strict=True)
    ]
    return {**row, **{name: row[path] for name, path in NAMES.items()}, "scale": scale}


def _rows(request: HttpRequest) -> Any:
    user = person_of(request)
    return pages.conditions_with_state(pages.conditions_visible_to(user), pages.today_of(user))


def _shown(request: HttpRequest, record_id: int) -> dict[str, Any]:
    found = _rows(request).filter(pk=record_id).values(*READS).first()
    if found is None:
        raise Http404
    return _price(found)


@routes.read("/price-lists", right=SEE, answer=Listed[PriceListOut])
def list_price_lists(request: HttpRequest, asked: Query[PriceListFilter]) -> dict[str, Any]:
    """Price lists, the newest first."""
    rows = pages.price_lists_visible_to(person_of(request))
    rows = rows.filter(company__code=asked.company) if asked.company else rows
    reads = ("code", "company__code", "name", "currency")
    return listed(request, rows, asked, reads=reads, row=lambda row: {**row, "company": row["company__code"]})


@routes.act("/price-lists", right=MAINTAIN, answer=PriceListOut, status=201)
def add_price_list(request: HttpRequest, wanted: PriceListIn) -> dict[str, Any]:
    """Enter an empty price list."""
    company = company_named(request, wanted.company)
    draft = PriceListDraft(company.pk, wanted.code, wanted.name, known_currency(wanted.currency))
    create_price_list.once(key_of(request))(draft=draft, actor=person_of(request))
    return {"code": draft.code, "company": company.code, "name": draft.name, "currency": draft.currency}


@routes.act("/price-groups", right=MAINTAIN, answer=AddedOut, status=201)
def add_price_group(request: HttpRequest, wanted: PriceGroupIn) -> dict[str, Any]:
    """Enter a price group of accounts."""
    groups = [(wanted.code, wanted.name)]
    (made,) = create_price_groups.once(key_of(request))(groups=groups, actor=person_of(request))
    return {"id": made}


@routes.read("/prices", right=SEE, answer=Listed[PriceOut])
def list_prices(request: HttpRequest, asked: Query[PriceFilter]) -> dict[str, Any]:
    """Prices and discounts, the newest first."""
    given = {
        "company__code": asked.company,
        "product__sku__iexact": asked.sku,
        "account__code__iexact": asked.account,
        "price_list__code": asked.price_list,
    }
    rows = _rows(request).filter(**{name: value for name, value in given.items() if value})
    return listed(request, rows, asked, reads=READS, row=_price)


@routes.read("/prices/{id}", right=SEE, answer=PriceOut)
def read_price(request: HttpRequest, id: Path[RowId]) -> dict[str, Any]:
    """One price or discount."""
    return _shown(request, id)


@routes.act("/prices", right=MAINTAIN, answer=PriceOut, status=201)
def add_price(request: HttpRequest, wanted: PriceIn) -> dict[str, Any]:
    """Enter a price or discount. Where one holds already it is refused: change that one."""
    company = company_named(request, wanted.company)
    condition_type, calculation, _ = WHAT[wanted.what]
    given = {
        KeyField.ACCOUNT: account_key(wanted.account),
        KeyField.PRICE_GROUP: key_of_code(PriceGroup, wanted.price_group, "price_group"),
        KeyField.PRODUCT: product_key(wanted.sku),
    }
    draft = ConditionDraft(
        company_id=company.pk,
        price_list_id=_list_key(request, company.pk, wanted.price_list),
        condition_type=condition_type,
        access=access_of(condition_type, {key for key, value in given.items() if value is not None}),
        product_id=given[KeyField.PRODUCT],
        account_id=given[KeyField.ACCOUNT],
        price_group_id=given[KeyField.PRICE_GROUP],
        calculation=calculation,
        rate=wanted.rate,
        currency="" if calculation is Calculation.PERCENT else known_currency(wanted.currency),
        unit=wanted.unit,
        price_unit=wanted.price_unit,
        valid_from=wanted.valid_from,
        valid_until=wanted.valid_until,
        scale=_scale(wanted.scale),
        excludes_promotions=wanted.excludes_promotions,
    )
    (made,) = set_conditions.once(key_of(request))(drafts=[draft], actor=person_of(request))
    return _shown(request, made)


def _list_key(request: HttpRequest, company_id: int, code: str) -> int | None:
    if not code:
        return None
    found: PriceList | None = (
        pages.price_lists_visible_to(person_of(request)).filter(company=company_id, code=code).first()
    )
    if found is None:
        sentence = f"There is no price list {code}."
        raise CallRefused(sentence, fields={"body.price_list": sentence})
    return found.pk


def _scale(rows: Sequence[ScaleIn]) -> tuple[ScaleDraft, ...]:
    return tuple(ScaleDraft(row.start, row.rate) for row in rows)


def _record(request: HttpRequest, record_id: int) -> ConditionRecord:
    found = pages.conditions_visible_to(person_of(request)).filter(pk=record_id).first()
    if found is None:
        raise Http404
    return found


@routes.act("/prices/{id}/change", right=MAINTAIN, answer=PriceOut, status=201)
def replace_price(request: HttpRequest, wanted: RateIn, id: Path[RowId]) -> dict[str, Any]:
    """Let another figure hold for the same key from a day on; what holds now ends there."""
    record = _record(request, id)
    names = (
        "company_id", "price_list_id", "condition_type", "access", "product_id", "account_id", "price_group_id",
        "agreement_line_id", "calculation", "currency", "unit", "price_unit", "excludes_promotions",
    )  # fmt: skip
    draft = ConditionDraft(
        **{name: getattr(record, name) for name in names},
        rate=wanted.rate,
        valid_from=wanted.valid_from,
        valid_until=wanted.valid_until,
        scale=_scale(wanted.scale),
    )
    (made,) = set_conditions.once(key_of(request))(drafts=[draft], replace=True, actor=person_of(request))
    return _shown(request, made)


@routes.act("/prices/{id}/end", right=MAINTAIN, answer=PriceOut)
def end_price(request: HttpRequest, wanted: EndPriceIn, id: Path[RowId]) -> dict[str, Any]:
    """Let a price not hold any more. Documents keep what they were priced with."""
    _record(request, id)
    end_conditions.once(key_of(request))(record_ids=[id], on=wanted.on, actor=person_of(request))
    return _shown(request, id)
