"""Inbound orders for programs: order from a supplier, new days, receive, close, cancel."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Path, Query
from pydantic import Field

from catalog.models import Account
from catalog.selectors import cards_named
from core.access import SEE_COST, day_problem
from core.api.finding import CallRefused, document_numbered, only, person_of, wanted_fields
from core.api.paging import Turn, listed
from core.api.routes import Routes, key_of
from core.api.schemas import (
    Code,
    Day,
    In,
    Listed,
    Number,
    OfCompany,
    Out,
    Price,
    Quantity,
    ReasonIn,
    Short,
    ShortReason,
    one_of,
    only_asked,
)
from core.dates import business_date
from core.web.cells import Row
from inventory.drafts import ReceiptLineDraft, SupplyDraft, SupplyLineDraft
from inventory.limits import TOO_MUCH, is_too_much
from inventory.models import Bin, SupplyLine, SupplyOrder, Warehouse
from inventory.selectors import supply_orders_visible_to, warehouses_visible_to
from inventory.services import (
    cancel_supply_orders,
    change_expected_dates,
    close_supply_orders,
    create_supply_orders,
    place_supply_orders,
    receive_supply,
)
from inventory.states import SupplyOrderStatus

SEE, MAINTAIN, RECEIVE = "inventory.view_supply", "inventory.maintain_supply", "inventory.receive_supply"
routes = Routes(tags=["Inbound orders"], sees=SEE)
SENSITIVE = {"cost": SEE_COST}
DRAFTS_KEPT = "Keep it as a draft: nothing is expected of it until it is placed"


class SupplyShort(Out):
    """An inbound order in a list."""

    number: str
    company: str
    status: str
    supplier: str
    warehouse: str
    business_date: date
    currency: str
    reference: str


class SupplyLineOut(Out):
    """So much of a product, in its stock unit, expected on a day."""

    line: int
    sku: str
    ordered: Number
    received: Number
    cancelled: Number
    expected_on: date
    cost: Number = only_asked("cost", "Per stock unit, in the order's currency.")


class SupplyOut(SupplyShort):
    """An inbound order with its lines."""

    lines: list[SupplyLineOut]


class SupplyFilter(Turn):
    """Which inbound orders."""

    company: Short = ""
    status: Short = one_of(SupplyOrderStatus)
    supplier: Short = ""


class Shown(OfCompany):
    """What is shown of one inbound order."""

    fields: Short = Field(default="", description="Sensitive fields, by comma: cost. Each by its right")


class SupplyLineIn(In):
    """So much of a product, in its stock unit, expected on a day."""

    sku: Code
    quantity: Quantity
    expected_on: Day
    unit_cost: Price = Field(description="Per stock unit, in the supplier's currency")


class SupplyIn(OfCompany):
    """What is ordered from whom, for which warehouse."""

    supplier: Code
    warehouse: Short = Field(default="", description="Empty: the company's first")
    business_date: Day | None = Field(default=None, description="Empty: today")
    reference: Short = Field(default="", max_length=40, description="Their reference")
    draft: bool = Field(default=False, description=DRAFTS_KEPT)
    lines: list[SupplyLineIn] = Field(min_length=1, max_length=200)


class ReceivedIn(In):
    """So much of a line arrived."""

    line: int = Field(ge=1, le=32_767)
    quantity: Quantity
    bin: Short = Field(default="", description="Empty: the warehouse's default bin")


class ReceiptIn(In):
    """What arrived."""

    business_date: Day | None = Field(default=None, description="Empty: today")
    lines: list[ReceivedIn] = Field(default=[], max_length=200, description="Empty: all that is still to come")


class NewDayIn(In):
    """A line is expected on another day."""

    line: int = Field(ge=1, le=32_767)
    expected_on: Day


class NewDaysIn(In):
    """Which lines are expected on which other days."""

    lines: list[NewDayIn] = Field(min_length=1, max_length=200)
    reason: ShortReason


LISTED = ("number", "company__code", "status", "supplier__code", "warehouse__code", "business_date", "currency",
          "supplier_reference")  # fmt: skip


def _short(row: Row) -> dict[str, Any]:
    names = {"company": "company__code", "supplier": "supplier__code", "warehouse": "warehouse__code",
             "reference": "supplier_reference"}  # fmt: skip
    return {**row, **{name: row[path] for name, path in names.items()}}


@routes.read("/supply", right=SEE, answer=Listed[SupplyShort])
def list_supply(request: HttpRequest, asked: Query[SupplyFilter]) -> dict[str, Any]:
    """Inbound orders, the newest first."""
    given = {"company__code": asked.company, "status": asked.status, "supplier__code__iexact": asked.supplier}
    rows = supply_orders_visible_to(person_of(request)).filter(**{name: word for name, word in given.items() if word})
    return listed(request, rows, asked, reads=LISTED, row=_short)


@routes.read("/supply/{number}", right=SEE, answer=SupplyOut)
def read_supply(request: HttpRequest, number: Path[Code], asked: Query[Shown]) -> dict[str, Any]:
    """One inbound order with its lines."""
    wanted = wanted_fields(request, asked.fields, SENSITIVE)
    return _answer(request, _order(request, number, asked.company).pk, wanted)


def _order(request: HttpRequest, number: str, company: str) -> SupplyOrder:
    return document_numbered(supply_orders_visible_to(person_of(request)).select_related("company"), number, company)


def _answer(request: HttpRequest, order_id: int, wanted: frozenset[str] = frozenset()) -> dict[str, Any]:
    """An inbound order as programs read it. Two queries."""
    row = supply_orders_visible_to(person_of(request)).values("pk", *LISTED).get(pk=order_id)
    lines = SupplyLine.objects.filter(order=order_id).order_by("position").values(
        "position", "product__sku", "ordered", "received", "cancelled", "expected_on", "unit_cost"
    )  # fmt: skip
    told = ({**line, "line": line["position"], "sku": line["product__sku"], "cost": line["unit_cost"]}
            for line in lines)  # fmt: skip
    return {**_short(row), "lines": [only(line, SENSITIVE, wanted) for line in told]}


def known_warehouse(request: HttpRequest, code: str, company: str) -> Warehouse:
    """The warehouse with this code, or the first one of the company. One query. Raises CallRefused."""
    rows = warehouses_visible_to(person_of(request)).filter(is_active=True).select_related("company")
    given = {"company__code": company, "code": code}
    found = list(rows.filter(**{name: word for name, word in given.items() if word}))
    if len({each.company_id for each in found}) == 1:
        return found[0]
    sentence = f"There is no warehouse {code} for this key." if not found else "Name the company of the warehouse."
    raise CallRefused(sentence, fields={"body.warehouse": sentence})


def known_day(request: HttpRequest, day: date | None, warehouse: Warehouse) -> date:
    """The business date that is meant, held against today and the person's rights. Raises CallRefused."""
    today = business_date(warehouse.company.time_zone)
    if day and (why_not := day_problem(person_of(request), day, today)):
        raise CallRefused(why_not, fields={"body.business_date": why_not})
    return day or today


