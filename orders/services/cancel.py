"""Cancelling: whole orders before anything left, or the rest of what was not shipped."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from catalog.drafts import CouponUse
from catalog.models import Product
from catalog.services import lock_and_use_coupons
from core import bulk
from core.commands import command
from core.dates import business_date
from core.events import publish
from core.models import Company, User
from core.timeline import TimelineEntry, record
from core.transitions import advance
from orders.credit.services import CreditMove, move_credit
from orders.errors import ChangeRefused
from orders.events import OrdersCancelled
from orders.exposure import LineQuantities, line_exposure
from orders.models import Order, OrderHold, OrderLine
from orders.quantities import LineState, billing_state, fulfillment_state, is_finished
from orders.services.locking import company_of, lock_orders
from orders.services.parts import Part, choose_reductions, load_parts, take_back
from orders.states import OrderStatus
from quotes.services import CallOff, call_off

ZERO = Decimal(0)


@command(permission="orders.cancel_order")
def cancel_orders(*, order_ids: Collection[int], reason: str, actor: User) -> None:
    """Cancel these orders before anything of them left the warehouse: stock, credit, contracts and coupons are given
    back.

    Raises:
        ChangeRefused: something was shipped or is on a delivery (cancel the rest instead), something is invoiced and
        not credited, or no reason was given.
        TransitionRefused: an order is completed or cancelled already.
    """
    orders = lock_orders(order_ids)
    _require_reason(reason)
    company = company_of(orders)
    lines = list(OrderLine.objects.filter(order__in=orders).select_related("order").order_by("order_id", "position"))
    gone = [line for line in lines if line.shipped > 0]
    billed = [line for line in lines if line.invoiced > line.credited]
    if gone:
        raise ChangeRefused(f"{gone[0].order.title} was shipped in part; cancel the rest of it instead.")
    if billed:
        raise ChangeRefused(
            f"{billed[0].description} of {billed[0].order.title} was invoiced; reverse or credit that invoice first."
        )
    confirmed = {order.pk for order in orders if order.status == OrderStatus.CONFIRMED}
    bound = [order for order in orders if order.pk in confirmed]
    _cancel_open(company, [line for line in lines if line.order_id in confirmed], orders, actor=actor, coupons_of=bound)
    advance(orders, "cancel", actor=actor, reason=reason.strip()[:500])
    OrderHold.objects.filter(order__in=orders, released_at=None).delete()
    publish(OrdersCancelled(actor_id=actor.pk, company_id=company.pk, order_ids=tuple(order.pk for order in orders)))


@command(permission="orders.cancel_order")
def cancel_rest(*, order_ids: Collection[int], reason: str, actor: User) -> None:
    """Cancel what of these confirmed orders is neither shipped nor on a delivery; the orders go on with the rest.

    Services (freight, fees) of an order of which something left or is leaving stay: they are due with it.

    Raises:
        ChangeRefused: an order is not confirmed, or nothing of it is left to cancel.
    """
    orders = lock_orders(order_ids)
    _require_reason(reason)
    company = company_of(orders)
    wrong = [order for order in orders if order.status != OrderStatus.CONFIRMED]
    if wrong:
        raise ChangeRefused(
            f"{wrong[0].title} is {wrong[0].get_status_display().lower()}; only confirmed orders have a rest."
        )
    lines = list(OrderLine.objects.filter(order__in=orders).select_related("order").order_by("order_id", "position"))
    touched = _cancel_open(company, lines, orders, actor=actor, keep_delivering=True)
    if not touched:
        raise ChangeRefused("Nothing is left to cancel: everything was shipped or is on a delivery.")
    record(
        [
            TimelineEntry.about(order, "cancel rest", reason=reason.strip()[:500])
            for order in orders
            if order.pk in touched
        ],
        actor=actor,
    )
    _refresh(orders, actor=actor)
    publish(OrdersCancelled(actor_id=actor.pk, company_id=company.pk, order_ids=tuple(sorted(touched))))


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise ChangeRefused(
            "Enter the reason for the cancellation.", fields={"reason": "Enter the reason for the cancellation."}
        )


def _cancel_open(
    company: Company,
    lines: Sequence[OrderLine],
    orders: Sequence[Order],
    *,
    actor: User,
    keep_delivering: bool = False,
    coupons_of: Sequence[Order] = (),
) -> set[int]:
    """Cancel the open quantity of these lines; credit, contracts, coupons, then stock are given back, in lock order.

    Returns the orders that changed.
    """
    parts = load_parts([line.pk for line in lines])
    open_now = _open_now(lines, parts, keep_delivering)
    if not open_now:
        return set()
    by_id = {line.pk: line for line in lines}
    headers = {order.pk: order for order in orders}
    on = {order.pk: business_date(company.time_zone) for order in orders}
    bulk.add(OrderLine, {line_id: {"cancelled": quantity} for line_id, quantity in open_now.items()})
    move_credit(
        company=company,
        moves=[
            _credit_move(company, headers[by_id[line_id].order_id], by_id[line_id], qty)
            for line_id, qty in open_now.items()
        ],
        business_date=business_date(company.time_zone),
        actor=actor,
    )
    give_back = [
        CallOff(
            line.contract_line_id,
            -open_now[line.pk],
            "order_line",
            line.pk,
            on[line.order_id],
            _purpose(headers[line.order_id]),
        )
        for line in lines
        if line.contract_line_id is not None and line.pk in open_now
    ]
    if give_back:
        call_off(company_id=company.pk, call_offs=give_back, actor=actor)
    _give_back_coupons(company, coupons_of, actor=actor)
    stocked = {line_id: quantity for line_id, quantity in open_now.items() if parts.get(line_id)}
    take_back(
        choose_reductions(parts, stocked),
        company_id=company.pk,
        source_id=min(headers),
        purpose="order_cancel",
        on=business_date(company.time_zone),
        actor=actor,
    )
    return {by_id[line_id].order_id for line_id in open_now}


def _open_now(lines: Sequence[OrderLine], parts: Mapping[int, list[Part]], keep_delivering: bool) -> dict[int, Decimal]:
    """What there is to cancel, by line; where deliveries are kept, services of what leaves are kept with them."""
    leaving = _leaving(lines, parts) if keep_delivering else set()
    found = {
        line.pk: _cancellable(line, lines, parts, keep_delivering)
        for line in lines
        if not (line.product_kind == Product.Kind.SERVICE and line.order_id in leaving)
    }
    return {line_id: quantity for line_id, quantity in found.items() if quantity > 0}


def _leaving(lines: Sequence[OrderLine], parts: Mapping[int, Sequence[Part]]) -> set[int]:
    """The orders of which something was shipped or is on a delivery."""
    return {
        line.order_id
        for line in lines
        if line.product_kind == Product.Kind.STOCKED
        and (line.shipped > 0 or sum((part.free for part in parts.get(line.pk, ())), ZERO) < line.open)
    }


def _cancellable(line: OrderLine, lines: Sequence[OrderLine], parts: object, keep_delivering: bool) -> Decimal:
    """How much of a line is neither shipped nor, when that is kept, on a delivery.

    A kit's own line follows its components.
    """
    assert isinstance(parts, dict)
    if line.product_kind == Product.Kind.SERVICE:
        return line.ordered - line.cancelled - (line.invoiced - line.credited)
    if line.product_kind == Product.Kind.KIT:
        components = [each for each in lines if each.parent_id == line.pk]
        free = min(
            (
                sum((part.free for part in parts.get(each.pk, [])), ZERO) * line.ordered / each.ordered
                for each in components
            ),
            default=line.open,
        )
        return min(free.to_integral_value("ROUND_FLOOR"), line.open)
    free = sum((part.free for part in parts.get(line.pk, [])), ZERO)
    if not keep_delivering and free < line.open:
        raise ChangeRefused(
            f"{line.order.title} is on a delivery; cancel the delivery first, or cancel the rest of the order."
        )
    return free


def _purpose(order: Order) -> str:
    return f"cancel v{order.version}"


def _credit_move(company: Company, order: Order, line: OrderLine, quantity: Decimal) -> CreditMove:
    before = LineQuantities(line.ordered, line.cancelled, line.shipped, line.returned, line.invoiced, line.credited)
    after = replace(before, cancelled=before.cancelled + quantity)
    gross = line.gross.amount if line.parent_id is None else ZERO
    goods = line.product_kind != Product.Kind.SERVICE
    delta = [
        line_exposure(gross, each, fx_rate=order.fx_rate, currency=company.functional_currency, goods=goods)
        for each in (after, before)
    ]
    change = delta[0] - delta[1]
    return CreditMove(
        order.account_id, "order", order.pk, _purpose(order), open_orders=change.open_orders, delivered=change.delivered
    )


def _give_back_coupons(company: Company, orders: Sequence[Order], *, actor: User) -> None:
    today: date = business_date(company.time_zone)
    uses = [
        CouponUse(order.coupon_id, order.account_id, -1, "order", order.pk, today, _purpose(order))
        for order in orders
        if order.coupon_id is not None
    ]
    if uses:
        lock_and_use_coupons(uses=uses, actor=actor)


def _refresh(orders: Sequence[Order], *, actor: User) -> None:
    """Complete orders of which nothing is left, and store the derived states."""
    rows: Any = OrderLine.objects.filter(order__in=orders).values_list(
        "order_id",
        "id",
        "product_kind",
        "ordered",
        "cancelled",
        "shipped",
        "returned",
        "invoiced",
        "credited",
        "parent_id",
    )
    states: dict[int, list[LineState]] = {}
    for order_id, *facts in rows:
        states.setdefault(order_id, []).append(LineState(*facts))
    bulk.update(
        Order,
        [order.pk for order in orders],
        {
            "fulfillment_state": [fulfillment_state(states[order.pk]) for order in orders],
            "billing_state": [billing_state(states[order.pk]) for order in orders],
        },
    )
    advance([order for order in orders if is_finished(states[order.pk])], "complete", actor=actor)
