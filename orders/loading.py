"""What confirming needs to know, read by two named statements into plain objects (three when kits are ordered)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from catalog.models import Account, KitComponent, Product
from core.dates import business_date
from core.models import Company
from orders.credit import types as credit
from orders.exposure import LineQuantities, line_exposure
from orders.models import Order
from orders.states import HoldKind

ZERO = Decimal(0)
NO_PRICE, NO_TAX, OVER_LIMIT = "no_price", "no_tax", "over_limit"

# What an order's header does not say itself: of its account, its warehouse and the way to the customer; and its holds,
# in the order in which they were made.
_FACTS = """
SELECT o.id, a.name, a.status, w.time_zone, coalesce(t.days, 0), h.kinds, h.released, h.approvals
FROM orders_order o
JOIN catalog_account a ON a.id = o.account_id
JOIN inventory_warehouse w ON w.id = o.warehouse_id
LEFT JOIN inventory_transittime t ON t.warehouse_id = o.warehouse_id AND t.country = o.ship_to_country
CROSS JOIN LATERAL (
    SELECT array_agg(x.kind ORDER BY x.id) AS kinds, array_agg(x.released_at IS NOT NULL ORDER BY x.id) AS released,
           array_agg(x.approved_gross ORDER BY x.id) AS approvals
    FROM orders_orderhold x WHERE x.order_id = o.id
) h
WHERE o.id = ANY(%s)
"""

_LINES = """
SELECT l.order_id, l.id, l.position, p.sku, l.product_id, l.product_kind, p.status, l.ordered, l.cancelled, l.gross,
       l.requested_on, l.contract_line_id, l.parent_id, l.price_finding
FROM orders_orderline l
JOIN catalog_product p ON p.id = l.product_id
WHERE l.order_id = ANY(%s)
ORDER BY l.order_id, l.position
"""


@dataclass(slots=True)
class ConfirmableLine:
    """One line as confirming sees it. A component of a kit that is not written yet has a negative ``line_id``."""

    line_id: int
    position: int
    sku: str
    product_id: int
    product_kind: str
    product_status: str
    ordered: Decimal
    cancelled: Decimal
    gross: Decimal
    requested_on: date
    contract_line_id: int | None
    parent_id: int | None = None
    price_finding: str = ""

    @property
    def is_goods(self) -> bool:
        """Whether it is promised from stock itself; a kit is promised by its components."""
        return self.product_kind == Product.Kind.STOCKED

    @property
    def to_promise(self) -> Decimal:
        """What is wanted, in the stock unit."""
        return self.ordered - self.cancelled


@dataclass(slots=True)
class LoadedOrder:
    """One order under its lock, with what the checks and the promise need.

    ``worth`` is what each priced line adds to the account's open orders, in functional currency at the order's own
    rate, rounded per line.
    """

    order_id: int
    number: str
    account_id: int
    account_name: str
    account_status: str
    warehouse_id: int
    today: date
    transit_days: int
    ship_to_country: str
    complete_only: bool
    coupon_id: int | None
    version: int
    fx_rate: Decimal
    functional_currency: str
    lines: list[ConfirmableLine] = field(default_factory=list)
    worth: dict[int, Decimal] = field(default_factory=dict)
    open_hold_kinds: set[str] = field(default_factory=set)
    approved_gross: Decimal | None = None
    price_released: bool = False
    credit_result: credit.CreditResult | None = None

    @property
    def goods_lines(self) -> list[ConfirmableLine]:
        """The lines that lean on supply, components of kits included."""
        return [line for line in self.lines if line.is_goods]

    @property
    def incompletion(self) -> tuple[str, ...]:
        """What is missing before the order can be confirmed; empty when complete."""
        missing = []
        if not self.lines:
            missing.append(f"Order {self.number} has no lines.")
        if self.account_status != Account.Status.ACTIVE:
            missing.append(f"{self.account_name} is {self.account_status}; orders cannot be confirmed for it.")
        if not self.ship_to_country:
            missing.append(f"Order {self.number} has no address to ship to.")
        missing.extend(
            f"Line {line.position}: {line.sku} is discontinued."
            for line in self.lines
            if line.product_status == Product.Status.DISCONTINUED and line.parent_id is None
        )
        missing.extend(
            f"Line {line.position}: {line.sku} has no {'tax rate' if line.price_finding == NO_TAX else 'price'}."
            for line in self.lines
            if line.price_finding in (NO_PRICE, NO_TAX)
        )
        missing.extend(f"Line {line.position}: the quantity is zero." for line in self.lines if line.ordered == 0)
        return tuple(missing)

    @property
    def price_to_release(self) -> tuple[str, ...]:
        """Prices by hand beyond what the seller may give, until somebody else released them."""
        if self.price_released:
            return ()
        return tuple(
            f"Line {line.position}: the price of {line.sku} goes beyond what may be given by hand."
            for line in self.lines
            if line.price_finding == OVER_LIMIT
        )

    @property
    def exposure(self) -> Decimal:
        """What confirming adds to the account's open orders, in functional currency."""
        return sum(self.worth.values(), ZERO)

    @property
    def is_approved(self) -> bool:
        """Whether a credit manager released this order; the approval covers the amount it had then."""
        return self.approved_gross is not None

    def purpose(self, verb: str) -> str:
        """The ledger purpose of a verb that an order can go through more than once: told apart by its version."""
        return f"{verb} v{self.version}"

    @property
    def is_stopped_otherwise(self) -> bool:
        """Whether something else than credit makes it wait: then it takes no credit, whatever the check says."""
        return bool(self.open_hold_kinds - {HoldKind.CREDIT} or self.price_to_release)

    def delivery_group(self, line: ConfirmableLine) -> int | None:
        """Lines that ship together: the whole order when it ships complete, otherwise the components of one kit."""
        if self.complete_only:
            return -self.order_id
        return line.parent_id

    def credit_request(self, on: date) -> credit.CreditRequest:
        """The question put to the credit engine."""
        exposure = self.exposure
        approval = credit.Approval(self.approved_gross, on) if self.approved_gross is not None else None
        lines = tuple(
            credit.RequestLine(line.line_id, f"line {line.position} ({line.sku})", self.worth[line.line_id])
            for line in self.lines
            if line.gross
        )
        return credit.CreditRequest(
            key=self.order_id,
            on=on,
            amount=exposure,
            document_value=exposure,
            lines=lines,
            approval=approval,
            takes_credit=not self.is_stopped_otherwise,
        )

    def require_credit_result(self) -> credit.CreditResult:
        """The decision; it was made for every order that is still in the call."""
        assert self.credit_result is not None
        return self.credit_result


