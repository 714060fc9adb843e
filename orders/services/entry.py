"""Entering orders: creating them, saving a draft's header and lines, and taking over a quote."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from catalog.models import Account, AccountInCompany, Address
from catalog.selectors import product_cards
from core import bulk
from core.commands import command
from core.errors import NotFound
from core.fx import find_rates
from core.models import Company, User
from core.numbering import sequence_numbers
from core.timeline import TimelineEntry, link, record
from inventory.models import Warehouse
from orders.drafts import OrderDraft, OrderLineDraft
from orders.errors import MixedCompanies, OrderNotEditable
from orders.models import Order, OrderLine
from orders.services.lines import BuiltOrder, Wanted, build, require_sane
from orders.services.saving import set_totals
from orders.states import OrderStatus
from quotes.models import QuoteLine, QuoteVersion


@command(permission="orders.enter_order")
def create_orders(*, drafts: Sequence[OrderDraft], actor: User) -> list[int]:
    """Enter a set of draft orders of one company, priced at today's agreements, and return their ids in order.

    Prices in each order's currency; the rate to functional currency is looked up once for its business date and kept.
    Takes no stock and no credit. Statement count does not depend on the number of orders or lines.

    Raises:
        OrderLineRefused: a line cannot be ordered; ``fields`` names each.
        NotAllowed: a price was set by hand without the right.
        NotFound: an account or warehouse does not exist in this company.
    """
    return _create(drafts, actor=actor, prices_agreed=False)


def _create(drafts: Sequence[OrderDraft], *, actor: User, prices_agreed: bool) -> list[int]:
    if not drafts:
        return []
    company = _one_company(drafts)
    headers = _headers(company, drafts, actor=actor)
    cards = product_cards(ids={line.product_id for draft in drafts for line in draft.lines})
    wanted = [
        Wanted(header, draft.lines, draft.coupon_code, prices_agreed)
        for header, draft in zip(headers, drafts, strict=True)
    ]
    for each in wanted:
        require_sane(each, cards, actor=actor)
    built = build(company, wanted, cards)
    _insert_headers(built)
    _insert_lines(built)
    record(
        [TimelineEntry.about(each.wanted.order, "create", to_status=OrderStatus.DRAFT) for each in built], actor=actor
    )
    return [each.wanted.order.pk for each in built]


def _one_company(drafts: Sequence[OrderDraft]) -> Company:
    companies = {draft.company_id for draft in drafts}
    if len(companies) > 1:
        raise MixedCompanies("These orders belong to different companies. Enter them one company at a time.")
    company = Company.objects.filter(pk__in=companies).first()
    if company is None:
        raise NotFound("This company does not exist.")
    return company


def _headers(company: Company, drafts: Sequence[OrderDraft], *, actor: User) -> list[Order]:
    """Unsaved orders with everything that follows from the account filled in. Five queries for any number of drafts."""
    account_ids = {draft.account_id for draft in drafts}
    accounts = Account.objects.filter(is_customer=True).in_bulk(account_ids)
    agreed = {
        row.account_id: row for row in AccountInCompany.objects.filter(company=company, account_id__in=account_ids)
    }
    addresses = {row.pk: row for row in Address.objects.filter(account_id__in=account_ids)}
    defaults = {row.account_id: row for row in addresses.values() if row.is_default_ship_to}
    warehouses = Warehouse.objects.filter(company=company).in_bulk({draft.warehouse_id for draft in drafts})
    rates = _rates(company, drafts, accounts)
    headers = []
    for draft in drafts:
        account, terms = accounts.get(draft.account_id), agreed.get(draft.account_id)
        if account is None or terms is None or draft.warehouse_id not in warehouses:
            raise NotFound("This account or warehouse does not exist in this company.")
        address = addresses.get(draft.ship_to_address_id or 0, defaults.get(account.pk))
        if address is not None and address.account_id != account.pk:
            raise NotFound("This address does not belong to the account.")
        currency = draft.currency or account.currency
        rate = rates[currency, draft.business_date]
        headers.append(
            Order(
                company=company,
                account=account,
                currency=currency,
                business_date=draft.business_date,
                created_by=actor,
                changed_by=actor,
                customer_reference=draft.customer_reference.strip()[:60],
                requested_on=draft.requested_on,
                warehouse_id=draft.warehouse_id,
                ship_to="\n".join(address.lines) if address else "",
                ship_to_country=address.country if address else account.country,
                terms_id=draft.terms_id or terms.terms_id,
                salesperson_id=draft.salesperson_id or terms.salesperson_id,
                complete_only=terms.ships_complete if draft.complete_only is None else draft.complete_only,
                prepaid=draft.prepaid,
                tax_class=account.tax_class,
                price_basis=draft.price_basis,
                quote_version_id=draft.quote_version_id,
                fx_rate=rate[0],
                fx_date=rate[1],
                import_key=draft.import_key,
                note=draft.note,
            )
        )
    return headers


def _rates(
    company: Company, drafts: Sequence[OrderDraft], accounts: Mapping[int, Account]
) -> dict[tuple[str, date], Any]:
    """The rate to functional currency per (currency, day): no query when everything is in functional currency."""
    wanted: dict[date, set[str]] = {}
    for draft in drafts:
        account = accounts.get(draft.account_id)
        wanted.setdefault(draft.business_date, set()).add(draft.currency or (account.currency if account else ""))
    found = {}
    for on, currencies in wanted.items():
        for currency, rate in find_rates(currencies - {""}, to=company.functional_currency, on=on).items():
            found[currency, on] = (rate.rate, rate.valid_from)
    return found


HEADER_COLUMNS = (
    "company_id",
    "number",
    "currency",
    "business_date",
    "created_by_id",
    "changed_by_id",
    "account_id",
    "customer_reference",
    "requested_on",
    "warehouse_id",
    "ship_to",
    "ship_to_country",
    "terms_id",
    "salesperson_id",
    "complete_only",
    "prepaid",
    "tax_class",
    "price_basis",
    "quote_version_id",
    "fx_rate",
    "fx_date",
    "import_key",
    "note",
    "coupon_id",
    "net",
    "tax",
    "gross",
)


def _insert_headers(built: Sequence[BuiltOrder]) -> None:
    orders = [each.wanted.order for each in built]
    numbers = sequence_numbers(Order, [order.business_date for order in orders])
    for each, number in zip(built, numbers, strict=True):
        order = each.wanted.order
        order.number = number
        set_totals(order, each)
    ids = bulk.insert(Order, {name: [getattr(order, name) for order in orders] for name in HEADER_COLUMNS})
    for order, order_id in zip(orders, ids, strict=True):
        order.pk = order_id
    link(
        [
            ("quote", order.quote_version.quote_id, "order", order.pk)
            for order in orders
            if order.quote_version is not None
        ]
    )


def _insert_lines(built: Sequence[BuiltOrder]) -> None:
    rows = [
        {**row, "order_id": each.wanted.order.pk, "position": position}
        for each in built
        for position, row in enumerate(each.rows, 1)
    ]
    if rows:
        bulk.insert(OrderLine, {name: [row[name] for row in rows] for name in rows[0]})


@command(permission="orders.enter_order")
def create_order_from_quote(
    *, quote_version_id: int, actor: User, business_date: date, line_ids: Sequence[int] | None = None
) -> int:
    """Make a draft order from an accepted quote, fully or for some of its lines, at the agreed prices with nothing
    retyped.

    Raises:
        OrderNotEditable: the quote is not accepted.
        NotFound: the version or a line does not exist.
    """
    version = QuoteVersion.objects.select_related("quote", "quote__account").filter(pk=quote_version_id).first()
    if version is None:
        raise NotFound("This quote does not exist.")
    quote = version.quote
    if quote.status != "accepted":
        raise OrderNotEditable(
            f"{quote.title} is {quote.get_status_display().lower()}; only an accepted quote becomes an order."
        )
    chosen = version.lines.order_by("position")
    chosen = chosen.filter(kind=QuoteLine.Kind.OFFERED) if line_ids is None else chosen.filter(pk__in=line_ids)
    lines = list(chosen)
    if not lines or (line_ids is not None and len(lines) != len(set(line_ids))):
        raise NotFound("This quote has no such lines.")
    draft = OrderDraft(
        company_id=quote.company_id,
        account_id=quote.account_id,
        business_date=business_date,
        requested_on=max(business_date, max(line.requested_on for line in lines)),
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
                discount_percent=line.discount_percent,
                description=line.description,
            )
            for line in lines
        ),
    )
    return _create([draft], actor=actor, prices_agreed=True)[0]
