"""Products offered beside an order: each with the account's price, the margin and the day it would arrive."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count

from catalog.models import ProductRelation
from catalog.pricing.document import LineToPrice, price_document
from catalog.selectors import ProductCard, product_cards, relations_of
from inventory.promising import Demand, PromisePolicy, promise
from inventory.selectors import unit_costs
from orders.models import Order, OrderLine
from orders.proposals import Horizon, horizon_of
from orders.stored import StoredLine
from orders.supply import Place, Standing, standings

ZERO = Decimal(0)
GOES_WITH = (ProductRelation.Kind.COMPLEMENT, ProductRelation.Kind.SUPPLEMENT)
PROPOSALS = 3
ORDERS_LOOKED_AT = 30  # of one account, the newest, for what it buys regularly


def margin_percent(net: Decimal, cost: Decimal | None) -> Decimal | None:
    return None if not net or cost is None else (net - cost) * 100 / net


@dataclass(frozen=True, slots=True)
class Offer:
    """A product with the account's price for a quantity, and the day on which it would arrive (None: no supply)."""

    card: ProductCard
    unit_price: Decimal
    margin_percent: Decimal | None
    deliver_on: date | None
    reason: str = ""


def priced_offers(
    order: Order,
    cards: Sequence[ProductCard],
    quantity: Decimal,
    unit: str,
    supply: Mapping[Place, Standing],
    horizon: Horizon,
) -> list[Offer]:
    """These products at the account's prices, with the day each would arrive; those without a price are left out."""
    if not cards:
        return []
    document = price_document(
        company_id=order.company_id,
        account_id=order.account_id,
        on=order.business_date,
        currency=order.currency,
        price_basis=order.price_basis,
        tax_class=order.tax_class,
        lines=[LineToPrice(card.id, card.id, quantity, unit or card.sales_unit) for card in cards],
    )
    costs = unit_costs(company_id=order.company_id, pairs={(order.warehouse_id, card.id) for card in cards})
    found = []
    for card, line in zip(cards, document.lines, strict=True):
        if line.findings:
            continue
        standing = supply.get((order.warehouse_id, card.id), Standing(0))
        day = (
            horizon.delivered_on(horizon.wanted_on(order.requested_on))
            if card.kind != "stocked"
            else _day(standing, (order.warehouse_id, card.id), line.quantity, order, horizon)
        )
        cost = costs.get((order.warehouse_id, card.id))
        margin = margin_percent(line.net * order.fx_rate, cost * line.quantity) if cost is not None else None
        found.append(Offer(card, line.unit_price, margin, day))
    return found


def _day(standing: Standing, place: Place, quantity: Decimal, order: Order, horizon: Horizon) -> date | None:
    """When a quantity of one product would arrive in full."""
    demand = Demand(1, place[1], (place[0],), quantity, horizon.wanted_on(order.requested_on), allow_split=False)
    answer = promise([demand], standing.slices(place, horizon.today), PromisePolicy(not_before=horizon.today))
    done = answer.results[0].complete_on
    return horizon.delivered_on(done) if done else None


def goes_with(order: Order, lines: Sequence[StoredLine]) -> list[Offer]:
    """What is missing here: products that go with the ordered ones, and what the account buys regularly.

    At most three, a constant number of queries. Nothing that stands on the order already.
    """
    horizon = horizon_of(order)
    here = {line.product_id for line in lines}
    reasons: dict[int, str] = {}
    for relations in relations_of(here, horizon.today).values() if here else ():
        for each in relations:
            if each.kind in GOES_WITH and each.related_id not in here:
                reasons.setdefault(each.related_id, each.reason or "Goes with this order")
    for product_id in _regular(order, here | set(reasons)):
        reasons[product_id] = "Bought regularly"
    chosen = list(reasons)[:PROPOSALS]
    cards = product_cards(ids=chosen, account_id=order.account_id)
    supply = standings(company_id=order.company_id, product_ids=chosen, warehouse_ids=[order.warehouse_id])
    wanted = [cards[product_id] for product_id in chosen if product_id in cards and cards[product_id].can_be_sold]
    quantity = max((card.minimum_quantity for card in wanted), default=ZERO) or Decimal(1)
    offers = priced_offers(order, wanted, quantity, "", supply, horizon)
    return [
        Offer(each.card, each.unit_price, each.margin_percent, each.deliver_on, reasons[each.card.id])
        for each in offers
    ]


def _regular(order: Order, here: Collection[int]) -> list[int]:
    """Products on at least two of the account's last orders that are not here. One query over its newest orders."""
    newest = (
        Order.objects.filter(company_id=order.company_id, account_id=order.account_id)
        .exclude(status="cancelled")
        .exclude(pk=order.pk)
        .order_by("-pk")
        .values("pk")[:ORDERS_LOOKED_AT]
    )
    rows = (
        OrderLine.objects.filter(order__in=newest, parent=None)
        .exclude(product_id__in=here)
        .order_by()
        .values("product_id")
        .annotate(orders=Count("order", distinct=True))
        .filter(orders__gte=2)
        .order_by("-orders", "product_id")
    )
    return [row["product_id"] for row in rows[:PROPOSALS]]
