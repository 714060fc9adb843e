"""From what is due to documents: which quantities, for how much, on which invoice. Pure functions."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from billing.amounts import rest_of_share, share
from billing.drafts import INVOICE, PlannedDocument, PlannedLine
from billing.loading import BillableLine, ShippedLine
from core.fx import Rate

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What an order says about its bills."""

    id: int
    number: str
    account_id: int
    terms_id: int
    currency: str
    tax_class: str
    price_basis: str
    price_date: date
    destination: str
    customer_reference: str


@dataclass(frozen=True, slots=True)
class BillKey:
    """What must be equal for two deliveries to share an invoice."""

    account_id: int
    terms_id: int
    currency: str
    tax_class: str
    price_basis: str
    price_date: date
    destination: str
    tax_regime: date


# The words of a split: "billed apart because ... differ".
KEY_WORDS = {
    "terms_id": "payment terms",
    "currency": "currency",
    "tax_class": "tax class",
    "price_basis": "price basis",
    "price_date": "order date",
    "destination": "country of delivery",
    "tax_regime": "tax rates",
}


@dataclass(slots=True)
class Due:
    """What one delivery (or an order itself) puts on a bill."""

    order: OrderFacts
    tax_point_on: date
    lines: list[PlannedLine] = field(default_factory=list)
    delivery_id: int | None = None


def due_of_deliveries(
    orders: Mapping[int, OrderFacts],
    lines: Mapping[int, BillableLine],
    shipped: Sequence[ShippedLine],
    delivery_ids: Collection[int],
    functional: str,
) -> list[Due]:
    """What these deliveries put on a bill: goods by what the customer keeps, kits by full sets, and once per order the
    services that are due.
    """
    wanted = set(delivery_ids)
    taking = _Taking(orders, lines, shipped, functional)
    dues: dict[int, Due] = {}
    for each in (line for line in shipped if line.delivery_id in wanted):
        order = orders[each.order_id]
        due = dues.setdefault(each.delivery_id, Due(order, each.shipped_on, delivery_id=each.delivery_id))
        line = lines[each.order_line_id]
        found = taking.kit(lines[line.parent_id]) if line.parent_id else taking.goods(line, each)
        if found:
            due.lines.append(found)
    found_dues = [due for due in dues.values() if due.lines]
    for order_id, due in {due.order.id: due for due in reversed(found_dues)}.items():
        due.lines += [
            found
            for line in lines.values()
            if line.order_id == order_id and line.is_service and (found := taking.ordered(line))
        ]
    return found_dues


def due_of_orders(
    orders: Mapping[int, OrderFacts],
    prepaid_ids: Collection[int],
    lines: Mapping[int, BillableLine],
    on: date,
    functional: str,
) -> list[Due]:
    """What these orders put on a bill by themselves: services and fees, and everything of those paid in advance."""
    taking = _Taking(orders, lines, (), functional)
    dues = {order_id: Due(order, on) for order_id, order in orders.items()}
    for line in lines.values():
        if line.parent_id is None and (line.is_service or line.order_id in prepaid_ids):
            found = taking.ordered(line)
            if found:
                dues[line.order_id].lines.append(found)
    return [due for due in dues.values() if due.lines]


class _Taking:
    """Hands out what is due of each order line, never more than may be billed, whatever asks for it."""

    def __init__(
        self,
        orders: Mapping[int, OrderFacts],
        lines: Mapping[int, BillableLine],
        shipped: Sequence[ShippedLine],
        functional: str,
    ) -> None:
        self.orders, self.functional = orders, functional
        self.left = {line.id: line.due_by_shipment for line in lines.values()}
        self.planned: dict[int, list[PlannedLine]] = defaultdict(list)
        self.kit_cost: defaultdict[int, Decimal] = defaultdict(Decimal)
        for each in shipped:
            parent = lines[each.order_line_id].parent_id
            if parent is not None:
                self.kit_cost[parent] += each.cost

    def goods(self, line: BillableLine, shipped: ShippedLine) -> PlannedLine | None:
        """What of a delivery line is due: not billed before, and kept by the customer."""
        quantity = min(shipped.due, self.left[line.id])
        if quantity <= 0:
            return None
        self.left[line.id] -= quantity
        planned = self._line(line, quantity)
        planned.delivery_line_id = shipped.id
        before = min(shipped.invoiced, shipped.shipped)
        up_to = min(before + quantity, shipped.shipped)
        planned.cost = rest_of_share(
            shipped.cost,
            up_to,
            shipped.shipped,
            share(shipped.cost, before, shipped.shipped, self.functional),
            self.functional,
        )
        return planned

    def kit(self, line: BillableLine) -> PlannedLine | None:
        """The full sets of a kit that are due, at the cost of all components that left so far."""
        quantity = self.left[line.id]
        if quantity <= 0:
            return None
        self.left[line.id] = ZERO
        planned = self._line(line, quantity)
        planned.cost = rest_of_share(
            self.kit_cost[line.id], line.billed + quantity, line.shipped, line.billed_cost, self.functional
        )
        return planned

    def ordered(self, line: BillableLine) -> PlannedLine | None:
        """What is due because it was ordered."""
        quantity = line.due_by_order
        if quantity <= 0 or self.planned[line.id]:
            return None
        planned = self._line(line, quantity)
        planned.cost = rest_of_share(line.cost, line.billed + quantity, line.ordered, line.billed_cost, self.functional)
        return planned

    def _line(self, line: BillableLine, quantity: Decimal) -> PlannedLine:
        order, before = self.orders[line.order_id], self.planned[line.id]
        by_gross = order.price_basis == "gross"
        cumulative = line.billed + sum((each.quantity for each in before), ZERO) + quantity
        amount_so_far = (line.billed_gross if by_gross else line.billed_net) + sum(
            (each.amount for each in before), ZERO
        )
        discount_so_far = line.billed_discount + sum((each.discount for each in before), ZERO)
        planned = PlannedLine(
            description=line.description,
            amount=rest_of_share(
                line.gross if by_gross else line.net, cumulative, line.ordered, amount_so_far, order.currency
            ),
            posting_group=line.posting_group,
            tax_category=line.tax_category,
            product_id=line.product_id,
            order_line_id=line.id,
            quantity=quantity,
            sales_quantity=line.in_sales_unit(quantity),
            sales_unit=line.sales_unit,
            unit_price=line.unit_price,
            price_unit=line.price_unit,
            discount=rest_of_share(line.discount, cumulative, line.ordered, discount_so_far, order.currency),
        )
        before.append(planned)
        return planned


