"""Entering orders and saving drafts, from what a program names."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query

from catalog.models import PaymentTerms
from catalog.selectors import account_named, cards_named
from core.api.finding import CallRefused, company_named, document_numbered, given_values, known_currency, person_of
from core.api.routes import Routes, key_of, version_of
from core.api.schemas import Code, OfCompany
from core.dates import business_date
from core.models import Company
from inventory.models import Warehouse
from orders.api.read import SEE, answer_of, order_again, order_named
from orders.api.shapes import OrderIn, OrderLineIn, OrderOut, OrderPatch, SavedLineIn
from orders.drafts import OrderDraft, OrderLineDraft
from orders.models import Order, OrderLine
from orders.services import create_order_from_quote, create_orders, save_order
from quotes.selectors import quotes_visible_to
from quotes.services import newest_version

routes = Routes(tags=["Orders"], sees=SEE)
ENTER = "orders.enter_order"
BACK_DAYS, FAR_DAYS = 366, 3 * 366  # as people may type them; anything else is a slip


@routes.act("/orders", right=ENTER, answer=OrderOut, status=201)
def create_order(request: HttpRequest, response: HttpResponse, wanted: OrderIn) -> dict[str, Any]:
    """Enter a draft order, priced at today's agreements. It takes no stock and no credit until it is confirmed."""
    company = company_named(request, wanted.company)
    account = account_named(wanted.account, company)
    today = business_date(company.time_zone)
    _require_near(wanted.requested_on, wanted.lines, today)
    draft = OrderDraft(
        company_id=company.pk,
        account_id=account.pk,
        business_date=today,
        requested_on=wanted.requested_on or today,
        warehouse_id=_warehouse(company, wanted.warehouse).pk,
        lines=tuple(_drafts(wanted.lines, account.pk)),
        currency=known_currency(wanted.currency),
        customer_reference=wanted.customer_reference,
        coupon_code=wanted.coupon,
        terms_id=_terms(wanted.terms),
        complete_only=wanted.complete_only,
        prepaid=wanted.prepaid,
        note=wanted.note,
    )
    made = create_orders.once(key_of(request))(drafts=[draft], actor=person_of(request))
    return answer_of(response, order_again(request, made[0]))


@routes.act("/quotes/{number}/order", right=ENTER, answer=OrderOut, status=201, sees=(SEE, "quotes.see_quotes"))
def order_from_quote(
    request: HttpRequest, response: HttpResponse, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Make a draft order of an accepted quote, at the amounts that were accepted."""
    rows = quotes_visible_to(person_of(request)).select_related("company")
    quote = document_numbered(rows, number, asked.company)
    made = create_order_from_quote.once(key_of(request))(
        quote_version_id=newest_version(quote).pk,
        business_date=business_date(quote.company.time_zone),
        actor=person_of(request),
    )
    return answer_of(response, order_again(request, made))


@routes.change("/orders/{number}", right=ENTER, answer=OrderOut)
def save_draft_order(
    request: HttpRequest, response: HttpResponse, wanted: OrderPatch, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Change a draft: fields of its head, and its whole set of lines. Everything is priced anew."""
    version, order = version_of(request), order_named(request, number, asked.company)
    given = given_values(wanted, but=("lines", "coupon", "warehouse"))
    lines = wanted.lines
    _require_near(wanted.requested_on, lines or (), business_date(order.company.time_zone))
    if wanted.warehouse:
        given["warehouse_id"] = _warehouse(order.company, wanted.warehouse).pk
    save_order.once(key_of(request))(
        order_id=order.pk,
        version=version,
        header=given,
        lines=None if lines is None else _set_of_lines(order, lines, is_current=order.version == version),
        coupon_code=wanted.coupon,
        actor=person_of(request),
    )
    return answer_of(response, order_again(request, order.pk))


def _drafts(lines: Sequence[OrderLineIn], account_id: int) -> list[OrderLineDraft]:
    """The lines with their products. One query. Raises CallRefused."""
    cards = cards_named([line.sku for line in lines], account_id=account_id)
    return [
        OrderLineDraft(
            product_id=card.id,
            sales_quantity=line.quantity,
            sales_unit=line.unit,
            requested_on=line.requested_on,
            unit_price=line.unit_price,
            discount_percent=line.discount_percent,
            description=line.description,
            note=line.note,
        )
        for line, card in zip(lines, cards, strict=True)
    ]


def _set_of_lines(
    order: Order, lines: Sequence[SavedLineIn], *, is_current: bool
) -> list[tuple[int | None, OrderLineDraft]]:
    """The complete set of lines of a draft, each with its key if it is there already. Two queries.

    Saving numbers lines anew, so those of an older version are not looked for: the command knows a repeat by its key,
    and refuses what is none as stale.
    """
    ids = line_ids(order)
    named = [line.line for line in lines if line.line is not None]
    unknown = {
        f"body.lines.{number}.line": f"{order.number} has no line {line.line}."
        for number, line in enumerate(lines)
        if is_current and line.line is not None and line.line not in ids
    }
    if unknown or len(named) != len(set(named)):
        raise CallRefused("Name each line of the order once.", fields=unknown)
    drafts = _drafts(lines, order.account_id)
    return [(ids.get(line.line or 0), draft) for line, draft in zip(lines, drafts, strict=True)]


def line_ids(order: Order) -> Mapping[int, int]:
    """The key of each line of an order that is no part of a kit, by its position. One query."""
    return dict(OrderLine.objects.filter(order=order, parent=None).values_list("position", "pk"))


def _require_near(requested_on: date | None, lines: Sequence[OrderLineIn], today: date) -> None:
    of_lines = {f"lines.{number}.requested_on": line.requested_on for number, line in enumerate(lines)}
    require_near({"requested_on": requested_on, **of_lines}, today)


def require_near(days: Mapping[str, date | None], today: date) -> None:
    """Refuse days that can only be slips, as pages do; ``days`` by their part of the body. Raises CallRefused."""
    first, last = today - timedelta(days=BACK_DAYS), today + timedelta(days=FAR_DAYS)
    faults = {
        f"body.{name}": f"Send a day between {first} and {last}."
        for name, day in days.items()
        if day is not None and not first <= day <= last
    }
    if faults:
        raise CallRefused("A day is too far away to be meant.", fields=faults)


def _warehouse(company: Company, code: str) -> Warehouse:
    rows = Warehouse.objects.filter(company=company, is_active=True).order_by("rank", "code")
    found = (rows.filter(code=code) if code else rows).first()
    if found is None:
        sentence = f"There is no warehouse {code} in {company.name}." if code else f"{company.name} has no warehouse."
        raise CallRefused(sentence, fields={"body.warehouse": sentence})
    return found


def _terms(code: str) -> int | None:
    if not code:
        return None
    found = PaymentTerms.objects.filter(code=code).first()
    if found is None:
        raise CallRefused("There are no such terms.", fields={"body.terms": f"There are no terms {code}."})
    return found.pk
