"""What could be done about a line that comes late: split, agree on a day, another warehouse, a substitute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from catalog.models import ProductRelation
from catalog.selectors import ProductCard, RelatedProduct, product_cards, relations_of
from core.web import formats
from inventory.models import Warehouse
from orders.models import Order, OrderLine
from orders.offers import PROPOSALS, margin_percent, priced_offers
from orders.proposals import DraftPromise, Horizon, draft_promises, horizon_of
from orders.stored import StoredLine
from orders.supply import Place, Standing, standings

SUBSTITUTES = (ProductRelation.Kind.SUBSTITUTE, "successor", ProductRelation.Kind.UPSELL)


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to serve a line: what it is, at which price and margin, and when it arrives. ``choice`` is posted."""

    choice: str
    label: str
    detail: str
    unit_price: Decimal | None
    margin_percent: Decimal | None
    dates: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class LineProposals:
    """How one line stands, and what else is possible."""

    line: OrderLine
    promise: DraftPromise | None
    standing: Standing
    alternatives: tuple[Alternative, ...]


def line_proposals(order: Order, lines: Sequence[StoredLine], line: OrderLine) -> LineProposals:
    """Everything that can be offered for one line of a draft: a split, another warehouse, a substitute, a later day.

    A constant number of queries. Other lines of the draft that want the same product come first, as when confirming.
    """
    horizon = horizon_of(order)
    places = list(Warehouse.objects.filter(company_id=order.company_id, is_active=True).order_by("rank", "code"))
    related = [
        each for each in relations_of([line.product_id], horizon.today)[line.product_id] if each.kind in SUBSTITUTES
    ]
    cards = product_cards(ids={each.related_id for each in related}, account_id=order.account_id)
    wanted_ids = {each.product_id for each in lines} | set(cards)
    supply = standings(
        company_id=order.company_id, product_ids=wanted_ids, warehouse_ids=[place.pk for place in places]
    )
    home = {key: value for key, value in supply.items() if key[0] == order.warehouse_id}
    own = draft_promises(order, lines, horizon=horizon, supply=home).get(line.pk)
    standing = supply.get((order.warehouse_id, line.product_id), Standing(0))
    found: list[Alternative] = []
    if own is not None and own.is_late:
        found += _later_day(order, line, own)
        found += _elsewhere(order, line, places, supply, horizon)
        found += _instead(order, line, related, cards, home, horizon)
    return LineProposals(line, own, standing, tuple(found))


def _later_day(order: Order, line: OrderLine, own: DraftPromise) -> list[Alternative]:
    """Split the line by its days, or agree on the day by which all of it arrives."""
    if own.undated or not own.parts:
        return []
    margin = margin_percent(line.net.amount * order.fx_rate, line.cost)
    days = sorted({on for _, on in own.parts})
    found = []
    if len(own.parts) > 1 and line.unit_numerator == line.unit_denominator:
        words = ", ".join(f"{formats.quantity(quantity)} on {formats.day(on)}" for quantity, on in own.parts)
        found.append(Alternative("split", "Split the line", words, line.unit_price, margin, tuple(days)))
    found.append(
        Alternative(
            "date", f"Agree on {formats.day(days[-1])}", "All of it on one day", line.unit_price, margin, (days[-1],)
        )
    )
    return found


def _elsewhere(
    order: Order,
    line: OrderLine,
    places: Sequence[Warehouse],
    supply: Mapping[Place, Standing],
    horizon: Horizon,
) -> list[Alternative]:
    """The whole order from another warehouse that can ship this line in time."""
    for place in places:
        standing = supply.get((place.pk, line.product_id))
        if place.pk == order.warehouse_id or standing is None or standing.free < line.ordered:
            continue
        day = horizon.delivered_on(horizon.wanted_on(line.requested_on))
        margin = margin_percent(line.net.amount * order.fx_rate, line.cost)
        label = f"Whole order from {place.name}"
        return [Alternative(f"warehouse-{place.pk}", label, "In stock there", line.unit_price, margin, (day,))]
    return []


def _instead(
    order: Order,
    line: OrderLine,
    related: Sequence[RelatedProduct],
    cards: Mapping[int, ProductCard],
    home: Mapping[Place, Standing],
    horizon: Horizon,
) -> list[Alternative]:
    """Substitutes that arrive earlier, each at the account's own price. One pricing of all of them."""
    wanted = [cards[each.related_id] for each in related if each.related_id in cards][:PROPOSALS]
    wanted = [card for card in wanted if line.sales_unit in card.units]
    offers = priced_offers(order, wanted, line.sales_quantity, line.sales_unit, home, horizon)
    return [
        Alternative(
            f"substitute-{offer.card.id}", f"{offer.card.sku} instead", offer.card.name, offer.unit_price,
            offer.margin_percent, (offer.deliver_on,),
        )
        for offer in offers
        if offer.deliver_on is not None
    ]  # fmt: skip