def combine(
    dues: Iterable[Due], *, business_date: date, rates: Mapping[str, Rate], regime_starts: Sequence[date]
) -> list[PlannedDocument]:
    """Put on one invoice what may share one, and say of the others by which field they were split.

    ``regime_starts`` are the days on which tax rates change: goods of before and after never share an invoice.
    """
    groups: dict[BillKey, list[Due]] = {}
    for due in dues:
        groups.setdefault(_key(due, regime_starts), []).append(due)
    return [
        _document(key, members, groups, business_date=business_date, rate=rates[key.currency])
        for key, members in groups.items()
    ]


def _key(due: Due, regime_starts: Sequence[date]) -> BillKey:
    order = due.order
    regime = max((start for start in regime_starts if start <= due.tax_point_on), default=date.min)
    return BillKey(
        order.account_id, order.terms_id, order.currency, order.tax_class, order.price_basis, order.price_date,
        order.destination, regime,
    )  # fmt: skip


def _document(
    key: BillKey, members: Sequence[Due], all_keys: Iterable[BillKey], *, business_date: date, rate: Rate
) -> PlannedDocument:
    orders = {due.order.id: due.order for due in members}
    references = {order.customer_reference for order in orders.values()}
    sources = {("delivery", due.delivery_id) for due in members if due.delivery_id is not None}
    ordered = {("order", due.order.id) for due in members if due.delivery_id is None}
    return PlannedDocument(
        direction=INVOICE,
        account_id=key.account_id,
        currency=key.currency,
        business_date=business_date,
        tax_point_on=max(due.tax_point_on for due in members),
        price_basis=key.price_basis,
        tax_class=key.tax_class,
        destination=key.destination,
        terms_id=key.terms_id,
        rate=rate,
        lines=[line for due in members for line in due.lines],
        order_id=next(iter(orders)) if len(orders) == 1 else None,
        customer_reference=references.pop() if len(references) == 1 else "",
        sources=sources | ordered,
        split_by=split_words(key, all_keys),
    )


def split_words(key: BillKey, others: Iterable[BillKey]) -> tuple[str, ...]:
    """The fields in which this bill differs from other bills of the same account in the same call."""
    rivals = [other for other in others if other.account_id == key.account_id and other != key]
    return tuple(
        words
        for name, words in KEY_WORDS.items()
        if any(getattr(other, name) != getattr(key, name) for other in rivals)
    )


def finished_deliveries(
    lines: Mapping[int, BillableLine],
    shipped: Sequence[ShippedLine],
    delivery_ids: Collection[int],
    dues: Sequence[Due],
) -> list[int]:
    """Which of these deliveries have nothing left to bill once ``dues`` are posted."""
    now: defaultdict[int, Decimal] = defaultdict(Decimal)
    by_line: defaultdict[int, Decimal] = defaultdict(Decimal)
    for planned in (line for due in dues for line in due.lines):
        assert planned.order_line_id is not None
        by_line[planned.order_line_id] += planned.quantity
        if planned.delivery_line_id is not None:
            now[planned.delivery_line_id] += planned.quantity
    open_ids = {each.delivery_id for each in shipped if _is_open(each, lines, now[each.id], by_line)}
    return [delivery_id for delivery_id in delivery_ids if delivery_id not in open_ids]


def _is_open(
    each: ShippedLine, lines: Mapping[int, BillableLine], now: Decimal, by_line: Mapping[int, Decimal]
) -> bool:
    line = lines[each.order_line_id]
    if line.parent_id is None:
        return min(each.due - now, line.due_by_shipment - by_line.get(line.id, ZERO)) > 0
    kit = lines[line.parent_id]
    billed_sets = kit.billed + by_line.get(kit.id, ZERO)
    return line.kept * kit.ordered > billed_sets * line.ordered
