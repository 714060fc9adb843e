"""Quotes for programs: write an offer, send it, and note what the customer says."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query
from pydantic import Field

from catalog.selectors import account_named, cards_named
from core.access import SEE_COST
from core.api.finding import (
    CallRefused,
    company_named,
    document_numbered,
    given_values,
    known_currency,
    only,
    person_of,
    wanted_fields,
)
from core.api.paging import Turn, listed
from core.api.routes import Routes, key_of, version_of
from core.api.schemas import (
    Code,
    Day,
    In,
    Listed,
    Money,
    Name,
    Number,
    OfCompany,
    Out,
    Percent,
    Price,
    Quantity,
    Short,
    ShortReason,
    Title,
    one_of,
    only_asked,
)
from core.dates import business_date
from core.rounding import round_amount
from core.web.cells import Row
from inventory.selectors import warehouses_visible_to
from quotes.drafts import QuoteDraft, QuoteLineDraft
from quotes.models import Quote, QuoteLine, QuoteVersion
from quotes.selectors import quotes_visible_to
from quotes.services import (
    accept_quote,
    create_quote,
    decline_quote,
    newest_version,
    revise_quote,
    save_quote,
    send_quote,
)
from quotes.states import QuoteStatus

SEE, ENTER = "quotes.see_quotes", "quotes.enter_quote"
routes = Routes(tags=["Quotes"], sees=SEE)
SENSITIVE = {"cost": SEE_COST}


class QuoteShort(Out):
    """A quote in a list."""

    number: str
    company: str
    status: str
    account: str
    customer_reference: str
    business_date: date
    valid_until: date
    currency: str
    version: int


class QuoteLineOut(Out):
    """One offered line. Alternatives and options are not part of the sums."""

    line: int
    kind: str
    sku: str
    description: str
    quantity: Number
    unit: str
    requested_on: date
    unit_price: Number
    price_unit: int
    discount: Money
    net: Money
    tax: Money
    gross: Money
    tax_percent: Number
    cost: Money = only_asked("cost", "In the company's currency.")


class QuoteOut(QuoteShort):
    """A quote with its newest edition. ``version`` counts savings and is the ETag; ``edition`` is what is offered."""

    warehouse: str
    edition: int
    net: Money
    tax: Money
    gross: Money
    lines: list[QuoteLineOut]


class QuoteLineIn(In):
    """One offered line. A price or discount by hand needs the right orders.set_price."""

    sku: Code
    quantity: Quantity
    unit: Short = ""
    kind: Literal["offered", "alternative", "optional"] = "offered"
    requested_on: Day | None = None
    unit_price: Price | None = None
    discount_percent: Percent | None = None
    description: Title = ""


class QuoteIn(In):
    """A wanted quote."""

    company: Short = Field(default="", description="Needed where the key works for several companies")
    account: Code
    valid_until: Day
    lines: list[QuoteLineIn] = Field(min_length=1, max_length=500)
    warehouse: Short = Field(default="", description="Empty: the company's first")
    currency: Short = Field(default="", description="Empty: the account's")
    customer_reference: Short = ""


class QuotePatch(In):
    """What of a draft is changed. ``lines``, when given, is the complete set."""

    valid_until: Day | None = None
    customer_reference: Short | None = None
    lines: list[QuoteLineIn] | None = Field(default=None, min_length=1, max_length=500)


class AcceptIn(In):
    """Who accepted."""

    name: Name = Field(description="The person at the customer's who said yes")


class DeclineIn(In):
    """Why the customer declined."""

    reason: ShortReason


class QuoteFilter(Turn):
    """Which quotes."""

    company: Short = ""
    status: Short = one_of(QuoteStatus)
    account: Short = ""


class Shown(OfCompany):
    """What is shown of one quote."""

    fields: Short = Field(default="", description="Sensitive fields, by comma: cost. Each by its right")


LISTED = ("number", "company__code", "status", "account__code", "customer_reference", "business_date", "valid_until",
          "currency", "version")  # fmt: skip


def _short(row: Row) -> dict[str, Any]:
    return {**row, "company": row["company__code"], "account": row["account__code"]}


@routes.read("/quotes", right=SEE, answer=Listed[QuoteShort])
def list_quotes(request: HttpRequest, asked: Query[QuoteFilter]) -> dict[str, Any]:
    """Quotes, the newest first."""
    given = {"company__code": asked.company, "status": asked.status, "account__code__iexact": asked.account}
    rows = quotes_visible_to(person_of(request)).filter(**{name: value for name, value in given.items() if value})
    return listed(request, rows, asked, reads=LISTED, row=_short)


@routes.read("/quotes/{number}", right=SEE, answer=QuoteOut)
def read_quote(request: HttpRequest, response: HttpResponse, number: Path[Code], asked: Query[Shown]) -> dict[str, Any]:
    """One quote with the lines of its newest edition."""
    wanted = wanted_fields(request, asked.fields, SENSITIVE)
    return _answer(response, _named(request, number, asked.company), wanted)


def _named(request: HttpRequest, number: str, company: str) -> Quote:
    rows = quotes_visible_to(person_of(request)).select_related("company", "account", "warehouse")
    return document_numbered(rows, number, company)


def _again(request: HttpRequest, response: HttpResponse, quote_id: int) -> dict[str, Any]:
    rows = quotes_visible_to(person_of(request)).select_related("company", "account", "warehouse")
    return _answer(response, rows.get(pk=quote_id))


def _answer(response: HttpResponse, quote: Quote, wanted: frozenset[str] = frozenset()) -> dict[str, Any]:
    response["ETag"] = f'"{quote.version}"'
    edition = newest_version(quote)
    same = ("number", "status", "customer_reference", "business_date", "valid_until", "currency", "version")
    return {
        **{name: getattr(quote, name) for name in same},
        **_amounts(edition, ("net", "tax", "gross")),
        "company": quote.company.code,
        "account": quote.account.code,
        "warehouse": quote.warehouse.code,
        "edition": edition.number,
        "lines": [
            only(_line(line, quote.company.functional_currency), SENSITIVE, wanted)
            for line in QuoteLine.objects.filter(version=edition).select_related("product").order_by("position")
        ],
    }


def _amounts(row: QuoteVersion | QuoteLine, names: Sequence[str]) -> dict[str, Decimal]:
    return {name: round_amount(getattr(row, name).amount, row.currency) for name in names}


def _line(line: QuoteLine, functional: str) -> dict[str, Any]:
    same = ("kind", "description", "requested_on", "unit_price", "price_unit", "tax_percent")
    return {
        **{name: getattr(line, name) for name in same},
        **_amounts(line, ("discount", "net", "tax", "gross")),
        "line": line.position,
        "sku": line.product.sku,
        "quantity": line.sales_quantity,
        "unit": line.sales_unit,
        "cost": round_amount(line.cost, functional),
    }


def _drafts(lines: Sequence[QuoteLineIn], account_id: int) -> tuple[QuoteLineDraft, ...]:
    cards = cards_named([line.sku for line in lines], account_id=account_id)
    return tuple(
        QuoteLineDraft(
            product_id=card.id,
            sales_quantity=line.quantity,
            sales_unit=line.unit,
            requested_on=line.requested_on,
            unit_price=line.unit_price,
            discount_percent=line.discount_percent,
            kind=line.kind,
            description=line.description,
        )
        for line, card in zip(lines, cards, strict=True)
    )


@routes.act("/quotes", right=ENTER, answer=QuoteOut, status=201)
def write_quote(request: HttpRequest, response: HttpResponse, wanted: QuoteIn) -> dict[str, Any]:
    """Write a quote, priced at today's agreements."""
    company = company_named(request, wanted.company)
    account = account_named(wanted.account, company)
    rows = warehouses_visible_to(person_of(request)).filter(company=company, is_active=True).order_by("rank", "code")
    warehouse = (rows.filter(code=wanted.warehouse) if wanted.warehouse else rows).first()
    if warehouse is None:
        raise CallRefused("There is no such warehouse.", fields={"body.warehouse": "There is no such warehouse."})
    draft = QuoteDraft(
        company_id=company.pk,
        account_id=account.pk,
        warehouse_id=warehouse.pk,
        business_date=business_date(company.time_zone),
        valid_until=wanted.valid_until,
        lines=_drafts(wanted.lines, account.pk),
        currency=known_currency(wanted.currency),
        customer_reference=wanted.customer_reference,
    )
    made = create_quote.once(key_of(request))(draft=draft, actor=person_of(request))
    return _again(request, response, made)


