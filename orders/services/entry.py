"""Entering orders: a set of drafts at once, with what follows from their accounts filled in."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from catalog.selectors import product_cards
from core import trees
from core.access import company_ids
from core.commands import command
from core.errors import NotFound
from core.fx import find_rates
from core.models import Company, User
from core.timeline import TimelineEntry, link, record
from orders.drafts import OrderDraft
from orders.errors import MixedCompanies
from orders.models import Order, OrderLine
from orders.services.lines import BuiltOrder, Wanted, build, require_sane
from orders.services.locking import load_company
from orders.services.parties import Party, load_parties, load_ship_tos
from orders.services.saving import set_totals
from orders.states import OrderStatus


@command(permission="orders.enter_order")
def create_orders(*, drafts: Sequence[OrderDraft], actor: User) -> list[int]:
    """Enter a set of draft orders of one company, priced at today's agreements, and return their ids in order.

    An order that the system brings in under an import key is history: its prices by hand were accepted long ago.
    Prices in each order's currency; the rate to functional currency is looked up once for its business date and kept.
    Takes no stock and no credit. Statement count does not depend on the number of orders or lines.

    Raises:
        OrderLineRefused: a line cannot be ordered; ``fields`` names each.
        NotAllowed: a price was set by hand without the right.
        NotFound: an account or warehouse does not exist in this company.
    """
    if not drafts:
        return []
    company = one_company(drafts, actor=actor)
    parties = load_parties(company, {draft.account_id for draft in drafts})
    headers = unsaved_orders(company, drafts, parties, actor=actor)
    cards = product_cards(ids={line.product_id for draft in drafts for line in draft.lines})
    wanted = [
        Wanted(header, draft.lines, draft.coupon_code, is_history=draft.import_key is not None and actor.is_system)
        for header, draft in zip(headers, drafts, strict=True)
    ]
    for each in wanted:
        require_sane(each, cards, actor=actor)
    return insert_orders(build(company, wanted, cards, parties), actor=actor)


def insert_orders(built: Sequence[BuiltOrder], *, actor: User) -> list[int]:
    """Number and write these orders with their lines and their first timeline entry; their ids in order."""
    _insert(built)
    record(
        [TimelineEntry.about(each.wanted.order, "create", to_status=OrderStatus.DRAFT) for each in built], actor=actor
    )
    return [each.wanted.order.pk for each in built]


def one_company(drafts: Sequence[OrderDraft], *, actor: User) -> Company:
    """The company of the drafts, if the actor works for it. Raises MixedCompanies, NotFound."""
    companies = {draft.company_id for draft in drafts}
    if len(companies) > 1:
        raise MixedCompanies("These orders belong to different companies. Enter them one company at a time.")
    company_id = companies.pop()
    if company_id not in company_ids(actor):
        raise NotFound("This company does not exist.")
    return load_company(company_id)


def unsaved_orders(
    company: Company, drafts: Sequence[OrderDraft], parties: Mapping[int, Party], *, actor: User
) -> list[Order]:
    """Unsaved orders with everything that follows from the account filled in. One query, and one for rates if any."""
    ship_tos = load_ship_tos(company, drafts)
    rates = _rates(company, drafts, parties)
    headers = []
    for draft, address in zip(drafts, ship_tos, strict=True):
        account = parties.get(draft.account_id)
        if account is None:
            raise NotFound("This account or warehouse does not exist in this company.")
        currency = draft.currency or account.currency
        rate = rates[currency, draft.business_date]
        headers.append(
            Order(
                company=company,
                account_id=account.account_id,
                currency=currency,
                business_date=draft.business_date,
                created_by=actor,
                changed_by=actor,
                customer_reference=draft.customer_reference.strip()[:60],
                requested_on=draft.requested_on,
                warehouse_id=draft.warehouse_id,
                ship_to="\n".join(address.lines) if address else "",
                ship_to_country=address.country if address else account.country,
                terms_id=draft.terms_id or account.terms_id,
                salesperson_id=draft.salesperson_id or account.salesperson_id,
                complete_only=account.ships_complete if draft.complete_only is None else draft.complete_only,
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


def _rates(company: Company, drafts: Sequence[OrderDraft], parties: Mapping[int, Party]) -> dict[tuple[str, date], Any]:
    """The rate to functional currency per (currency, day): no query when everything is in functional currency."""
    wanted: dict[date, set[str]] = {}
    for draft in drafts:
        account = parties.get(draft.account_id)
        wanted.setdefault(draft.business_date, set()).add(draft.currency or (account.currency if account else ""))
    found = {}
    for on, currencies in wanted.items():
        for currency, rate in find_rates(currencies - {""}, to=company.functional_currency, on=on).items():
            found[currency, on] = (rate.rate, rate.valid_from)
    return found


HEADER_COLUMNS = (
    "company_id",
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


def _insert(built: Sequence[BuiltOrder]) -> None:
    """The orders with their numbers and lines, in one statement; the instances get ids and numbers."""
    orders = [each.wanted.order for each in built]
    for each in built:
        set_totals(each.wanted.order, each)
    lines = [
        (place, {**row, "position": position})
        for place, each in enumerate(built)
        for position, row in enumerate(each.rows, 1)
    ]
    names = [name for name in lines[0][1] if name != "order_id"] if lines else []
    written = trees.insert_numbered(
        Order,
        {name: [getattr(order, name) for order in orders] for name in HEADER_COLUMNS},
        trees.Rows(
            OrderLine,
            "order_id",
            [place for place, _ in lines],
            {name: [row[name] for _, row in lines] for name in names},
        ),
    )
    for order, (order_id, number) in zip(orders, written, strict=True):
        order.pk, order.number = order_id, number
    link(
        [
            ("quote", order.quote_version.quote_id, "order", order.pk)
            for order in orders
            if order.quote_version is not None
        ]
    )
