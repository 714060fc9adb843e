"""Inbound orders: enough of them to expect goods, and to let promises lean on them before they are here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from catalog.models import Account, Product
from core import bulk
from core.commands import command
from core.dates import business_date as business_day
from core.events import publish
from core.ledger import Movement
from core.locks import Rank, lock_rows
from core.models import Company, User
from core.numbering import sequence_numbers
from core.rounding import exact_quantity
from core.timeline import TimelineEntry, record
from core.transitions import advance
from core.wording import listed
from inventory.drafts import SupplyDraft, SupplyLineDraft
from inventory.errors import QuantityRefused, SeveralCompanies, SupplyRefused
from inventory.events import SupplyAdded
from inventory.ledgers import RECEIPTS
from inventory.models import SupplyLine, SupplyOrder
from inventory.places import Place, warehouse_facts
from inventory.promising.loader import lock_buckets, lock_receipts
from inventory.services.repegging import SupplyChange, apply_supply_change
from inventory.states import SupplyOrderStatus


@command(permission="inventory.maintain_supply")
def create_supply_orders(*, drafts: Sequence[SupplyDraft], actor: User, place: bool = True) -> list[int]:
    """Create inbound orders of one company, placed at once unless told otherwise, and return their ids.

    Quantities in the stock unit, costs per stock unit in the order's currency. Raises SupplyRefused, QuantityRefused.
    """
    if not drafts:
        return []
    _require_valid(drafts)
    numbers = sequence_numbers(SupplyOrder, [draft.business_date for draft in drafts])
    order_ids = bulk.insert(
        SupplyOrder,
        {
            "number": numbers,
            "currency": [draft.currency for draft in drafts],
            "business_date": [draft.business_date for draft in drafts],
            "supplier_id": [draft.supplier_id for draft in drafts],
            "warehouse_id": [draft.warehouse_id for draft in drafts],
            "supplier_reference": [draft.reference for draft in drafts],
        },
        same={
            "company_id": drafts[0].company_id,
            "status": SupplyOrderStatus.ORDERED if place else SupplyOrderStatus.DRAFT,
            "ordered_at": datetime.now(UTC) if place else None,
            "ordered_by_id": actor.pk if place else None,
            "created_by_id": actor.pk,
            "changed_by_id": actor.pk,
        },
    )
    lines = _insert_lines(drafts, order_ids)
    record([TimelineEntry(SupplyOrder.kind, order_id, "create") for order_id in order_ids], actor=actor)
    if place:
        _expect(drafts[0].company_id, lines, actor=actor)
    return order_ids


@dataclass(frozen=True, slots=True)
class _Expected:
    """A supply line that promises can lean on from now on."""

    line_id: int
    place: Place
    quantity: Decimal
    on: date


def _insert_lines(drafts: Sequence[SupplyDraft], order_ids: Sequence[int]) -> list[_Expected]:
    rows = [
        (order_id, draft, position, SupplyLineDraft(*line))
        for order_id, draft in zip(order_ids, drafts, strict=True)
        for position, line in enumerate(draft.lines, 1)
    ]
    ids = bulk.insert(
        SupplyLine,
        {
            "order_id": [order_id for order_id, _, _, _ in rows],
            "company_id": [draft.company_id for _, draft, _, _ in rows],
            "warehouse_id": [draft.warehouse_id for _, draft, _, _ in rows],
            "product_id": [line.product_id for _, _, _, line in rows],
            "position": [position for _, _, position, _ in rows],
            "ordered": [line.quantity for _, _, _, line in rows],
            "expected_on": [line.expected_on for _, _, _, line in rows],
            "unit_cost": [line.unit_cost for _, _, _, line in rows],
        },
    )
    return [
        _Expected(line_id, (draft.warehouse_id, line.product_id), line.quantity, draft.business_date)
        for line_id, (_, draft, _, line) in zip(ids, rows, strict=True)
    ]


def _expect(company_id: int, lines: Sequence[_Expected], *, actor: User) -> None:
    """Open the receipts of these lines. Needs no bucket: a new receipt takes nothing from anybody."""
    RECEIPTS.post(
        [
            Movement((company_id, line.line_id), {"open": line.quantity}, "supply_line", line.line_id, "order", line.on)
            for line in lines
        ]
    )
    places = tuple(sorted({line.place for line in lines}))
    reason = "An inbound order was placed"
    publish(SupplyAdded(actor_id=actor.pk, company_id=company_id, places=places, reason=reason))


def _require_valid(drafts: Sequence[SupplyDraft]) -> None:
    companies = {draft.company_id for draft in drafts}
    if len(companies) > 1:
        raise SeveralCompanies("These inbound orders belong to several companies. Create them company by company.")
    warehouse_facts({draft.warehouse_id for draft in drafts}, company_id=drafts[0].company_id)
    lines = [SupplyLineDraft(*line) for draft in drafts for line in draft.lines]
    if any(not draft.lines for draft in drafts):
        raise SupplyRefused("An inbound order needs at least one line.")
    for line in lines:
        require_quantity_and_cost(line.quantity, line.unit_cost)
    suppliers = {draft.supplier_id for draft in drafts}
    if Account.objects.filter(pk__in=suppliers, is_supplier=True).count() < len(suppliers):
        raise SupplyRefused("Goods are ordered from a supplier. Mark the account as one, or choose another.")
    require_countable([(line.product_id, line.quantity) for line in lines])


def require_quantity_and_cost(quantity: Decimal, unit_cost: Decimal | None) -> None:
    """Refuse what is not a quantity above zero at six places, or not a cost at six places."""
    if exact_quantity(quantity) <= 0:
        raise QuantityRefused("A quantity must be greater than zero.")
    if unit_cost is not None and (exact_quantity(unit_cost) < 0):
        raise QuantityRefused("A cost must not be negative.")


def require_countable(quantities: Sequence[tuple[int, Decimal]]) -> None:
    """Refuse products that are not kept in stock, and fractions of whole ones. One query.

    Raises SupplyRefused or QuantityRefused naming the products.
    """
    rows = Product.objects.filter(pk__in={product_id for product_id, _ in quantities})
    facts = {row[0]: row[1:] for row in rows.values_list("pk", "sku", "kind", "stock_unit__is_whole")}
    if any(product_id not in facts for product_id, _ in quantities):
        raise SupplyRefused("There is no such product.")
    wrong = sorted({sku for sku, kind, _ in facts.values() if kind != Product.Kind.STOCKED})
    if wrong:
        raise SupplyRefused(f"{listed(wrong[:10])}: not kept in stock. Choose stocked products only.")
    split = sorted({facts[number][0] for number, amount in quantities if facts[number][2] and amount % 1})
    if split:
        raise QuantityRefused(f"{listed(split[:10])}: counted in whole units. Enter a whole number.")


def lock_supply_orders(ids: Collection[int]) -> tuple[list[SupplyOrder], Company]:
    """Lock these inbound orders in id order, with their one company. Raises SeveralCompanies, NotFound."""
    orders = lock_rows(SupplyOrder, ids, Rank.SUPPLY)
    if len({order.company_id for order in orders}) > 1:
        raise SeveralCompanies("These inbound orders belong to several companies. Take them company by company.")
    return orders, Company.objects.get(pk=orders[0].company_id)


@command(permission="inventory.maintain_supply")
def place_supply_orders(*, order_ids: Collection[int], actor: User) -> None:
    """Send drafts to their suppliers: from now on promises can lean on them."""
    if not order_ids:
        return
    orders, company = lock_supply_orders(order_ids)
    advance(orders, "order", actor=actor)
    rows = SupplyLine.objects.filter(order__in=[order.pk for order in orders]).order_by("pk")
    lines = [
        _Expected(line_id, (warehouse_id, product_id), ordered, on)
        for line_id, warehouse_id, product_id, ordered, on in rows.values_list(
            "pk", "warehouse_id", "product_id", "ordered", "order__business_date"
        )
    ]
    _expect(company.pk, lines, actor=actor)


@command(permission="inventory.maintain_supply")
def close_supply_orders(
    *, order_ids: Collection[int], actor: User, reason: str = "", business_date: date | None = None
) -> None:
    """Expect nothing more of these orders; promises that leaned on the rest are kept or moved."""
    _end(order_ids, "close", reason or "The inbound order was closed", business_date, actor=actor)


@command(permission="inventory.maintain_supply")
def cancel_supply_orders(
    *, order_ids: Collection[int], reason: str, actor: User, business_date: date | None = None
) -> None:
    """Cancel inbound orders with a reason. One of which goods were received is closed instead. Raises SupplyRefused."""
    if not reason.strip():
        raise SupplyRefused("Give the reason for which the inbound order is cancelled.", fields={"reason": "Required."})
    _end(order_ids, "cancel", reason, business_date, actor=actor)


def _end(order_ids: Collection[int], verb: str, reason: str, on: date | None, *, actor: User) -> None:
    """Take what is still to come out of supply, after its promises were moved elsewhere, and end the orders."""
    if not order_ids:
        return
    orders, company = lock_supply_orders(order_ids)
    rows = SupplyLine.objects.filter(order__in=[order.pk for order in orders]).order_by("pk")
    lines = list(rows.values_list("pk", "warehouse_id", "product_id", "ordered", "received", "cancelled"))
    if verb == "cancel" and any(line[4] for line in lines):
        raise SupplyRefused("Goods of this order were received already. Close it instead.")
    open_lines = {line[0]: line[3] - line[4] - line[5] for line in lines if line[3] > line[4] + line[5]}
    places = {(line[1], line[2]) for line in lines if line[0] in open_lines}

    buckets = lock_buckets(company.pk, places, warehouse_facts({place[0] for place in places}, company_id=company.pk))
    receipts = lock_receipts(places)
    bulk.add(SupplyLine, {line_id: {"cancelled": rest} for line_id, rest in open_lines.items()})
    today = on or business_day(company.time_zone)
    of_receipts = [
        Movement(receipt.total.key, {"open": -receipt.total.balances["open"]}, "supply_line", line_id, verb, today)
        for receipt in receipts
        if (line_id := receipt.total.key[1]) in open_lines
    ]
    source = (SupplyOrder.kind, orders[0].pk, verb)
    change = SupplyChange(company.pk, buckets, receipts, source, today, reason, of_receipts=of_receipts)
    apply_supply_change(change, actor=actor)
    advance(orders, verb, actor=actor, reason=reason)
