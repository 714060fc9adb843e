"""Confirming orders: the moment of the promise. The exemplar of a command; read docs/confirm.md beside it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from catalog.drafts import CouponUse
from catalog.services import lock_and_use_coupons, refused_coupon_uses
from core.commands import command
from core.ledger import Guard, Key, Total
from core.models import Company, User
from core.system import system_user
from core.timeline import TimelineEntry, record
from core.transitions import advance
from inventory import services as inventory
from orders.credit import types as credit
from orders.credit.services import CreditMove, CreditState, check_in_turn, lock_credit, move_credit
from orders.drafts import Confirmation
from orders.errors import OrderNotConfirmable
from orders.loading import LoadedOrder, load_for_confirmation
from orders.models import Order, OrderHold
from orders.services.demands import demand_of
from orders.services.holds import place_holds
from orders.services.kits import write_components
from orders.services.locking import company_of, lock_orders
from orders.services.schedule import record_schedule
from orders.states import HoldKind, OrderStatus
from quotes.services import CallOff, call_off, refused_call_offs

PROMISABLE = frozenset({OrderStatus.DRAFT, OrderStatus.SUBMITTED})
CREDIT_PASSED = "Credit check passed"


@dataclass(slots=True)
class Batch:
    """The orders of one call on their way through the checks;

    ``refused`` and ``held`` have left it, nothing written for them.
    """

    company: Company
    on: date
    loaded: dict[int, LoadedOrder]
    refused: dict[int, tuple[str, ...]]
    held: dict[int, credit.CreditResult]
    credit_states: Mapping[int, CreditState]

    @property
    def credit_totals(self) -> dict[Key, Total]:
        """The locked totals of the accounts, to be written without asking for them again."""
        return {state.total.key: state.total for state in self.credit_states.values() if state.total}

    @property
    def free(self) -> list[LoadedOrder]:
        """Orders that nothing stops so far, by id."""
        return [order for order_id, order in sorted(self.loaded.items()) if order_id not in self.refused | self.held]

    def refuse(self, order_id: int, *sentences: str) -> None:
        """Take an order out of the call, with the reason."""
        self.refused[order_id] = self.refused.get(order_id, ()) + sentences


@command(permission="orders.confirm_order")
def confirm_orders(*, order_ids: Collection[int], actor: User, business_date: date | None = None) -> list[Confirmation]:
    """Promise every line of these orders and make them binding.

    Each ends confirmed, or submitted with holds (credit, price), in which case it takes no stock and no
    credit. A member that cannot be confirmed is dropped under the locks, before anything is written for it, and
    reported. The statement count depends neither on the number of orders nor of lines. Safe to repeat under one
    idempotency key.

    Locks, in this order: order headers, credit totals, contract totals, coupon totals, promising buckets and receipts.
    Quantities that no supply covers become schedule lines without date, unless the order is complete-only. Credit is
    decided in functional currency at the order's own rate.

    Raises:
        OrderNotConfirmable: no member could be confirmed or submitted; its sentences say why, and nothing was changed.
    """
    orders = lock_orders(order_ids)  # the status is read under the lock: a cancelled order must not gain stock
    if not orders:
        return []
    company = company_of(orders)
    batch = _open_batch(company, orders, business_date)
    _check_credit(batch)  # locks the credit totals: two that fit alone cannot both pass
    _check_call_offs(batch)
    _check_coupons(batch)

    promises = _promise(batch, actor=actor)  # from here on every bucket is locked: only writing is left
    _spare_needless_holds(batch)
    _refuse_nothing_left(batch)
    _submit(batch, orders, actor=actor)
    _take(batch, actor=actor)
    for key, line_id in write_components(batch.free, {order.pk: order for order in orders}).items():
        promises[line_id] = promises.pop(key, [])
    outcome = record_schedule(batch.free, promises, cause="confirm", actor=actor)
    _make_binding(batch, orders, actor=actor)
    return _confirmations(batch, outcome.late_line_ids, outcome.no_supply_line_ids)


def _open_batch(company: Company, orders: Sequence[Order], business_date: date | None) -> Batch:
    """Read everything that needs no further lock, and drop what is in the wrong status or incomplete."""
    loaded = load_for_confirmation(company, orders)
    on = business_date or next(iter(loaded.values())).today
    batch = Batch(company, on, loaded, {}, {}, {})
    for order in orders:
        if order.status not in PROMISABLE:
            batch.refuse(order.pk, f"{order.title} is {order.get_status_display().lower()} and cannot be confirmed.")
        else:
            missing = loaded[order.pk].incompletion
            if missing:
                batch.refuse(order.pk, *missing)
    return batch


def _check_credit(batch: Batch) -> None:
    """Decide every order's credit under the lock of its account, in id order; a block becomes a hold."""
    if not batch.free:
        return
    batch.credit_states = lock_credit(batch.company, {order.account_id for order in batch.free})
    for order_id, result in _credit_in_turn(batch, batch.free).items():
        batch.loaded[order_id].credit_result = result
        if result.is_blocked:
            batch.held[order_id] = result
    for order in batch.free:
        if order.is_stopped_otherwise:
            batch.held[order.order_id] = order.require_credit_result()


