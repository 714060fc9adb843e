"""Credit check: may this document be bought on account, and if not, what is the least that would make it pass.

Exposure = open orders + delivered unbilled + billed + open items - unapplied credits. The
caller holds the lock of the credit account, so that two orders that fit alone cannot both pass (invariant I18).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from core.rounding import HALF_UP, round_places
from core.wording import amount_text, day, days_text, plain
from orders.credit.actions import clearing_actions
from orders.credit.overdue import OverdueView, overdue_view
from orders.credit.types import (
    Check,
    CreditProfile,
    CreditRequest,
    CreditResult,
    Exposure,
    Finding,
    OpenItem,
    Reaction,
    strongest,
)


def check(
    request: CreditRequest, profile: CreditProfile, exposure: Exposure, open_items: Sequence[OpenItem] = ()
) -> CreditResult:
    """Decide whether a document may be confirmed, released or issued on credit.

    `exposure` is without the amount that the document asks for. An account exactly at its limit passes; what lowers the
    exposure passes always.
    """
    view = overdue_view(open_items, request.on)
    found = [
        _over_limit(request, profile, exposure),
        _over_document_value(request, profile),
        _too_old(view, profile),
        _too_much_overdue(view, profile),
        _review_missed(request, profile),
    ]
    passes = request.amount < 0
    findings = () if passes else tuple(_after_approval(finding, request) for finding in found if finding is not None)
    after = exposure.total + request.amount
    return CreditResult(
        request=request,
        reaction=strongest([finding.reaction for finding in findings]),
        exposure_after=after,
        limit=profile.limit,
        headroom=None if profile.limit is None else profile.limit - after,
        used_percent=_used_percent(after, profile.limit),
        findings=findings,
        actions=clearing_actions(request, profile, exposure, view, findings),
        trace=_trace(request, profile, exposure),
    )


def check_in_turn(
    requests: Sequence[CreditRequest],
    profile: CreditProfile,
    exposure: Exposure,
    open_items: Sequence[OpenItem] = (),
) -> tuple[CreditResult, ...]:
    """Check several documents of one account in the order given; each that passes uses up headroom.

    One that something else stops uses up none.
    """
    results = []
    for request in requests:
        result = check(request, profile, exposure, open_items)
        if not result.is_blocked and request.takes_credit:
            exposure = exposure.with_order(request.amount)
        results.append(result)
    return tuple(results)


def _over_limit(request: CreditRequest, profile: CreditProfile, exposure: Exposure) -> Finding | None:
    if profile.limit is None or profile.limit_reaction is Reaction.NONE:
        return None
    excess = exposure.total + request.amount - profile.limit
    if excess <= 0:
        return None
    over, limit = amount_text(excess, profile.currency), amount_text(profile.limit, profile.currency)
    return Finding(Check.LIMIT, profile.limit_reaction, f"Over the limit of {limit} by {over}.", excess)


def _over_document_value(request: CreditRequest, profile: CreditProfile) -> Finding | None:
    if profile.most_document_value is None or profile.document_value_reaction is Reaction.NONE:
        return None
    excess = request.value - profile.most_document_value
    if excess <= 0:
        return None
    value = amount_text(request.value, profile.currency)
    most = amount_text(profile.most_document_value, profile.currency)
    sentence = f"The document is worth {value}; at most {most} is agreed for one document."
    return Finding(Check.DOCUMENT_VALUE, profile.document_value_reaction, sentence, excess)


def _too_old(view: OverdueView, profile: CreditProfile) -> Finding | None:
    if profile.oldest_item_days is None or profile.oldest_item_reaction is Reaction.NONE:
        return None
    late = view.older_than(profile.oldest_item_days)
    if not late:
        return None
    oldest = late[0]
    days = days_text((view.on - oldest.due_on).days)
    open_amount = amount_text(oldest.amount, profile.currency)
    sentence = (
        f"{oldest.number} over {open_amount} is {days} overdue; {days_text(profile.oldest_item_days)} are accepted."
    )
    return Finding(Check.OLDEST_OPEN_ITEM, profile.oldest_item_reaction, sentence)


def _too_much_overdue(view: OverdueView, profile: CreditProfile) -> Finding | None:
    if profile.overdue_share_percent is None or profile.overdue_share_reaction is Reaction.NONE:
        return None
    if view.overdue * 100 <= profile.overdue_share_percent * view.payable:
        return None
    share = round_places(HALF_UP.divide(view.overdue * 100, view.payable), 1)
    overdue = amount_text(view.overdue, profile.currency)
    sentence = (
        f"{overdue} is overdue, {plain(share)} % of what is open; {plain(profile.overdue_share_percent)} % is accepted."
    )
    return Finding(Check.OVERDUE_SHARE, profile.overdue_share_reaction, sentence)


def _review_missed(request: CreditRequest, profile: CreditProfile) -> Finding | None:
    due_on = profile.review_on
    if due_on is None or request.on <= due_on or profile.review_reaction is Reaction.NONE:
        return None
    return Finding(Check.REVIEW, profile.review_reaction, f"The credit review was due on {day(due_on)}.")


def _after_approval(finding: Finding, request: CreditRequest) -> Finding:
    """A release by the credit manager turns a block into a warning while its value and date hold."""
    approval = request.approval
    if approval is None or request.value > approval.up_to or request.on > approval.until:
        return finding
    if finding.reaction is not Reaction.BLOCK:
        return finding
    sentence = f"{finding.sentence} Approved up to {approval.up_to:,f} until {day(approval.until)}."
    return replace(finding, reaction=Reaction.WARN, sentence=sentence)


def _used_percent(exposure: Decimal, limit: Decimal | None) -> Decimal | None:
    return round_places(HALF_UP.divide(exposure * 100, limit), 1) if limit else None


def _trace(request: CreditRequest, profile: CreditProfile, exposure: Exposure) -> tuple[str, ...]:
    """The sum that a user can add up, line by line."""
    after = exposure.total + request.amount
    rows = [
        ("Open items", exposure.open_items),
        ("Billed, not posted", exposure.billed),
        ("Delivered, not billed", exposure.delivered_unbilled),
        ("Open orders, with tax", exposure.open_orders),
        ("This document", request.amount),
        ("Unapplied payments and credits", -exposure.unapplied if exposure.unapplied else exposure.unapplied),
        ("Exposure", after),
    ]
    if profile.limit is not None:
        rows += [("Limit", profile.limit), ("Headroom", profile.limit - after)]
    return tuple(f"{label}: {amount_text(amount, profile.currency)}" for label, amount in rows)