def load_for_confirmation(company: Company, orders: Sequence[Order]) -> dict[int, LoadedOrder]:
    """Read what the locked orders' own rows do not say: two queries, three when there are kits."""
    loaded = _load_headers(company, orders)
    _load_lines(loaded)
    _load_components([line for order in loaded.values() for line in order.lines], loaded)
    return loaded


def _load_headers(company: Company, orders: Sequence[Order]) -> dict[int, LoadedOrder]:
    headers = {order.pk: order for order in orders}
    loaded = {}
    for row in _read(_FACTS, list(headers)):
        order_id, account_name, account_status, zone, transit_days, kinds, released, approvals = row
        header = headers[order_id]
        loaded[order_id] = LoadedOrder(
            order_id=order_id,
            number=header.number or "",
            account_id=header.account_id,
            account_name=account_name,
            account_status=account_status,
            warehouse_id=header.warehouse_id,
            today=business_date(zone),
            transit_days=transit_days,
            ship_to_country=header.ship_to_country,
            complete_only=header.complete_only,
            coupon_id=header.coupon_id,
            version=header.version,
            fx_rate=header.fx_rate,
            functional_currency=company.functional_currency,
        )
        _note_holds(loaded[order_id], zip(kinds or (), released or (), approvals or (), strict=True))
    return loaded


def _note_holds(order: LoadedOrder, holds: Iterable[tuple[str, bool, Decimal | None]]) -> None:
    """What stops the order, and what was released: the latest release of a kind counts."""
    for kind, is_released, approved in holds:
        if not is_released:
            order.open_hold_kinds.add(kind)
        elif kind == HoldKind.CREDIT:
            order.approved_gross = approved
        elif kind == HoldKind.PRICE:
            order.price_released = True


def _load_lines(loaded: dict[int, LoadedOrder]) -> None:
    for order_id, *facts in _read(_LINES, list(loaded)):
        order, line = loaded[order_id], ConfirmableLine(*facts)
        order.lines.append(line)
        if line.gross:
            order.worth[line.line_id] = line_exposure(
                line.gross,
                LineQuantities(ordered=line.ordered, cancelled=line.cancelled),
                fx_rate=order.fx_rate,
                currency=order.functional_currency,
                goods=line.product_kind != Product.Kind.SERVICE,
            ).open_orders


def _read(sql: str, order_ids: list[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [order_ids])
        return cursor.fetchall()


def _load_components(lines: Iterable[ConfirmableLine], loaded: dict[int, LoadedOrder]) -> None:
    """Add the components of kits that have none yet, not written: they are frozen only if the order is confirmed."""
    exploded = {line.parent_id for order in loaded.values() for line in order.lines}
    kits = [line for line in lines if line.product_kind == Product.Kind.KIT and line.line_id not in exploded]
    if not kits:
        return
    parts: defaultdict[int, list[tuple[int, str, str, str, Decimal]]] = defaultdict(list)
    found: Any = (
        KitComponent.objects.filter(kit_id__in={line.product_id for line in kits})
        .order_by("kit_id", "id")
        .values_list("kit_id", "component_id", "component__sku", "component__kind", "component__status", "quantity")
    )
    for kit_id, *part in found:
        parts[kit_id].append(tuple(part))
    next_key = -1
    for order in loaded.values():
        position = max((line.position for line in order.lines), default=0)
        for kit in [line for line in order.lines if line in kits]:
            for product_id, sku, kind, status, quantity in parts[kit.product_id]:
                position += 1
                order.lines.append(
                    ConfirmableLine(
                        next_key, position, sku, product_id, kind, status, kit.ordered * quantity,
                        kit.cancelled * quantity, ZERO, kit.requested_on, None, kit.line_id,
                    )
                )  # fmt: skip
                next_key -= 1
