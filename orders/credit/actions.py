"""The smallest steps that let a document pass: pay, deposit, release a part. Private to the credit engine.

Each action names the findings it clears. It is the least of its kind: one minor unit less would leave one of them.
"""

from __future__ import annotations

from decimal import ROUND_UP, Decimal

from core.rounding import HALF_UP, currency_exponent, quantum, round_places
from core.wording import amount_text, day, listed, plain
from orders.credit.overdue import OverdueView
from orders.credit.types import (
    ZERO,
    Action,
    ActionKind,
    Check,
    CreditProfile,
    CreditRequest,
    Exposure,
    Finding,
    Payment,
)

_BY_PAYMENT = (Check.LIMIT, Check.OLDEST_OPEN_ITEM, Check.OVERDUE_SHARE)
_BY_PART = (Check.LIMIT, Check.DOCUMENT_VALUE)


def clearing_actions(
    request: CreditRequest,
    profile: CreditProfile,
    exposure: Exposure,
    view: OverdueView,
    findings: tuple[Finding, ...],
) -> tuple[Action, ...]:
    """Propose what would clear the findings, the steps that clear the most of them first."""
    excess = {finding.check: finding.excess for finding in findings}
    proposed = [
        _pay(profile, view, excess),
        _deposit(request, profile, excess),
        _release_part(request, profile, exposure, excess),
        _review(profile, excess),
    ]
    actions = [action for action in proposed if action is not None]
    return tuple(sorted(actions, key=lambda action: -len(action.clears)))  # a stable sort


def _pay(profile: CreditProfile, view: OverdueView, excess: dict[Check, Decimal]) -> Action | None:
    """One payment, against the oldest items first, that clears all findings a payment can clear."""
    clears = [check for check in _BY_PAYMENT if check in excess]
    if Check.LIMIT in clears and excess[Check.LIMIT] > view.payable:
        clears.remove(Check.LIMIT)  # even paying everything would not be enough
    amount = max((_payment_for(check, profile, view, excess) for check in clears), default=ZERO)
    if amount <= 0:
        return None
    payments = _oldest_first(view, amount)
    numbers = listed([payment.number for payment in payments])
    sentence = f"Pay {amount_text(amount, profile.currency)} against {numbers}."
    return Action(ActionKind.PAY, amount, tuple(clears), sentence, payments=payments)


def _payment_for(check: Check, profile: CreditProfile, view: OverdueView, excess: dict[Check, Decimal]) -> Decimal:
    """How much must be paid, oldest first, for one finding."""
    if check is Check.LIMIT:
        return excess[check]
    if check is Check.OLDEST_OPEN_ITEM:
        assert profile.oldest_item_days is not None
        return sum((item.amount for item in view.older_than(profile.oldest_item_days)), ZERO)
    # A payment p lowers both sides: (overdue - p) <= share x (payable - p).
    assert profile.overdue_share_percent is not None
    share = profile.overdue_share_percent / 100
    least = HALF_UP.divide(view.overdue - share * view.payable, 1 - share)
    return least.quantize(quantum(currency_exponent(profile.currency)), rounding=ROUND_UP, context=HALF_UP)


def _oldest_first(view: OverdueView, amount: Decimal) -> tuple[Payment, ...]:
    payments = []
    for item in view.items:
        if amount <= 0:
            break
        payments.append(Payment(item.key, item.number, min(item.amount, amount)))
        amount -= item.amount
    return tuple(payments)


def _deposit(request: CreditRequest, profile: CreditProfile, excess: dict[Check, Decimal]) -> Action | None:
    """An advance on this document; it cannot be more than the document is worth."""
    amount = excess.get(Check.LIMIT, ZERO)
    if not 0 < amount <= request.value:
        return None
    percent = round_places(HALF_UP.divide(amount * 100, request.value), 1)
    sentence = f"Ask for a deposit of {amount_text(amount, profile.currency)}, {plain(percent)} % of the document."
    return Action(ActionKind.DEPOSIT, amount, (Check.LIMIT,), sentence)


def _release_part(
    request: CreditRequest, profile: CreditProfile, exposure: Exposure, excess: dict[Check, Decimal]
) -> Action | None:
    """Release the lines that fit, taken in the order of the document, and keep the others on hold."""
    clears = tuple(check for check in _BY_PART if check in excess)
    if not clears or request.amount != sum((line.amount for line in request.lines), ZERO):
        return None  # no lines, or lines that are not what is asked for (an amendment): there is nothing to part
    room = request.amount
    if profile.limit is not None and Check.LIMIT in excess:
        room = min(room, profile.limit - exposure.total)
    if profile.most_document_value is not None and Check.DOCUMENT_VALUE in excess:
        room = min(room, profile.most_document_value)
    chosen, amount = [], ZERO
    for line in request.lines:
        if amount + line.amount <= room:
            chosen.append(line)
            amount += line.amount
    if amount <= 0:
        return None
    labels = listed([line.label for line in chosen])
    sentence = f"Ship {labels} now for {amount_text(amount, profile.currency)} and keep the rest on hold."
    keys = tuple(line.key for line in chosen)
    return Action(ActionKind.RELEASE_PART, amount, clears, sentence, line_keys=keys)


def _review(profile: CreditProfile, excess: dict[Check, Decimal]) -> Action | None:
    if Check.REVIEW not in excess or profile.review_on is None:
        return None
    sentence = f"Renew the credit review that was due on {day(profile.review_on)}."
    return Action(ActionKind.REVIEW, ZERO, (Check.REVIEW,), sentence)
