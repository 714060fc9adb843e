"""Trial balance, profit and loss, balance sheet: sums of the journal in functional currency, one query each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from accounting.models import JournalLine, LedgerAccount
from core.models import Company
from core.numbering import fiscal_year

Kind = LedgerAccount.Kind
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """One account over a range of days, in functional currency. Balances are above zero on the debit side."""

    account_id: int
    code: str
    name: str
    kind: str
    control: str
    opening: Decimal
    debit: Decimal
    credit: Decimal

    @property
    def closing(self) -> Decimal:
        """What it stands at after the last day."""
        return self.opening + self.debit - self.credit

    @property
    def change(self) -> Decimal:
        """What the range changed."""
        return self.debit - self.credit


def trial_balance(company_id: int, since: date, until: date) -> list[AccountBalance]:
    """Every account that was posted to until then, by code. Debits equal credits, and the closing balances sum to
    zero."""
    within = Q(business_date__gte=since)
    rows = (
        JournalLine.objects.filter(company=company_id, business_date__lte=until)
        .values("account_id", "account__code", "account__name", "account__kind", "account__control")
        .annotate(
            opening=Coalesce(Sum(F("debit") - F("credit"), filter=Q(business_date__lt=since)), ZERO),
            debits=Coalesce(Sum("debit", filter=within), ZERO),
            credits=Coalesce(Sum("credit", filter=within), ZERO),
        )
        .order_by("account__code")
    )
    return [
        AccountBalance(
            row["account_id"],
            row["account__code"],
            row["account__name"],
            row["account__kind"],
            row["account__control"],
            row["opening"],
            row["debits"],
            row["credits"],
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class ProfitAndLoss:
    """Income and expenses of a range of days. ``change`` of a row is below zero for income, as in the journal."""

    income: Sequence[AccountBalance]
    expenses: Sequence[AccountBalance]

    @property
    def total_income(self) -> Decimal:
        """Income, above zero."""
        return -sum((row.change for row in self.income), ZERO)

    @property
    def total_expenses(self) -> Decimal:
        """Expenses, above zero."""
        return sum((row.change for row in self.expenses), ZERO)

    @property
    def result(self) -> Decimal:
        """The profit; a loss is below zero."""
        return self.total_income - self.total_expenses


def profit_and_loss(company_id: int, since: date, until: date) -> ProfitAndLoss:
    """What was earned and spent in these days, by account."""
    rows = trial_balance(company_id, since, until)
    return ProfitAndLoss(
        [row for row in rows if row.kind == Kind.INCOME and (row.debit or row.credit)],
        [row for row in rows if row.kind == Kind.EXPENSE and (row.debit or row.credit)],
    )


@dataclass(frozen=True, slots=True)
class BalanceSheet:
    """What the company owns and owes on a day. Results that no entry has carried to equity yet stand on their own."""

    assets: Sequence[AccountBalance]
    liabilities: Sequence[AccountBalance]
    equity: Sequence[AccountBalance]
    result_of_earlier_years: Decimal
    result_of_this_year: Decimal

    @property
    def total_assets(self) -> Decimal:
        """Assets, above zero."""
        return sum((row.closing for row in self.assets), ZERO)

    @property
    def total_claims(self) -> Decimal:
        """Liabilities, equity and results, above zero: always equal to the assets."""
        booked = -sum((row.closing for row in (*self.liabilities, *self.equity)), ZERO)
        return booked + self.result_of_earlier_years + self.result_of_this_year


def balance_sheet(company: Company, on: date) -> BalanceSheet:
    """Assets against liabilities and equity after that day."""
    year_start = date(fiscal_year(company, on), company.fiscal_year_start_month, 1)
    rows = trial_balance(company.pk, year_start, on)
    results = [row for row in rows if row.kind in (Kind.INCOME, Kind.EXPENSE)]

    def of(kind: str) -> list[AccountBalance]:
        return [row for row in rows if row.kind == kind and row.closing]

    return BalanceSheet(
        assets=of(Kind.ASSET),
        liabilities=of(Kind.LIABILITY),
        equity=of(Kind.EQUITY),
        result_of_earlier_years=-sum((row.opening for row in results), ZERO),
        result_of_this_year=-sum((row.change for row in results), ZERO),
    )
