"""What confirming needs to know, read in a constant number of queries into plain objects (performance.md, "hot
command").
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from catalog.models import Account, KitComponent, Product
from core.dates import business_date
from core.models import Company
from inventory.models import TransitTime
from orders.credit import types as credit
from orders.exposure import LineQuantities, line_exposure
from orders.models import Order, OrderHold, OrderLine
from orders.states import HoldKind

ZERO = Decimal(0)
NO_PRICE, NO_TAX, OVER_LIMIT = "no_price", "no_tax", "over_limit"


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
    """One order under its lock, with what the checks and the promise need. ``exposure`` is in functional currency."""

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
    gross: Decimal
    fx_rate: Decimal
    functional_currency: str
    lines: list[ConfirmableLine] = field(default_factory=list)
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
        """What confirming adds to the account's open orders: every line at the order's own rate, rounded per line."""
        return sum((self._line_exposure(line) for line in self.lines), ZERO)

    def _line_exposure(self, line: ConfirmableLine) -> Decimal:
        return line_exposure(
            line.gross,
            LineQuantities(ordered=line.ordered, cancelled=line.cancelled),
            fx_rate=self.fx_rate,
            currency=self.functional_currency,
            goods=line.product_kind != Product.Kind.SERVICE,
        ).open_orders

    @property
    def is_approved(self) -> bool:
        """Whether a credit manager released this order; the approval covers the amount it had then."""
        return self.approved_gross is not None

    def purpose(self, verb: str) -> str:
        """The ledger purpose of a verb that an order can go through more than once: told apart by its version."""
        return f"{verb} v{self.version}"

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
            credit.RequestLine(line.line_id, f"line {line.position} ({line.sku})", self._line_exposure(line))
            for line in self.lines
            if line.gross
        )
        return credit.CreditRequest(
            key=self.order_id, on=on, amount=exposure, document_value=exposure, lines=lines, approval=approval
        )

    def require_credit_result(self) -> credit.CreditResult:
        """The decision; it was made for every order that is still in the call."""
        assert self.credit_result is not None
        return self.credit_result


def load_for_confirmation(company: Company, orders: Sequence[Order]) -> dict[int, LoadedOrder]:
    """Read headers' facts, lines, kit components and holds of locked orders: four queries, three without kits."""
    ids = [order.pk for order in orders]
    loaded = _load_headers(company, ids)
    _load_lines(loaded, ids)
    _load_components([line for order in loaded.values() for line in order.lines], loaded)
    _load_holds(loaded, ids)
    return loaded


def _load_headers(company: Company, ids: Sequence[int]) -> dict[int, LoadedOrder]:
    transit = TransitTime.objects.filter(warehouse=OuterRef("warehouse"), country=OuterRef("ship_to_country"))
    rows: Any = Order.objects.filter(pk__in=ids).annotate(
        account_name=F("account__name"),
        account_status=F("account__status"),
        zone=F("warehouse__time_zone"),
        transit_days=Coalesce(Subquery(transit.values("days")[:1]), 0),
    )
    return {
        row["id"]: LoadedOrder(
            order_id=row["id"],
            number=row["number"],
            account_id=row["account_id"],
            account_name=row["account_name"],
            account_status=row["account_status"],
            warehouse_id=row["warehouse_id"],
            today=business_date(row["zone"]),
            transit_days=row["transit_days"],
            ship_to_country=row["ship_to_country"],
            complete_only=row["complete_only"],
            coupon_id=row["coupon_id"],
            version=row["version"],
            gross=row["gross"] or ZERO,
            fx_rate=row["fx_rate"],
            functional_currency=company.functional_currency,
        )
        for row in rows.values(
            "id", "number", "account_id", "account_name", "account_status", "warehouse_id", "zone", "transit_days",
            "ship_to_country", "complete_only", "coupon_id", "version", "gross", "fx_rate",
        )
    }  # fmt: skip


def _load_lines(loaded: dict[int, LoadedOrder], ids: Sequence[int]) -> None:
    rows: Any = (
        OrderLine.objects.filter(order_id__in=ids)
        .order_by("order_id", "position")
        .values_list(
            "order_id", "id", "position", "product__sku", "product_id", "product_kind", "product__status", "ordered",
            "cancelled", "gross", "requested_on", "contract_line_id", "parent_id", "price_finding",
        )
    )  # fmt: skip
    for order_id, *facts in rows:
        loaded[order_id].lines.append(ConfirmableLine(*facts))


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


def _load_holds(loaded: dict[int, LoadedOrder], ids: Sequence[int]) -> None:
    rows = OrderHold.objects.filter(order_id__in=ids).order_by("id")
    for order_id, kind, released_at, approved in rows.values_list("order_id", "kind", "released_at", "approved_gross"):
        order = loaded[order_id]
        if released_at is None:
            order.open_hold_kinds.add(kind)
        elif kind == HoldKind.CREDIT:
            order.approved_gross = approved
        elif kind == HoldKind.PRICE:
            order.price_released = True