def require_writable(amounts: list[tuple[Decimal, Decimal | None]]) -> None:
    """Refuse quantity times cost that is larger than can be written, at its line. Raises CallRefused."""
    faults = {
        f"body.lines.{place}.unit_cost": f"{TOO_MUCH}."
        for place, (quantity, unit_cost) in enumerate(amounts)
        if is_too_much(quantity, unit_cost)
    }
    if faults:
        raise CallRefused(f"{TOO_MUCH}.", fields=faults)


@routes.act("/supply", right=MAINTAIN, answer=SupplyOut, status=201)
def order_supply(request: HttpRequest, wanted: SupplyIn) -> dict[str, Any]:
    """Order goods from a supplier; promises lean on them at once, unless it is kept as a draft."""
    key, warehouse = key_of(request), known_warehouse(request, wanted.warehouse, wanted.company)
    supplier = Account.objects.filter(code__iexact=wanted.supplier, is_supplier=True).first()
    if supplier is None:
        sentence = f"There is no supplier {wanted.supplier}."
        raise CallRefused(sentence, fields={"body.supplier": sentence})
    require_writable([(line.quantity, line.unit_cost) for line in wanted.lines])
    cards = cards_named([line.sku for line in wanted.lines], account_id=None)
    draft = SupplyDraft(
        company_id=warehouse.company_id,
        supplier_id=supplier.pk,
        warehouse_id=warehouse.pk,
        currency=supplier.currency,
        business_date=known_day(request, wanted.business_date, warehouse),
        lines=tuple(
            SupplyLineDraft(card.id, line.quantity, line.expected_on, line.unit_cost)
            for card, line in zip(cards, wanted.lines, strict=True)
        ),
        reference=wanted.reference,
    )
    (made,) = create_supply_orders.once(key)(drafts=[draft], place=not wanted.draft, actor=person_of(request))
    return _answer(request, made)


