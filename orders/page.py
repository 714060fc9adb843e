"""The page of an order that is no draft any more, as data: quantities, promises, holds, verbs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import NoReverseMatch, reverse

from core.access import SEE_MARGIN, may
from core.models import User
from core.web import formats
from core.web.parts import ActionButton, ChainStop, Confirm, Fact, Tag
from orders.line_documents import LineDocument
from orders.models import Order, OrderHold, OrderLine
from orders.offers import margin_percent
from orders.selectors import LinePromise
from orders.states import OrderStatus
from orders.status import promise_tag

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class QuantityRow:
    """One line with how far each of its quantities has come. A kit's component is indented below it."""

    line: OrderLine
    promised: Decimal
    from_promise: LinePromise | None
    tag: Tag | None
    documents: Sequence[LineDocument]
    is_component: bool
    is_opened: bool

    @property
    def to_ship(self) -> Decimal:
        """What is still open."""
        return max(self.line.ordered - self.line.cancelled - self.line.shipped, ZERO)

    @property
    def billed(self) -> Decimal:
        """Invoiced net of credit notes."""
        return self.line.invoiced - self.line.credited


def quantity_row(
    line: OrderLine,
    promise: LinePromise | None,
    documents: Sequence[LineDocument],
    *,
    today: date,
    opened: int,
    is_promised: bool,
) -> QuantityRow:
    """Put one line's row together."""
    tag = None
    if is_promised and line.product_kind == "stocked":
        is_shipped = line.shipped > 0 and line.shipped >= line.ordered - line.cancelled
        shown = promise_tag(
            requested_on=line.requested_on,
            deliver_on=promise.last_deliver_on if promise else None,
            has_undated=bool(promise and promise.undated),
            on=today,
            from_stock=bool(promise and promise.from_stock),
            is_shipped=is_shipped,
        )
        tag = Tag(shown.word, shown.tone)
    dated = sum((quantity for quantity, ship_on, _ in promise.parts if ship_on is not None), ZERO) if promise else ZERO
    return QuantityRow(
        line=line,
        promised=dated + line.shipped,
        from_promise=promise,
        tag=tag if line.cancelled < line.ordered else Tag("Cancelled", "neutral"),
        documents=documents,
        is_component=line.parent_id is not None,
        is_opened=line.pk == opened,
    )


def facts_of(order: Order, rows: Sequence[QuantityRow]) -> list[Fact]:
    """At most six facts: asked for when, promised when first and last, where to, how, by whom."""
    promises = [row.from_promise for row in rows if row.from_promise is not None]
    first = max((each.first_ship_on for each in promises if each.first_ship_on), default=None)
    last = max((each.last_ship_on for each in promises if each.last_ship_on), default=None)
    slip = (last - first).days if first and last else 0
    place = order.ship_to.splitlines()[-2:] if order.ship_to else []
    return [
        Fact("Requested", formats.time_day(order.requested_on)),
        Fact("First promise", formats.time_day(first) if first else ""),
        Fact(
            "Last promise",
            formats.time_day(last) if last else "",
            delta=f"{slip:+d} d".replace("-", "−") if slip else "",
        ),
        Fact("Ship to", ", ".join(place)),
        Fact("Delivery policy", "Complete only" if order.complete_only else "In parts"),
        Fact("Salesperson", str(order.salesperson) if order.salesperson else ""),
    ]


def missing_step(order: Order, rows: Sequence[QuantityRow]) -> ChainStop | None:
    """What a confirmed order waits for at the end of its chain: goods still to ship, or their bill."""
    if order.status != OrderStatus.CONFIRMED:
        return None
    own = [row for row in rows if not row.is_component]
    if open_lines := [row for row in own if row.to_ship]:
        undated = any(row.from_promise is not None and bool(row.from_promise.undated) for row in rows)
        tag = Tag("No supply", "bad") if undated else Tag("Promised", "info")
        return ChainStop("To ship", formats.plural(len(open_lines), "open line"), tag=tag, state="end")
    unbilled = [row for row in own if row.line.shipped > row.line.invoiced]
    return ChainStop("To invoice", formats.plural(len(unbilled), "line"), state="end") if unbilled else None