def _credit_in_turn(batch: Batch, orders: Sequence[LoadedOrder]) -> dict[int, credit.CreditResult]:
    requests: defaultdict[int, list[credit.CreditRequest]] = defaultdict(list)
    for order in orders:
        requests[order.account_id].append(order.credit_request(batch.on))
    return check_in_turn(batch.credit_states, requests)


def _check_call_offs(batch: Batch) -> None:
    """Drop orders whose contracts do not cover them any more; locks the contract totals."""
    uses = _call_offs(batch)
    order_of_line = {line.line_id: order.order_id for order in batch.free for line in order.lines}
    for refusal in refused_call_offs(company_id=batch.company.pk, call_offs=uses) if uses else ():
        batch.refuse(order_of_line[refusal.source_id], refusal.sentence)


def _check_coupons(batch: Batch) -> None:
    """Drop orders whose coupon is used up; locks the coupon totals."""
    uses = _coupon_uses(batch)
    for refusal in refused_coupon_uses(uses=uses) if uses else ():
        batch.refuse(refusal.source_id, refusal.sentence)


def _promise(batch: Batch, *, actor: User) -> dict[int, list[inventory.PromisedLine]]:
    """Promise all lines of all free orders at once and return the dated parts by order line. Takes the bucket locks."""
    demands = [
        demand_of(order, line, line.to_promise, on=batch.on)
        for order in batch.free
        for line in order.goods_lines
        if line.to_promise > 0
    ]
    parts: defaultdict[int, list[inventory.PromisedLine]] = defaultdict(list)
    if demands:
        for promised in inventory.promise(
            company_id=batch.company.pk, demands=demands, business_date=batch.on, actor=actor
        ):
            parts[promised.key].append(promised)
    for order in batch.free:
        short = [line for line in order.goods_lines if any(part.ship_on is None for part in parts[line.line_id])]
        if order.complete_only and short:
            batch.refuse(
                order.order_id, *(f"Line {line.position}: {line.sku} cannot be promised in full." for line in short)
            )
    return parts


def _spare_needless_holds(batch: Batch) -> None:
    """Hold nobody for credit that was meant for an order of this call that was refused since.

    Such an order is not confirmed either, for its contracts, coupon and stock were not asked: their locks come before
    what is locked by now. It is told to be confirmed again. Pure.
    """
    if not batch.refused or not batch.held:
        return
    still_asking = [order for order_id, order in sorted(batch.loaded.items()) if order_id not in batch.refused]
    for order_id, result in _credit_in_turn(batch, still_asking).items():
        order = batch.loaded[order_id]
        if order_id not in batch.held or order.is_stopped_otherwise:
            continue
        order.credit_result = batch.held[order_id] = result
        if not result.is_blocked:
            del batch.held[order_id]
            batch.refuse(order_id, f"{order.number} fits the credit now that another was refused: confirm it again.")


def _refuse_nothing_left(batch: Batch) -> None:
    """Raise when every member was refused: then the call changed nothing at all."""
    if len(batch.refused) == len(batch.loaded):
        sentences = [sentence for parts in batch.refused.values() for sentence in parts]
        raise OrderNotConfirmable(" ".join(sentences[:10]))


def _submit(batch: Batch, orders: Sequence[Order], *, actor: User) -> None:
    """Put blocked orders on hold with the findings and what would clear them; they take no stock and no credit."""
    waiting = [order for order in orders if order.pk in batch.held]
    if not waiting:
        return
    place_holds([hold for order in waiting for hold in _new_holds(batch.loaded[order.pk], actor)])
    advance(waiting, "submit", actor=actor)


