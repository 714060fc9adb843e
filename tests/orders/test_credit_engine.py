"""Credit: who may buy on account, and the least that lets a document pass."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.credit import (
    Action,
    ActionKind,
    Approval,
    Check,
    CreditProfile,
    CreditRequest,
    CreditResult,
    Exposure,
    OpenItem,
    Payment,
    Reaction,
    RequestLine,
    check,
    check_in_turn,
)

TODAY = date(2026, 11, 23)
NORTHGATE = CreditProfile("GBP", limit=Decimal("30000.00"), oldest_item_days=30)
OWED = Exposure(open_orders=Decimal("8660.00"), delivered_unbilled=Decimal("2340.00"), open_items=Decimal("16516.80"))
ITEMS = (
    OpenItem(2, "INV-20861", date(2026, 11, 18), Decimal("7312.80")),
    OpenItem(1, "INV-20830", date(2026, 11, 8), Decimal("9204.00")),
)


def request(amount: str, *lines: str, key: int = 1) -> CreditRequest:
    parts = tuple(RequestLine(number, f"line {number}", Decimal(each)) for number, each in enumerate(lines, start=1))
    return CreditRequest(key, TODAY, Decimal(amount), lines=parts)


def test_an_order_over_the_limit_is_blocked_with_the_sum_that_a_user_can_add_up() -> None:
    result = check(request("12480.00"), NORTHGATE, OWED, ITEMS)

    assert result.is_blocked
    assert (result.exposure_after, result.headroom) == (Decimal("39996.80"), Decimal("-9996.80"))
    assert [finding.sentence for finding in result.findings] == ["Over the limit of 30,000.00 GBP by 9,996.80 GBP."]
    assert result.trace == (
        "Open items: 16,516.80 GBP",
        "Billed, not posted: 0.00 GBP",
        "Delivered, not billed: 2,340.00 GBP",
        "Open orders, with tax: 8,660.00 GBP",
        "This document: 12,480.00 GBP",
        "Unapplied payments and credits: 0.00 GBP",
        "Exposure: 39,996.80 GBP",
        "Limit: 30,000.00 GBP",
        "Headroom: -9,996.80 GBP",
    )


def test_the_smallest_actions_are_a_payment_a_deposit_or_a_part() -> None:
    result = check(request("12480.00", "900.00", "1583.20", "9996.80"), NORTHGATE, OWED, ITEMS)

    assert result.actions == (
        Action(
            ActionKind.PAY,
            Decimal("9996.80"),
            (Check.LIMIT,),
            "Pay 9,996.80 GBP against INV-20830 and INV-20861.",
            payments=(Payment(1, "INV-20830", Decimal("9204.00")), Payment(2, "INV-20861", Decimal("792.80"))),
        ),
        Action(
            ActionKind.DEPOSIT,
            Decimal("9996.80"),
            (Check.LIMIT,),
            "Ask for a deposit of 9,996.80 GBP, 80.1 % of the document.",
        ),
        Action(
            ActionKind.RELEASE_PART,
            Decimal("2483.20"),
            (Check.LIMIT,),
            "Ship line 1 and line 2 now for 2,483.20 GBP and keep the rest on hold.",
            line_keys=(1, 2),
        ),
    )


def test_an_account_exactly_at_its_limit_passes() -> None:
    result = check(request("2483.20"), NORTHGATE, OWED, ITEMS)

    assert (result.reaction, result.headroom, result.used_percent) == (Reaction.NONE, 0, Decimal("100.0"))
    assert result.actions == ()


def test_used_percent_and_headroom_while_typing() -> None:
    coastwise = CreditProfile("GBP", limit=Decimal("25000.00"))

    result = check(request("2961.19"), coastwise, Exposure(open_items=Decimal("18518.81")))

    assert (result.used_percent, result.headroom) == (Decimal("85.9"), Decimal("3520.00"))


def test_unapplied_payments_lower_the_exposure() -> None:
    paid = replace(OWED, billed=Decimal("100.00"), unapplied=Decimal("10096.80"))

    assert check(request("12480.00"), NORTHGATE, paid, ITEMS).reaction is Reaction.NONE


def test_two_orders_that_fit_alone_do_not_both_pass() -> None:
    first, second = request("2000.00", key=1), request("2000.00", key=2)

    assert [check(each, NORTHGATE, OWED).is_blocked for each in (first, second)] == [False, False]
    assert [result.is_blocked for result in check_in_turn([first, second], NORTHGATE, OWED)] == [False, True]


def test_a_blocked_order_leaves_its_headroom_to_the_next() -> None:
    results = check_in_turn([request("9000.00", key=1), request("2000.00", key=2)], NORTHGATE, OWED)

    assert [result.is_blocked for result in results] == [True, False]


def test_a_document_over_its_maximum_value_names_both_and_can_be_released_in_part() -> None:
    profile = CreditProfile("GBP", most_document_value=Decimal("1000.00"), document_value_reaction=Reaction.WARN)

    result = check(request("1200.00", "700.00", "400.00", "100.00"), profile, Exposure())

    assert result.reaction is Reaction.WARN
    assert result.findings[0].sentence == (
        "The document is worth 1,200.00 GBP; at most 1,000.00 GBP is agreed for one document."
    )
    assert [(action.kind, action.line_keys, action.amount) for action in result.actions] == [
        (ActionKind.RELEASE_PART, (1, 3), Decimal("800.00"))
    ]


def test_an_old_item_blocks_and_paying_it_in_full_clears_it() -> None:
    old = OpenItem(7, "INV-1", TODAY - timedelta(days=38), Decimal("310.15"))

    result = check(request("1.00"), NORTHGATE, OWED, [*ITEMS, old])

    assert [finding.sentence for finding in result.findings] == [
        "INV-1 over 310.15 GBP is 38 days overdue; 30 days are accepted."
    ]
    assert [action.sentence for action in result.actions] == ["Pay 310.15 GBP against INV-1."]
    accepted = replace(old, due_on=TODAY - timedelta(days=30))
    assert check(request("1.00"), NORTHGATE, OWED, [accepted]).findings == ()


def test_one_payment_clears_the_limit_and_the_old_item_together() -> None:
    old = OpenItem(7, "INV-1", TODAY - timedelta(days=38), Decimal("310.15"))

    actions = check(request("2500.00"), NORTHGATE, OWED, [*ITEMS, old]).actions

    assert (actions[0].amount, actions[0].clears) == (Decimal("310.15"), (Check.LIMIT, Check.OLDEST_OPEN_ITEM))
    assert (actions[1].kind, actions[1].amount, actions[1].clears) == (
        ActionKind.DEPOSIT,
        Decimal("16.80"),
        (Check.LIMIT,),
    )


def test_a_share_overdue_is_cleared_by_the_least_payment() -> None:
    profile = CreditProfile("GBP", overdue_share_percent=Decimal(50))
    items = [
        OpenItem(1, "INV-1", TODAY - timedelta(days=1), Decimal("200.00")),
        OpenItem(2, "INV-2", TODAY, Decimal("100.01")),
    ]

    result = check(request("1.00"), profile, Exposure(open_items=Decimal("300.01")), items)

    assert [finding.sentence for finding in result.findings] == [
        "200.00 GBP is overdue, 66.7 % of what is open; 50 % is accepted."
    ]
    assert [action.amount for action in result.actions] == [Decimal("99.99")]


def test_disputed_items_and_credit_notes_do_not_make_an_account_overdue() -> None:
    long_ago = TODAY - timedelta(days=90)
    items = [
        OpenItem(1, "INV-1", long_ago, Decimal("9.00"), is_disputed=True),
        OpenItem(2, "CN-1", long_ago, Decimal("-9.00")),
    ]

    assert check(request("1.00"), replace(NORTHGATE, overdue_share_percent=Decimal(0)), OWED, items).findings == ()


def test_an_expired_review_warns_and_names_its_date() -> None:
    result = check(request("1.00"), replace(NORTHGATE, review_on=date(2026, 6, 3)), OWED)

    assert result.reaction is Reaction.WARN
    assert [action.sentence for action in result.actions] == ["Renew the credit review that was due on 3 Jun 2026."]


def test_an_approval_turns_a_block_into_a_warning_while_it_holds() -> None:
    asked = replace(request("12480.00"), approval=Approval(Decimal("12480.00"), TODAY))

    approved = check(asked, NORTHGATE, OWED, ITEMS)

    assert approved.reaction is Reaction.WARN
    assert approved.findings[0].sentence.endswith("Approved up to 12,480.00 until 23 Nov 2026.")
    assert check(replace(asked, amount=Decimal("12480.01")), NORTHGATE, OWED, ITEMS).is_blocked
    assert check(replace(asked, on=TODAY + timedelta(days=1)), NORTHGATE, OWED, ITEMS).is_blocked


def test_r41_a_changed_order_is_checked_by_its_difference_and_its_whole_value() -> None:
    """frappe/erpnext 33967: raising a quantity after the check went past the limit."""
    profile = replace(NORTHGATE, most_document_value=Decimal("5000.00"))
    raised = replace(request("2483.21"), document_value=Decimal("5764.20"))

    findings = check(raised, profile, OWED).findings

    assert [finding.check for finding in findings] == [Check.LIMIT, Check.DOCUMENT_VALUE]
    lowered = replace(raised, amount=Decimal("-0.01"))
    assert check(lowered, profile, replace(OWED, open_orders=Decimal(99999))).findings == ()


@pytest.mark.parametrize("limit", [None, Decimal("0.00")])
def test_no_limit_and_a_limit_of_zero_are_different_things(limit: Decimal | None) -> None:
    result = check(request("1.00"), CreditProfile("GBP", limit=limit), Exposure())

    assert result.is_blocked == (limit is not None)
    assert result.used_percent is None


def test_a_reaction_of_none_switches_a_check_off() -> None:
    assert check(request("99999.00"), replace(NORTHGATE, limit_reaction=Reaction.NONE), OWED).findings == ()


Case = tuple[CreditRequest, CreditProfile, Exposure, list[OpenItem]]
CENTS = st.integers(0, 50_000).map(lambda cents: Decimal(cents).scaleb(-2))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    items = [
        OpenItem(key, f"INV-{key}", TODAY - timedelta(days=draw(st.integers(-20, 60))), draw(CENTS))
        for key in range(draw(st.integers(0, 4)))
    ]
    exposure = Exposure(
        draw(CENTS), draw(CENTS), draw(CENTS), sum((item.amount for item in items), Decimal(0)), draw(CENTS)
    )
    lines = [str(draw(CENTS)) for _ in range(draw(st.integers(0, 4)))]
    profile = CreditProfile(
        "GBP",
        limit=draw(st.none() | CENTS),
        most_document_value=draw(st.none() | CENTS),
        oldest_item_days=draw(st.none() | st.integers(0, 40)),
        overdue_share_percent=draw(st.none() | st.integers(0, 100).map(Decimal)),
    )
    return request(str(sum(map(Decimal, lines), Decimal(0))), *lines), profile, exposure, items


def after(action: Action, less: Decimal, case: Case) -> CreditResult:
    """Check again once somebody did what was proposed, less so much."""
    asked, profile, exposure, items = case
    if action.kind is ActionKind.PAY:
        paid = {payment.item_key: payment.amount for payment in action.payments}
        paid[action.payments[-1].item_key] -= less
        items = [replace(item, amount=item.amount - paid.get(item.key, 0)) for item in items]
        exposure = replace(exposure, open_items=sum((item.amount for item in items), Decimal(0)))
    elif action.kind is ActionKind.DEPOSIT:
        exposure = replace(exposure, unapplied=exposure.unapplied + action.amount - less)
    else:
        asked = request(str(action.amount))
    return check(asked, profile, exposure, items)


@settings(max_examples=1500, deadline=None)
@given(cases())
def test_each_action_clears_what_it_says_and_a_cent_less_does_not(case: Case) -> None:
    for action in check(*case).actions:
        left = {finding.check for finding in after(action, Decimal(0), case).findings}
        assert not left & set(action.clears)
        if action.kind is not ActionKind.RELEASE_PART:
            assert {finding.check for finding in after(action, Decimal("0.01"), case).findings} & set(action.clears)


@settings(max_examples=500, deadline=None)
@given(cases())
def test_a_part_leaves_no_line_on_hold_that_would_still_fit(case: Case) -> None:
    for action in check(*case).actions:
        if action.kind is ActionKind.RELEASE_PART:
            for line in case[0].lines:
                if line.key not in action.line_keys:
                    more = replace(action, amount=action.amount + line.amount)
                    assert {finding.check for finding in after(more, Decimal(0), case).findings} & set(action.clears)
