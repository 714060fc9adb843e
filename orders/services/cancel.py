"""Cancelling: whole orders before anything left, or the rest of what was not shipped."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from django.utils import timezone

from catalog.drafts import CouponUse
from catalog.models import Product
from catalog.services import lock_and_use_coupons
from core import bulk
from core.commands import command
from core.dates import business_date
from core.events import publish
from core.models import Company, User
from core.system import system_user
from core.timeline import TimelineEntry, record
from core.transitions import advance
from orders.credit.services import CreditMove, move_credit
from orders.errors import ChangeRefused
from orders.events import OrdersCancelled
from orders.exposure import LineQuantities, line_exposure
from orders.line_documents import documents_of_lines
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
    if not orders:
        return
    company = company_of(orders)
    lines = list(OrderLine.objects.filter(order__in=orders).select_related("order").order_by("order_id", "position"))
    gone = [line for line in lines if line.shipped > 0]
    billed = [line for line in lines if line.invoiced > line.credited]
    if gone:
        raise ChangeRefused(f"{gone[0].order.title} was shipped in part; cancel the rest of it instead.")
    if billed:
        raise _billed(billed[0], "reverse or credit", actor)
    confirmed = {order.pk for order in orders if order.status == OrderStatus.CONFIRMED}
    bound = [order for order in orders if order.pk in confirmed]
    _cancel_open(company, [line for line in lines if line.order_id in confirmed], orders, actor=actor, coupons_of=bound)
    advance(orders, "cancel", actor=actor, reason=reason.strip()[:500])
    _close_holds(orders, reason, actor=actor)
    publish(OrdersCancelled(actor_id=actor.pk, company_id=company.pk, order_ids=tuple(order.pk for order in orders)))


@command(permission="orders.cancel_order")
def cancel_rest(*, order_ids: Collection[int], reason: str, actor: User) -> None:
    """Cancel what of these confirmed orders is neither shipped nor on a delivery; the orders go on with the rest.

    Services (freight, fees) of an order of which something left or is leaving stay: they are due with it.

    Raises:
        ChangeRefused: an order is not confirmed, nothing of it is left to cancel, or what is left was invoiced in
        advance: its invoice is reversed first, or the exposure would stay below zero for good.
    """
    orders = lock_orders(order_ids)
    _require_reason(reason)
    if not orders:
        return
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
    changed = [order for order in orders if order.pk in touched]
    record([TimelineEntry.about(order, "cancel rest", reason=reason.strip()[:500]) for order in changed], actor=actor)
    _refresh(changed, actor=actor)
    publish(OrdersCancelled(actor_id=actor.pk, company_id=company.pk, order_ids=tuple(sorted(touched))))


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise ChangeRefused(
            "Enter the reason for the cancellation.", fields={"reason": "Enter the reason for the cancellation."}
        )


def _billed(line: OrderLine, way_out: str, actor: User) -> ChangeRefused:
    """The refusal to cancel what is invoiced; names the newest invoice of the line to who may see it."""
    documents = documents_of_lines(line.order_id, actor).get(line.pk, ())
    numbers = [document.number for document in documents if document.kind == "Invoice"]
    by, that = (f" by {numbers[-1]}", "it") if numbers else ("", "that invoice")
    return ChangeRefused(f"{line.description} of {line.order.title} was invoiced{by}; {way_out} {that} first.")


def _close_holds(orders: Sequence[Order], reason: str, *, actor: User) -> None:
    """Release what still holds cancelled orders, with the cancellation as the reason: their pages tell why they waited.

    In the system's name, since nobody approved anything; by ``actor`` what the system made. What it made and cancels
    itself it cannot release (I15): that is removed, and row history keeps it.
    """
    found = OrderHold.objects.filter(order__in=orders, released_at=None).order_by("pk")
    makers = dict(found.values_list("pk", "created_by_id"))
    if not makers:
        return
    system, now = system_user(), timezone.now()
    by = {hold_id: actor.pk if maker == system.pk else system.pk for hold_id, maker in makers.items()}
    released = [hold_id for hold_id, maker in makers.items() if by[hold_id] != maker]
    bulk.update(
        OrderHold,
        released,
        {
            "released_at": [now for _ in released],
            "released_by_id": [by[hold_id] for hold_id in released],
            "release_reason": [f"Cancelled: {reason.strip()}"[:500] for _ in released],
        },
    )
    if len(released) < len(makers):
        found.all().delete()


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
    _require_unbilled(lines, open_now, actor)
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


def _require_unbilled(lines: Sequence[OrderLine], open_now: Mapping[int, Decimal], actor: User) -> None:
    """Refuse where a line would keep less than is invoiced of it, as those that are billed in advance would.

    What is billed and never leaves would lower the customer's exposure for good.
    """
    for line in lines:
        left = line.ordered - line.cancelled - open_now.get(line.pk, ZERO)
        if line.pk in open_now and left < line.invoiced - line.credited:
            raise _billed(line, "reverse", actor)


def _leaving(lines: Sequence[OrderLine], parts: Mapping[int, list[Part]]) -> set[int]:
    """The orders of which something was shipped or is on a delivery."""
    return {
        line.order_id
        for line in lines
        if line.product_kind == Product.Kind.STOCKED and (line.shipped > 0 or _free(line, parts) < line.open)
    }


def _cancellable(
    line: OrderLine, lines: Sequence[OrderLine], parts: Mapping[int, list[Part]], keep_delivering: bool
) -> Decimal:
    """How much of a line is neither shipped nor, when that is kept, on a delivery.

    A kit's own line follows its components.
    """
    if line.product_kind == Product.Kind.SERVICE:
        return line.ordered - line.cancelled - (line.invoiced - line.credited)
    if line.product_kind == Product.Kind.KIT:
        return _open_kits(line, [each for each in lines if each.parent_id == line.pk], parts)
    free = _free(line, parts)
    if not keep_delivering and free < line.open:
        raise ChangeRefused(
            f"{line.order.title} is on a delivery; cancel the delivery first, or cancel the rest of the order."
        )
    return free


def _open_kits(kit: OrderLine, components: Sequence[OrderLine], parts: Mapping[int, list[Part]]) -> Decimal:
    """All kits but the full sets of what the components shipped or have on deliveries.

    Where more of one component left than of another, the odd pieces make no kit: nothing of it stays open.
    """
    stays = [
        (each.ordered - each.cancelled - _free(each, parts)) * kit.ordered / each.ordered
        for each in components
        if each.ordered
    ]
    sets = min((count.to_integral_value(ROUND_FLOOR) for count in stays), default=ZERO)
    return max(kit.ordered - kit.cancelled - sets, ZERO)


def _free(line: OrderLine, parts: Mapping[int, list[Part]]) -> Decimal:
    """What of a line's promises is neither shipped nor on a delivery."""
    return sum((part.free for part in parts.get(line.pk, ())), ZERO)


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
    """Store the derived states with a new version, which a second cancellation is told apart by; complete orders of
    which nothing is left.
    """
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
            "version": [order.version + 1 for order in orders],
            "changed_by_id": [actor.pk for _ in orders],
            "changed_at": [timezone.now() for _ in orders],
        },
    )
    for order in orders:
        order.version += 1
    advance([order for order in orders if is_finished(states[order.pk])], "complete", actor=actor)
