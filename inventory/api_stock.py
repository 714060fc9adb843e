"""Stock for programs: what is on hand, corrections of it, and the warehouses."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Path, Query
from pydantic import Field

from catalog.selectors import cards_named
from core.access import SEE_COST
from core.api.finding import document_numbered, only, person_of, wanted_fields
from core.api.paging import Turn, listed
from core.api.routes import Routes, key_of
from core.api.schemas import (
    Code,
    Day,
    In,
    Listed,
    Money,
    Number,
    OfCompany,
    Out,
    Price,
    Short,
    ShortReason,
    SignedQuantity,
    only_asked,
)
from core.rounding import round_amount
from core.web.cells import Row
from inventory.api_supply import bins_of, known_day, known_warehouse, require_writable
from inventory.drafts import AdjustmentDraft, AdjustmentLineDraft
from inventory.models import StockAdjustment, StockAdjustmentLine
from inventory.selectors import adjustments_visible_to, stock_visible_to, warehouses_visible_to
from inventory.services import adjust_stock

SEE, ADJUST = "inventory.view_stock", "inventory.adjust_stock"
routes = Routes(tags=["Stock"], sees=SEE)
SENSITIVE = {"value": SEE_COST}


class StockOut(Out):
    """A product in a warehouse, in its stock unit."""

    company: str
    warehouse: str
    sku: str
    on_hand: Number
    promised: Number
    value: Money = only_asked("value", "In the company's currency; the right is that of cost.")


class StockFilter(Turn):
    """Which stock."""

    company: Short = ""
    warehouse: Short = ""
    sku: Short = ""
    fields: Short = Field(default="", description="Sensitive fields, by comma: value. Each by its right")


class AdjustmentShort(Out):
    """A correction of stock in a list."""

    number: str
    company: str
    warehouse: str
    reason: str
    business_date: date


class AdjustmentLineOut(Out):
    """So much more, or less below zero."""

    sku: str
    bin: str
    quantity: Number


class AdjustmentOut(AdjustmentShort):
    """A correction of stock with its lines."""

    lines: list[AdjustmentLineOut]


class AdjustmentFilter(Turn):
    """Which corrections."""

    company: Short = ""
    warehouse: Short = ""


class AdjustmentLineIn(In):
    """So much more, or less below zero, in the stock unit."""

    sku: Code
    quantity: SignedQuantity
    bin: Short = Field(default="", description="Empty: the warehouse's default bin")
    unit_cost: Price | None = Field(default=None, description="Of goods found; empty: the average")


class AdjustmentIn(OfCompany):
    """What was found or lost, and why."""

    warehouse: Short = Field(default="", description="Empty: the company's first")
    reason: ShortReason
    business_date: Day | None = Field(default=None, description="Empty: today")
    lines: list[AdjustmentLineIn] = Field(min_length=1, max_length=200)


class WarehouseOut(Out):
    """A warehouse; promises are taken from the lowest rank first."""

    code: str
    company: str
    name: str
    country: str
    rank: int
    is_active: bool


STOCK = ("company__code", "company__functional_currency", "warehouse__code", "product__sku", "on_hand", "pegged",
         "value")  # fmt: skip
STOCK_NAMES = {"company": "company__code", "warehouse": "warehouse__code", "sku": "product__sku", "promised": "pegged"}
ADJUSTMENT = ("number", "company__code", "warehouse__code", "reason", "business_date")
WAREHOUSE = ("code", "company__code", "name", "country", "rank", "is_active")


@routes.read("/stock", right=SEE, answer=Listed[StockOut])
def list_stock(request: HttpRequest, asked: Query[StockFilter]) -> dict[str, Any]:
    """Stock by product and warehouse."""
    wanted = wanted_fields(request, asked.fields, SENSITIVE)
    given = {"company__code": asked.company, "warehouse__code": asked.warehouse, "product__sku__iexact": asked.sku}
    rows = stock_visible_to(person_of(request)).filter(**{name: word for name, word in given.items() if word})

    def told(row: Row) -> dict[str, Any]:
        value = round_amount(row["value"], row["company__functional_currency"])
        return only(
            {**row, **{name: row[path] for name, path in STOCK_NAMES.items()}, "value": value}, SENSITIVE, wanted
        )

    return listed(request, rows, asked, reads=STOCK, row=told)


def _short(row: Row) -> dict[str, Any]:
    return {**row, "company": row["company__code"], "warehouse": row["warehouse__code"]}


@routes.read("/adjustments", right=SEE, answer=Listed[AdjustmentShort])
def list_adjustments(request: HttpRequest, asked: Query[AdjustmentFilter]) -> dict[str, Any]:
    """Corrections of stock, the newest first."""
    given = {"company__code": asked.company, "warehouse__code": asked.warehouse}
    rows = adjustments_visible_to(person_of(request)).filter(**{name: word for name, word in given.items() if word})
    return listed(request, rows, asked, reads=ADJUSTMENT, row=_short)


@routes.read("/adjustments/{number}", right=SEE, answer=AdjustmentOut)
def read_adjustment(request: HttpRequest, number: Path[Code], asked: Query[OfCompany]) -> dict[str, Any]:
    """One correction of stock with its lines."""
    found: StockAdjustment = document_numbered(adjustments_visible_to(person_of(request)), number, asked.company)
    return _answer(request, found.pk)


def _answer(request: HttpRequest, adjustment_id: int) -> dict[str, Any]:
    row = adjustments_visible_to(person_of(request)).values(*ADJUSTMENT).get(pk=adjustment_id)
    lines = StockAdjustmentLine.objects.filter(adjustment=adjustment_id).order_by("pk")
    names = tuple(AdjustmentLineOut.model_fields)
    told = lines.values_list("product__sku", "bin__code", "quantity")
    return {**_short(row), "lines": [dict(zip(names, line, strict=True)) for line in told]}


@routes.act("/adjustments", right=ADJUST, answer=AdjustmentOut, status=201)
def correct_stock(request: HttpRequest, wanted: AdjustmentIn) -> dict[str, Any]:
    """Correct stock in one warehouse, today unless the key may back-date."""
    key, warehouse = key_of(request), known_warehouse(request, wanted.warehouse, wanted.company)
    require_writable([(line.quantity, line.unit_cost) for line in wanted.lines])
    cards = cards_named([line.sku for line in wanted.lines], account_id=None)
    bins = bins_of(warehouse, [line.bin for line in wanted.lines])
    draft = AdjustmentDraft(
        company=warehouse.company,
        warehouse_id=warehouse.pk,
        reason=wanted.reason,
        business_date=known_day(request, wanted.business_date, warehouse),
        lines=tuple(
            AdjustmentLineDraft(card.id, bins.get(line.bin), line.quantity, line.unit_cost)
            for card, line in zip(cards, wanted.lines, strict=True)
        ),
    )
    (made,) = adjust_stock.once(key)(drafts=[draft], actor=person_of(request))
    return _answer(request, made)


@routes.read("/warehouses", right=SEE, answer=Listed[WarehouseOut])
def list_warehouses(request: HttpRequest, asked: Query[Turn]) -> dict[str, Any]:
    """The warehouses of the key's companies."""
    rows = warehouses_visible_to(person_of(request))
    return listed(request, rows, asked, reads=WAREHOUSE, row=lambda row: {**row, "company": row["company__code"]})