def _new_holds(order: LoadedOrder, actor: User) -> list[OrderHold]:
    """What stops the order and is not written yet: credit with the ways out, prices by hand."""
    result, found = order.require_credit_result(), []
    if result.is_blocked and HoldKind.CREDIT not in order.open_hold_kinds:
        reason = " ".join(finding.sentence for finding in result.findings)
        found.append((HoldKind.CREDIT, reason, [action.sentence for action in result.actions]))
    if order.price_to_release and HoldKind.PRICE not in order.open_hold_kinds:
        found.append((HoldKind.PRICE, " ".join(order.price_to_release), []))
    return [
        OrderHold(order_id=order.order_id, kind=kind, reason=reason[:500], findings=findings, created_by=actor)
        for kind, reason, findings in found
    ]


def _call_offs(batch: Batch) -> list[CallOff]:
    return [
        CallOff(line.contract_line_id, line.to_promise, "order_line", line.line_id, batch.on)
        for order in batch.free
        for line in order.lines
        if line.contract_line_id is not None
    ]


def _coupon_uses(batch: Batch) -> list[CouponUse]:
    return [
        CouponUse(order.coupon_id, order.account_id, 1, "order", order.order_id, batch.on, order.purpose("confirm"))
        for order in batch.free
        if order.coupon_id is not None
    ]


def _take(batch: Batch, *, actor: User) -> None:
    """Write what the free orders take of credit, contracts and coupons, under the locks that decided it."""
    for approved in (False, True):
        moves = [
            CreditMove(order.account_id, "order", order.order_id, order.purpose("confirm"), open_orders=order.exposure)
            for order in batch.free
            if order.is_approved == approved
        ]
        if moves:
            guard = Guard.FACT if approved else Guard.BLOCK
            move_credit(
                company=batch.company,
                moves=moves,
                business_date=batch.on,
                actor=actor,
                guard=guard,
                totals=batch.credit_totals,
            )
    if uses := _call_offs(batch):
        call_off(company_id=batch.company.pk, call_offs=uses, actor=actor)
    if coupon_uses := _coupon_uses(batch):
        lock_and_use_coupons(uses=coupon_uses, actor=actor)


def _make_binding(batch: Batch, orders: Sequence[Order], *, actor: User) -> None:
    binding = {order.order_id for order in batch.free}
    _let_go([order for order in orders if order.pk in binding], batch)
    advance([order for order in orders if order.pk in binding], "confirm", actor=actor)


def _let_go(orders: Sequence[Order], batch: Batch) -> None:
    """Close the credit holds of orders that pass the check by now, in the system's name: nobody approved anything.

    What the system itself submitted it cannot release (I15); those holds are removed, and row history keeps them.
    No statement where nothing was held.
    """
    waited = [order for order in orders if HoldKind.CREDIT in batch.loaded[order.pk].open_hold_kinds]
    if not waited:
        return
    system = system_user()
    holds = OrderHold.objects.filter(order__in=waited, kind=HoldKind.CREDIT, released_at=None)
    holds.filter(created_by=system).delete()
    holds.update(released_at=timezone.now(), released_by=system, release_reason=CREDIT_PASSED)
    record([TimelineEntry.about(order, "release", reason=CREDIT_PASSED) for order in waited], actor=system)


def _confirmations(batch: Batch, late: Collection[int], no_supply: Collection[int]) -> list[Confirmation]:
    """One answer per order, in id order."""
    answers = []
    for order_id, order in sorted(batch.loaded.items()):
        lines = {line.line_id for line in order.lines}
        result = batch.held.get(order_id)
        if order_id in batch.refused:
            outcome, sentences = "refused", batch.refused[order_id]
        elif result is not None:
            blocks = result.findings if result.is_blocked else ()
            outcome, sentences = "submitted", (*(finding.sentence for finding in blocks), *order.price_to_release)
        else:
            warned = order.credit_result.findings if order.credit_result else ()
            outcome, sentences = "confirmed", tuple(finding.sentence for finding in warned)
        answers.append(
            Confirmation(
                order_id=order_id,
                number=order.number,
                outcome=outcome,
                holds=_hold_kinds(order, result),
                late_line_ids=tuple(sorted(lines.intersection(late))) if outcome == "confirmed" else (),
                no_supply_line_ids=tuple(sorted(lines.intersection(no_supply))) if outcome == "confirmed" else (),
                sentences=sentences,
            )
        )
    return answers


def _hold_kinds(order: LoadedOrder, result: credit.CreditResult | None) -> tuple[str, ...]:
    """Why an order waits; empty when it does not."""
    if result is None:
        return ()
    kinds = set(order.open_hold_kinds)
    kinds |= {HoldKind.CREDIT} if result.is_blocked else set()
    kinds |= {HoldKind.PRICE} if order.price_to_release else set()
    return tuple(sorted(kinds))