@routes.change("/quotes/{number}", right=ENTER, answer=QuoteOut)
def save_draft_quote(
    request: HttpRequest, response: HttpResponse, wanted: QuotePatch, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Change a draft quote; everything is priced anew."""
    version, quote = version_of(request), _named(request, number, asked.company)
    header = given_values(wanted, but=("lines",))
    save_quote.once(key_of(request))(
        quote_id=quote.pk,
        version=version,
        header=header,
        lines=None if wanted.lines is None else _drafts(wanted.lines, quote.account_id),
        actor=person_of(request),
    )
    return _again(request, response, quote.pk)


def _done(
    request: HttpRequest, response: HttpResponse, number: str, company: str, work: Callable[[Quote, date], object]
) -> dict[str, Any]:
    quote = _named(request, number, company)
    work(quote, business_date(quote.company.time_zone))
    return _again(request, response, quote.pk)


@routes.act("/quotes/{number}/send", right="quotes.send_quote", answer=QuoteOut)
def send_written_quote(
    request: HttpRequest, response: HttpResponse, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Freeze the newest edition as sent."""
    run, actor = send_quote.once(key_of(request)), person_of(request)
    return _done(
        request,
        response,
        number,
        asked.company,
        lambda quote, today: run(quote_id=quote.pk, business_date=today, actor=actor),
    )


@routes.act("/quotes/{number}/accept", right="quotes.accept_quote", answer=QuoteOut)
def accept_sent_quote(
    request: HttpRequest, response: HttpResponse, wanted: AcceptIn, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Note that the customer accepted what was sent."""
    run, actor = accept_quote.once(key_of(request)), person_of(request)
    return _done(
        request,
        response,
        number,
        asked.company,
        lambda quote, today: run(quote_id=quote.pk, business_date=today, name=wanted.name, actor=actor),
    )


@routes.act("/quotes/{number}/decline", right=ENTER, answer=QuoteOut)
def decline_sent_quote(
    request: HttpRequest, response: HttpResponse, wanted: DeclineIn, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Note that the customer declined, and why."""
    run, actor = decline_quote.once(key_of(request)), person_of(request)
    return _done(
        request,
        response,
        number,
        asked.company,
        lambda quote, _: run(quote_id=quote.pk, reason=wanted.reason, actor=actor),
    )


@routes.act("/quotes/{number}/revise", right=ENTER, answer=QuoteOut)
def revise_sent_quote(
    request: HttpRequest, response: HttpResponse, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Open the next edition; what was sent stays as it was."""
    run, actor = revise_quote.once(key_of(request)), person_of(request)
    return _done(request, response, number, asked.company, lambda quote, _: run(quote_id=quote.pk, actor=actor))
