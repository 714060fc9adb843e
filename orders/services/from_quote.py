"""Taking over a quote: the order says to the cent what was offered, and nothing is typed again."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from catalog.models import Product
from catalog.pricing.document import PricedDocument
from core.commands import command
from core.errors import NotFound
from core.locks import Rank, lock_rows
from core.models import Company, User
from core.rounding import HALF_UP, round_places
from orders.drafts import OrderDraft, OrderLineDraft
from orders.errors import OrderNotEditable
from orders.models import OrderLine
from orders.services.entry import insert_orders, one_company, unsaved_orders
from orders.services.lines import BuiltOrder, Wanted
from orders.services.parties import load_parties
from orders.states import OrderStatus
from quotes.models import Quote, QuoteLine, QuoteVersion
from quotes.services import newest_version
from quotes.states import QuoteStatus

ZERO = Decimal(0)


@command(permission="orders.enter_order")
def create_order_from_quote(
    *, quote_version_id: int, actor: User, business_date: date, line_ids: Sequence[int] | None = None
) -> int:
    """Make a draft order from an accepted quote, fully or for some of its lines, at the amounts that were accepted.

    Alternatives and options come along only when they are named. Dates before the business date move to it. Locks the
    quote, so that it is neither revised nor made into another order meanwhile.

    Raises:
        OrderNotEditable: the quote is not accepted, this version is not the accepted one, or orders took it already.
        NotFound: the version or a line does not exist.
    """
    version = QuoteVersion.objects.filter(pk=quote_version_id).first()
    if version is None:
        raise NotFound("This quote does not exist.")
    quote = lock_quote(version.quote_id)
    if quote.status != QuoteStatus.ACCEPTED:
        raise OrderNotEditable(
            f"{quote.title} is {quote.get_status_display().lower()}; only an accepted quote becomes an order."
        )
    accepted = newest_version(quote)  # the only one that is ever accepted
    if version.pk != accepted.pk:
        raise OrderNotEditable(
            f"Version {accepted.number} of {quote.title} was accepted, not version {version.number}: order from that."
        )
    lines = _chosen(version, line_ids)
    _require_left(quote, version, lines, every_kind=line_ids is not None)
    draft = _draft(quote, version, lines, business_date)
    company = one_company([draft], actor=actor)
    parties = load_parties(company, [draft.account_id])
    order = unsaved_orders(company, [draft], parties, actor=actor)[0]
    tolerance = parties[draft.account_id].over_delivery_percent
    built = BuiltOrder(
        Wanted(order, draft.lines),
        _document(version, lines),
        _rows(company, lines, draft, tolerance),
    )
    return insert_orders([built], actor=actor)[0]


def lock_quote(quote_id: int) -> Quote:
    """Lock the quote's header (rank QUOTE)."""
    return lock_rows(Quote, [quote_id], Rank.QUOTE)[0]


def _chosen(version: QuoteVersion, line_ids: Sequence[int] | None) -> list[QuoteLine]:
    rows = version.lines.select_related("product").order_by("position")
    wanted = rows.filter(kind=QuoteLine.Kind.OFFERED) if line_ids is None else rows.filter(pk__in=line_ids)
    lines = list(wanted)
    if not lines or (line_ids is not None and len(lines) != len(set(line_ids))):
        raise NotFound("This quote has no such lines.")
    return lines


def _require_left(quote: Quote, version: QuoteVersion, lines: Sequence[QuoteLine], *, every_kind: bool) -> None:
    """Orders of one quote never take more of a product together than was accepted; what was cancelled is free again.

    Options and alternatives count as accepted only when lines are named. Stock units. Two queries, under the quote's
    lock.
    """
    accepted: defaultdict[int, Decimal] = defaultdict(Decimal)
    taken: defaultdict[int, Decimal] = defaultdict(Decimal)
    for line in version.lines.all():
        if every_kind or line.kind == QuoteLine.Kind.OFFERED:
            accepted[line.product_id] += line.quantity
    made = (
        OrderLine.objects.filter(order__quote_version__quote=quote, parent=None)
        .exclude(order__status=OrderStatus.CANCELLED)
        .select_related("order", "product")
        .order_by("order_id", "position")
    )
    for each in made:
        taken[each.product_id] += each.ordered - each.cancelled
    for line in lines:
        taken[line.product_id] += line.quantity
    wanted = {line.product_id for line in lines}
    for each in made:
        if each.product_id in wanted and taken[each.product_id] > accepted[each.product_id]:
            raise OrderNotEditable(
                f"{quote.title} is taken over already: {each.order.title} has {each.product.sku}. Change or cancel that"
                " order instead."
            )


def _draft(quote: Quote, version: QuoteVersion, lines: Sequence[QuoteLine], business_date: date) -> OrderDraft:
    return OrderDraft(
        company_id=quote.company_id,
        account_id=quote.account_id,
        business_date=business_date,
        requested_on=max(business_date, *(line.requested_on for line in lines)),
        warehouse_id=quote.warehouse_id,
        currency=version.currency,
        customer_reference=quote.customer_reference,
        salesperson_id=quote.salesperson_id,
        quote_version_id=version.pk,
        lines=tuple(
            OrderLineDraft(
                product_id=line.product_id,
                sales_quantity=line.sales_quantity,
                sales_unit=line.sales_unit,
                requested_on=max(business_date, line.requested_on),
                unit_price=line.unit_price,
                description=line.description,
            )
            for line in lines
        ),
    )


def _document(version: QuoteVersion, lines: Sequence[QuoteLine]) -> PricedDocument:
    """The accepted amounts as a priced document: the sums of the lines taken over."""

    def total(name: str) -> Decimal:
        return sum((getattr(line, name).amount for line in lines), ZERO)

    return PricedDocument(version.currency, [], total("net"), total("tax"), total("gross"), [], None, "", ())


def _rows(company: Company, lines: Sequence[QuoteLine], draft: OrderDraft, tolerance: Decimal) -> list[dict[str, Any]]:
    return [
        {
            "company_id": company.pk,
            "client_uuid": None,
            "product_id": line.product_id,
            "product_kind": Product.Kind(line.product.kind),
            "description": line.description,
            "sales_quantity": line.sales_quantity,
            "sales_unit": line.sales_unit,
            "unit_numerator": line.unit_numerator,
            "unit_denominator": line.unit_denominator,
            "ordered": line.quantity,
            "over_delivery_percent": tolerance,
            "requested_on": wanted.requested_on,
            "contract_line_id": None,
            "currency": line.currency,
            "unit_price": line.unit_price,
            "price_unit": line.price_unit,
            "list_price": None,
            "manual_price": True,
            "manual_discount_percent": _discount_percent(line),
            "discount": line.discount,
            "net": line.net,
            "tax": line.tax,
            "gross": line.gross,
            "tax_code": line.tax_code,
            "tax_percent": line.tax_percent,
            "cost": line.cost,
            "price_trace": line.price_trace,
            "price_finding": "",
            "note": "",
        }
        for line, wanted in zip(lines, draft.lines, strict=True)
    ]


def _discount_percent(line: QuoteLine) -> Decimal | None:
    """The offered discount as a percentage, four places: what the draft is priced by when somebody changes it."""
    before = line.net.amount + line.discount.amount
    if not line.discount.amount or not before:
        return None
    return round_places(HALF_UP.divide(line.discount.amount * 100, before), 4)
