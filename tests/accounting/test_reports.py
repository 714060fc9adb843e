"""Trial balance, profit and loss, balance sheet and ageing against figures reckoned by hand."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from accounting.drafts import AmountToPost, ApplicationDraft
from accounting.models import OpenItem
from accounting.selectors import ageing, balance_before, balance_sheet, profit_and_loss, trial_balance
from accounting.services import apply_items, post_entries
from catalog.models import Account
from core.models import Company, User
from tests.accounting.conftest import entry_of, rate_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("healthy")]
Make = Callable[..., OpenItem]
JAN, FEB, MAR = date(2026, 1, 15), date(2026, 2, 15), date(2026, 3, 15)


@pytest.fixture
def quarter(company: Company, claim: Make, money: Make, bolt: Account, dollars: None, system: User) -> list[OpenItem]:
    """Two invoices in EUR, one in USD, a payment that settles the first and leaves 21 over, goods sold at cost."""
    first, second = claim(1, "100", "19", on=JAN), claim(2, "200", "38", on=FEB)
    foreign = claim(3, "50", account=bolt, currency="USD", on=FEB)
    payment = money(1, "140", on=MAR)
    apply_items(
        company=company,
        applications=[ApplicationDraft(first.pk, payment.pk, Decimal(119))],
        business_date=MAR,
        source_type="payment",
        source_id=1,
        actor=system,
    )
    cost = entry_of(
        AmountToPost("cost_of_sales", Decimal(120), "goods"),
        AmountToPost("stock", Decimal(-120), "goods"),
        rate=rate_of("EUR", company, FEB),
        source=("delivery", 1),
        on=FEB,
    )
    post_entries(company=company, drafts=[cost], actor=system)
    return [first, second, foreign, payment]


def test_the_trial_balance_opens_moves_and_closes(company: Company, quarter: list[OpenItem]) -> None:
    rows = {row.code: row for row in trial_balance(company.pk, date(2026, 2, 1), date(2026, 2, 28))}

    receivables = rows["1200"]
    assert (receivables.opening, receivables.debit, receivables.credit, receivables.closing) == (119, 283, 0, 402)
    assert (rows["4000"].opening, rows["4000"].credit, rows["4000"].closing) == (-100, 245, -345)
    assert "1100" not in rows
    assert sum(row.closing for row in rows.values()) == 0
    assert sum(row.debit for row in rows.values()) == sum(row.credit for row in rows.values()) == 403


def test_profit_and_loss_of_a_month(company: Company, quarter: list[OpenItem]) -> None:
    report = profit_and_loss(company.pk, date(2026, 2, 1), date(2026, 2, 28))

    assert (report.total_income, report.total_expenses, report.result) == (245, 120, 125)


def test_the_balance_sheet_balances_with_the_result_not_yet_carried(company: Company, quarter: list[OpenItem]) -> None:
    report = balance_sheet(company, MAR)

    assert {row.code: row.closing for row in report.assets} == {"1100": 140, "1200": 283, "1400": -120}
    assert (report.total_assets, report.total_claims) == (303, 303)
    assert (report.result_of_earlier_years, report.result_of_this_year) == (0, 225)
    next_year = balance_sheet(company, date(2027, 5, 1))
    assert (next_year.result_of_earlier_years, next_year.result_of_this_year) == (225, 0)
    assert next_year.total_assets == next_year.total_claims


def test_ageing_tells_each_day_as_it_was_and_equals_the_control_accounts(
    company: Company, acme: Account, quarter: list[OpenItem]
) -> None:
    before, after = ageing(company.pk, date(2026, 3, 14)), ageing(company.pk, date(2026, 6, 1))

    row = next(row for row in before.rows if row.account_id == acme.pk)
    assert (row.not_due, row.days_1_30, row.unapplied, row.net) == (238, 119, 0, 357)  # due 14 Feb and 17 Mar
    row = next(row for row in after.rows if row.account_id == acme.pk)
    assert (row.days_1_30, row.days_61_90, row.unapplied, row.net) == (0, 238, -21, 217)
    assert after.totals(["net", "overdue"]) == {
        "EUR": {"net": Decimal(217), "overdue": Decimal(238)},
        "USD": {"net": Decimal(50), "overdue": Decimal(50)},
    }
    for report in (before, after, ageing(company.pk, JAN), ageing(company.pk, date(2025, 1, 1))):
        assert report.is_reconciled
    assert (after.receivable, after.unapplied) == (283, -21)


def test_ageing_shows_when_a_subledger_differs(
    company: Company, quarter: list[OpenItem], acme: Account, system: User
) -> None:
    beside = entry_of(
        AmountToPost("receivable", Decimal(5), partner_id=acme.pk),
        AmountToPost("revenue", Decimal(-5)),
        rate=rate_of("EUR", company, MAR),
        source=("without item", 1),
        on=MAR,
    )
    post_entries(company=company, drafts=[beside], actor=system)

    assert not ageing(company.pk, MAR).is_reconciled
    assert ageing(company.pk, FEB).is_reconciled
    back = entry_of(
        AmountToPost("receivable", Decimal(-5), partner_id=acme.pk),
        AmountToPost("revenue", Decimal(5)),
        rate=rate_of("EUR", company, MAR),
        source=("without item", 2),
        on=MAR,
    )
    post_entries(company=company, drafts=[back], actor=system)


def test_the_balance_before_a_line_counts_the_lines_of_its_day_before_it(
    company: Company, claim: Make, system: User
) -> None:
    claim(1, "10", on=JAN), claim(2, "20", on=FEB), claim(3, "30", on=FEB)
    account = company.ledger_accounts.get(code="1200")
    last = account.lines.order_by("-pk")[0]

    assert balance_before(account.pk, FEB) == 10
    assert balance_before(account.pk, FEB, line_id=last.pk) == 30
