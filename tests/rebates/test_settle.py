"""Paying back what was earned: in part, finally, and taking back what returns cost."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from moneyed import Money

from accounting.models import OpenItem
from core.errors import NotAllowed, NotFound, TransitionRefused
from core.models import Company, FxRate
from orders.models import CreditTotal
from payments.drafts import Settlement
from payments.services import settle_items
from rebates.errors import NothingToSettle, NotSettleable
from rebates.models import RebateAgreement, RebateSettlement
from rebates.services import settle_agreement
from tests import factories
from tests.factories import TODAY
from tests.rebates.conftest import Rebates
from tests.rebates.test_accrue import credit, total_of

END = date(2026, 12, 31)


def settle(rebates: Rebates, agreement: RebateAgreement, **facts: Any) -> RebateSettlement:
    facts = {"until": END, "final": True} | facts
    settlement_id = settle_agreement(agreement_id=agreement.pk, actor=rebates.world.fay, **facts)
    return RebateSettlement.objects.get(pk=settlement_id)


def test_a_final_settlement_pays_what_the_tiers_say_and_closes(
    rebates: Rebates, balance: Callable[[str], Decimal]
) -> None:
    agreement = rebates.agree(("0", "2"), ("100", "5"))
    rebates.invoice(20)
    assert total_of(agreement.pk)[1] == 6  # 3 % expected

    settlement = settle(rebates, agreement)

    agreement.refresh_from_db()
    item = OpenItem.objects.get(source_type="rebate_settlement")
    assert (settlement.number, settlement.amount) == ("RS-2026-000001", Money(10, "GBP"))
    assert (item.amount, item.control, item.reference) == (-10, "receivable", settlement.number)
    assert (agreement.status, total_of(agreement.pk)) == ("settled", (200, 10, 10, 0))
    assert (balance("4900"), balance("2400"), balance("1200")) == (10, 0, 230)
    assert CreditTotal.objects.get(account=rebates.world.acme).open_items == 230


def test_partial_settlements_pay_what_came_since_the_last(rebates: Rebates) -> None:
    agreement = rebates.agree(("0", "5"))
    rebates.invoice(10)

    first = settle(rebates, agreement, until=TODAY, final=False)
    rebates.invoice(20)
    last = settle(rebates, agreement)

    assert (first.amount, last.amount) == (Money(5, "GBP"), Money(10, "GBP"))
    assert total_of(agreement.pk) == (300, 15, 15, 0)


def test_a_partial_settlement_beyond_the_accrual_accrues_first(
    rebates: Rebates, balance: Callable[[str], Decimal]
) -> None:
    agreement = rebates.agree(("0", "10"), expected_percent=Decimal(1))
    rebates.invoice(10)

    settle(rebates, agreement, until=TODAY, final=False)
    rebates.invoice(10)

    assert total_of(agreement.pk) == (200, 10, 10, 0)
    assert (balance("4900"), balance("2400")) == (10, 0)


def test_nothing_earned_since_is_refused(rebates: Rebates) -> None:
    agreement = rebates.agree(("1000", "5"))
    rebates.invoice(10)

    with pytest.raises(NothingToSettle, match=r"earned 0\.00 GBP"):
        settle(rebates, agreement, until=TODAY, final=False)

    assert not RebateSettlement.objects.exists()


def test_what_returns_cost_is_owed_back_finally(rebates: Rebates, balance: Callable[[str], Decimal]) -> None:
    agreement = rebates.agree(("0", "5"))
    invoice = rebates.invoice(10)
    settle(rebates, agreement, until=TODAY, final=False)
    credit(rebates, invoice.pk, "60")

    last = settle(rebates, agreement)

    assert last.amount == Money(-3, "GBP")
    assert OpenItem.objects.get(source_type="rebate_settlement", source_id=last.pk).amount == 3
    assert total_of(agreement.pk) == (40, 2, 2, 0)
    assert (balance("4900"), balance("2400")) == (2, 0)


def test_a_final_settlement_of_nothing_releases_the_accrual(
    rebates: Rebates, balance: Callable[[str], Decimal]
) -> None:
    agreement = rebates.agree(("1000", "5"))
    rebates.invoice(10)

    last = settle(rebates, agreement)

    assert (last.number, last.amount) == ("RS-2026-000001", Money(0, "GBP"))
    assert not OpenItem.objects.filter(source_type="rebate_settlement").exists()
    assert (balance("4900"), balance("2400")) == (0, 0)


def test_a_foreign_rebate_leaves_no_rest_in_functional_currency(
    rebates: Rebates, balance: Callable[[str], Decimal]
) -> None:
    world = rebates.world
    for day, rate in ((TODAY, "0.85"), (date(2026, 12, 1), "0.90")):
        FxRate.objects.create(from_currency="EUR", to_currency="GBP", valid_from=day, rate=Decimal(rate))
    euro = factories.make_account(company=world.company, currency="EUR", country="DE", tax_class="export")
    factories.make_price(company=world.company, product=world.bolt, rate="11.11", currency="EUR")
    agreement = rebates.agree(("0", "3"), account_id=euro.pk)
    rebates.invoice(3, account=euro)

    settlement = settle(rebates, agreement)

    assert settlement.amount == Money("1.00", "EUR")
    assert total_of(agreement.pk) == (Decimal("33.33"), 1, 1, 0)
    assert (balance("4900"), balance("2400")) == (Decimal("0.85"), 0)
    assert balance("7100") == Decimal("0.05")  # accrued at 0.85, owed at 0.90


def test_the_credit_can_be_set_against_an_invoice(rebates: Rebates) -> None:
    agreement = rebates.agree(("0", "5"))
    invoice = rebates.invoice(10)
    settlement = settle(rebates, agreement)
    debit = OpenItem.objects.get(source_type="invoice", source_id=invoice.pk)
    rebate = OpenItem.objects.get(source_type="rebate_settlement", source_id=settlement.pk)

    settle_items(
        company=rebates.world.company,
        settlements=[Settlement(debit.pk, rebate.pk, Decimal(5))],
        business_date=END,
        actor=rebates.world.fay,
    )

    invoice.refresh_from_db()
    debit.refresh_from_db()
    assert (invoice.payment_state, debit.open_amount) == ("part", 115)


def test_who_when_and_how_often(rebates: Rebates) -> None:
    agreement = rebates.agree(("0", "5"))
    rebates.invoice(10)
    outsider = factories.make_user(
        name="Otto",
        roles=("Finance lead",),
        companies=(Company.objects.create(code="X", name="X", functional_currency="GBP", country="GB"),),
    )

    with pytest.raises(NotAllowed):
        settle_agreement(agreement_id=agreement.pk, until=END, final=True, actor=rebates.world.alice)
    with pytest.raises(NotFound):
        settle_agreement(agreement_id=agreement.pk, until=END, final=True, actor=outsider)
    with pytest.raises(NotSettleable, match="runs until"):
        settle(rebates, agreement, until=TODAY)
    with pytest.raises(NotSettleable, match="nothing was earned before"):
        settle(rebates, agreement, until=date(2025, 12, 31), final=False)
    settle(rebates, agreement)
    with pytest.raises(TransitionRefused):
        settle(rebates, agreement)

    assert RebateSettlement.objects.count() == 1


@pytest.mark.own_database
def test_two_settlements_at_once_pay_once(rebates: Rebates, run_together: Callable[..., list[Any]]) -> None:
    agreement = rebates.agree(("0", "5"))
    rebates.invoice(10)

    outcomes = run_together([lambda: settle(rebates, agreement, until=TODAY, final=False)] * 4)

    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    assert [type(error) for error in errors] == [NothingToSettle] * 3
    assert RebateSettlement.objects.get().amount == Money(5, "GBP")


@pytest.mark.own_database
def test_an_invoice_at_the_moment_of_settling_is_counted_or_left_out_whole(
    rebates: Rebates, run_together: Callable[..., list[Any]]
) -> None:
    agreement = rebates.agree(("0", "5"))
    rebates.invoice(10)
    delivery = rebates.trade.ship(rebates.trade.order({rebates.world.bolt: "10"}))

    outcomes = run_together([lambda: settle(rebates, agreement), lambda: rebates.trade.bill(delivery)])

    assert [outcome.error for outcome in outcomes] == [None, None]
    base, accrued, settled, liability = total_of(agreement.pk)
    assert (base, accrued, settled, liability) in [(100, 5, 5, 0), (200, 10, 10, 0)]