def sums_of(order: Order, lines: Sequence[OrderLine], user: User) -> list[Fact]:
    """Net, tax per rate, total, what is shipped and invoiced of it; margin by right. In the order's currency."""
    currency = order.currency
    own = [line for line in lines if line.parent_id is None]
    rates: dict[Decimal, Decimal] = {}
    for line in own:
        rates[line.tax_percent] = rates.get(line.tax_percent, ZERO) + line.tax.amount
    net = order.net.amount if order.net is not None else ZERO
    gross = order.gross.amount if order.gross is not None else ZERO
    facts = [Fact("Net", formats.money(net, currency))]
    facts += [Fact(f"VAT {formats.percent(rate)}", formats.money(tax, currency)) for rate, tax in sorted(rates.items())]
    facts.append(Fact("Total", formats.money(gross, currency), style="big"))
    cost = sum((line.cost for line in own), ZERO)
    margin = margin_percent(net * order.fx_rate, cost) if cost else None
    if margin is not None and may(user, SEE_MARGIN):
        facts.append(Fact("Margin at order", formats.percent(margin)))
    return facts


def _address(name: str, *arguments: int) -> str:
    """The address of a page of a room above, or nothing while that room has no such page."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


def buttons_of(order: Order, rows: Sequence[QuantityRow], user: User) -> list[ActionButton]:
    """The verbs that are possible now and that this person may do."""
    is_confirmed = order.status == OrderStatus.CONFIRMED
    is_live = order.status in (OrderStatus.DRAFT, OrderStatus.SUBMITTED, OrderStatus.CONFIRMED)
    shipped = any(row.line.shipped for row in rows)
    is_open = any(row.to_ship for row in rows if not row.is_component)
    held_by_hand = any(hold.kind == "manual" for hold in open_holds_of(order))
    buttons = [ActionButton("Print", reverse("orders:print", args=[order.pk]), icon="print", is_link=True, key="p")]
    if is_live and not held_by_hand and may(user, "orders.hold_order"):
        buttons.append(_verb(order, "hold", "Hold", icon="hold", needs_reason=True))
    if shipped and may(user, "fulfillment.enter_return") and (url := _address("fulfillment:return-new")):
        buttons.append(ActionButton("Return", f"{url}?order={order.pk}", icon="return", is_link=True))
    if is_confirmed and is_open and may(user, "fulfillment.release_delivery"):
        url = _address("fulfillment:create")
        picked = {"picked": str(order.pk)}
        buttons += [ActionButton("Create delivery", f"{url}?view=all", "deliver", fields=picked)] if url else []
    if is_confirmed and is_open and may(user, "orders.confirm_order"):
        buttons.append(_verb(order, "repromise", "Promise again", icon="refresh"))
    if is_confirmed and is_open and may(user, "orders.cancel_order"):
        title = f"Cancel what is open of {order.number}?"
        text = "What was shipped or is on a delivery stays. Stock and credit of the rest become free."
        ask = Confirm(title, text, "Cancel the rest", "Keep the order")
        buttons.append(_verb(order, "cancel-rest", "Cancel rest", needs_reason=True, style="danger", confirm=ask))
    if is_live and not shipped and may(user, "orders.cancel_order"):
        ask = Confirm(f"Cancel {order.number}?", "All of it becomes free again.", "Cancel the order", "Keep the order")
        buttons.append(_verb(order, "cancel", "Cancel order", needs_reason=True, style="danger", confirm=ask))
    if is_confirmed and may(user, "orders.change_order_after_confirm"):
        url = reverse("orders:change", args=[order.pk])
        buttons.append(ActionButton("Change order", url, style="primary", is_link=True, key="e"))
    return buttons


def _verb(order: Order, name: str, label: str, **more: object) -> ActionButton:
    return ActionButton(label, reverse(f"orders:{name}", args=[order.pk]), name, version=order.version, **more)  # type: ignore[arg-type]


def past_holds_of(order: Order) -> list[OrderHold]:
    """Why a cancelled order waited before, read once with the order; nothing for others, which went on."""
    return list(order.holds.all()) if order.status == OrderStatus.CANCELLED else []


def open_holds_of(order: Order) -> list[OrderHold]:
    """The holds that stop the order now, read once with the order."""
    return [hold for hold in order.holds.all() if hold.released_at is None]
