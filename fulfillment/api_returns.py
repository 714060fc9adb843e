"""Returns for programs: goods on their way back against a shipped delivery."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Path, Query
from pydantic import Field

from core.api.finding import CallRefused, document_numbered, person_of
from core.api.paging import Turn, listed
from core.api.routes import Routes, key_of
from core.api.schemas import Code, In, Listed, Number, OfCompany, Out, Quantity, ReasonIn, Short, ShortReason, one_of
from core.dates import business_date
from core.web.cells import Row
from fulfillment.drafts import ReturnDraft, ReturnLineDraft
from fulfillment.models import Delivery, DeliveryLine, Return, ReturnLine
from fulfillment.selectors import deliveries_visible_to, returns_visible_to
from fulfillment.services import cancel_returns, create_return, receive_returns
from fulfillment.states import ReturnStatus

SEE, ENTER = "fulfillment.see_deliveries", "fulfillment.enter_return"
routes = Routes(tags=["Returns"], sees=SEE)


class ReturnShort(Out):
    """A return in a list."""

    number: str
    company: str
    status: str
    account: str
    order: str | None
    reason: str
    business_date: date
    received_on: date | None


class ReturnLineOut(Out):
    """So much comes back, in the product's stock unit."""

    line: int
    sku: str
    delivery: str | None
    delivery_line: int | None
    quantity: Number
    received: Number
    credited: Number
    disposition: str


class ReturnOut(ReturnShort):
    """A return with its lines."""

    lines: list[ReturnLineOut]


class ReturnFilter(Turn):
    """Which returns."""

    company: Short = ""
    status: Short = one_of(ReturnStatus)
    order: Short = ""


class ReturnLineIn(In):
    """So much of one line of the delivery."""

    line: int = Field(ge=1, le=100_000)
    quantity: Quantity
    disposition: Literal["restock", "scrap", "keep"] = "restock"


class ReturnIn(OfCompany):
    """What comes back of which delivery, and why."""

    delivery: Code
    reason: ShortReason
    lines: list[ReturnLineIn] = Field(min_length=1, max_length=1000)


class CountIn(In):
    """So much of one line arrived."""

    line: int = Field(ge=1, le=100_000)
    received: Quantity


class ReceiveIn(In):
    """What arrived: all of it, or what is counted here; the rest does not come any more."""

    lines: list[CountIn] = Field(default=[], max_length=1000)


LISTED = ("number", "company__code", "status", "account__code", "order__number", "reason", "business_date",
          "received_on")  # fmt: skip


def _short(row: Row) -> dict[str, Any]:
    names = {"company": "company__code", "account": "account__code", "order": "order__number"}
    return {**row, **{name: row[path] for name, path in names.items()}}


@routes.read("/returns", right=SEE, answer=Listed[ReturnShort])
def list_returns(request: HttpRequest, asked: Query[ReturnFilter]) -> dict[str, Any]:
    """Returns, the newest first."""
    given = {"company__code": asked.company, "status": asked.status, "order__number": asked.order}
    rows = returns_visible_to(person_of(request)).filter(**{name: value for name, value in given.items() if value})
    return listed(request, rows, asked, reads=LISTED, row=_short)


@routes.read("/returns/{number}", right=SEE, answer=ReturnOut)
def read_return(request: HttpRequest, number: Path[Code], asked: Query[OfCompany]) -> dict[str, Any]:
    """One return with its lines."""
    return _answer(request, _named(request, number, asked.company).pk)


def _answer(request: HttpRequest, return_id: int) -> dict[str, Any]:
    row = returns_visible_to(person_of(request)).filter(pk=return_id).values("pk", *LISTED).get()
    names = {"line": "position", "sku": "product__sku", "delivery": "delivery_line__delivery__number",
             "delivery_line": "delivery_line__position"}  # fmt: skip
    same = ("quantity", "received", "credited", "disposition")
    lines = ReturnLine.objects.filter(rma=return_id).order_by("position").values(*same, *names.values())
    return {**_short(row), "lines": [{**line, **{name: line[path] for name, path in names.items()}} for line in lines]}


def _by_line(rows: Mapping[int, int], lines: list[Any], what: str) -> list[int]:
    """The key of each named line. Raises CallRefused for those that are not there, or named twice."""
    unknown = {
        f"body.lines.{place}.line": f"{what} has no line {line.line}."
        for place, line in enumerate(lines)
        if line.line not in rows
    }
    if unknown or len({line.line for line in lines}) != len(lines):
        raise CallRefused(f"Name each line of {what} once.", fields=unknown)
    return [rows[line.line] for line in lines]


@routes.act("/returns", right=ENTER, answer=ReturnOut, status=201)
def enter_return(request: HttpRequest, wanted: ReturnIn) -> dict[str, Any]:
    """Expect goods back of a shipped delivery, at most what was shipped and is not back yet."""
    rows = deliveries_visible_to(person_of(request)).select_related("warehouse")
    delivery: Delivery = document_numbered(rows, wanted.delivery, wanted.company)
    known = {line.position: line.pk for line in DeliveryLine.objects.filter(delivery=delivery).only("position")}
    ids = _by_line(known, wanted.lines, str(delivery.number))
    draft = ReturnDraft(
        company_id=delivery.company_id,
        business_date=business_date(delivery.warehouse.time_zone),
        reason=wanted.reason,
        lines=tuple(
            ReturnLineDraft(line.quantity, line_id, disposition=line.disposition)
            for line, line_id in zip(wanted.lines, ids, strict=True)
        ),
    )
    made = create_return.once(key_of(request))(draft=draft, actor=person_of(request))
    return _answer(request, made)


def _named(request: HttpRequest, number: str, company: str) -> Return:
    return document_numbered(returns_visible_to(person_of(request)).select_related("warehouse"), number, company)


@routes.act("/returns/{number}/receive", right="fulfillment.receive_return", answer=ReturnOut)
def receive_expected_return(
    request: HttpRequest, wanted: ReceiveIn, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Take the goods in: back to stock at the cost at which they left, or scrapped."""
    found = _named(request, number, asked.company)
    known = {line.position: line.pk for line in ReturnLine.objects.filter(rma=found).only("position")}
    ids = _by_line(known, wanted.lines, str(found.number))
    counted = {line_id: line.received for line_id, line in zip(ids, wanted.lines, strict=True)}
    receive_returns.once(key_of(request))(
        return_ids=[found.pk],
        business_date=business_date(found.warehouse.time_zone),
        received=counted or None,
        actor=person_of(request),
    )
    return _answer(request, found.pk)


@routes.act("/returns/{number}/cancel", right=ENTER, answer=ReturnOut)
def cancel_expected_return(
    request: HttpRequest, wanted: ReasonIn, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Expect a return no more."""
    found = _named(request, number, asked.company)
    cancel_returns.once(key_of(request))(return_ids=[found.pk], reason=wanted.reason, actor=person_of(request))
    return _answer(request, found.pk)