def _done(request: HttpRequest, number: str, company: str, work: Callable[[SupplyOrder], object]) -> dict[str, Any]:
    order = _order(request, number, company)
    work(order)
    return _answer(request, order.pk)


@routes.act("/supply/{number}/place", right=MAINTAIN, answer=SupplyOut)
def place_supply(request: HttpRequest, number: Path[Code], asked: Query[OfCompany]) -> dict[str, Any]:
    """Send a draft to its supplier: from now on promises can lean on it."""
    run = place_supply_orders.once(key_of(request))
    return _done(request, number, asked.company, lambda order: run(order_ids=[order.pk], actor=person_of(request)))


@routes.act("/supply/{number}/close", right=MAINTAIN, answer=SupplyOut)
def close_supply(request: HttpRequest, wanted: ReasonIn, number: Path[Code], asked: Query[OfCompany]) -> dict[str, Any]:
    """Expect nothing more of it; promises that leaned on the rest are kept or moved."""
    run, given = close_supply_orders.once(key_of(request)), {"reason": wanted.reason, "actor": person_of(request)}
    return _done(request, number, asked.company, lambda order: run(order_ids=[order.pk], **given))  # type: ignore[arg-type]


@routes.act("/supply/{number}/cancel", right=MAINTAIN, answer=SupplyOut)
def cancel_supply(
    request: HttpRequest, wanted: ReasonIn, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Cancel it. One of which goods were received is closed instead."""
    run, given = cancel_supply_orders.once(key_of(request)), {"reason": wanted.reason, "actor": person_of(request)}
    return _done(request, number, asked.company, lambda order: run(order_ids=[order.pk], **given))  # type: ignore[arg-type]


def _line_ids(order: SupplyOrder, places: list[int]) -> dict[int, int]:
    """The key of each line by its place. One query. Raises CallRefused."""
    ids = dict(SupplyLine.objects.filter(order=order).values_list("position", "pk"))
    faults = {
        f"body.lines.{index}.line": f"{order.number} has no line {place}."
        for index, place in enumerate(places)
        if place not in ids
    }
    if faults or len(set(places)) != len(places):
        raise CallRefused("Name each line of the inbound order once.", fields=faults)
    return ids


@routes.act("/supply/{number}/days", right=MAINTAIN, answer=SupplyOut)
def move_days_of_supply(
    request: HttpRequest, wanted: NewDaysIn, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Lines are expected on other days; promises that leaned on them are kept or told anew."""
    run = change_expected_dates.once(key_of(request))

    def work(order: SupplyOrder) -> object:
        ids = _line_ids(order, [each.line for each in wanted.lines])
        changes = {ids[each.line]: each.expected_on for each in wanted.lines}
        return run(changes=changes, reason=wanted.reason, actor=person_of(request))

    return _done(request, number, asked.company, work)


@routes.act("/supply/{number}/receive", right=RECEIVE, answer=SupplyOut)
def receive_goods(
    request: HttpRequest, wanted: ReceiptIn, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Goods arrived: stock, value and promises move at once."""
    run = receive_supply.once(key_of(request))

    def work(order: SupplyOrder) -> object:
        warehouse = Warehouse.objects.select_related("company").get(pk=order.warehouse_id)
        ids = _line_ids(order, [each.line for each in wanted.lines])
        bins = bins_of(warehouse, [each.bin for each in wanted.lines])
        lines = [ReceiptLineDraft(ids[each.line], each.quantity, bins.get(each.bin)) for each in wanted.lines]
        day = known_day(request, wanted.business_date, warehouse)
        return run(supply_order_id=order.pk, business_date=day, lines=lines, actor=person_of(request))

    return _done(request, number, asked.company, work)


def bins_of(warehouse: Warehouse, codes: list[str]) -> dict[str, int]:
    """The keys of the bins that are named. One query. Raises CallRefused."""
    wanted = {code for code in codes if code}
    if not wanted:
        return {}
    rows = Bin.objects.filter(warehouse=warehouse, is_sellable=True, code__in=wanted)
    found = dict(rows.values_list("code", "pk"))
    faults = {
        f"body.lines.{index}.bin": f"{warehouse.name} has no bin {code}."
        for index, code in enumerate(codes)
        if code and code not in found
    }
    if faults:
        raise CallRefused(" ".join(list(faults.values())[:5]), fields=faults)
    return found
