"""Receivables by age on any day, reconciled to their control accounts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from accounting.models import JournalLine

ZERO = Decimal(0)

# What was applied until the day is taken off each item, so that any past day can be told. An item is settled on the day
# of its latest application, so items settled by then contribute nothing.
_AGEING = """
WITH items AS (
    SELECT i.id, i.account_id, i.currency, i.control, i.amount, i.functional_amount, %(on)s::date - i.due_on AS
    days_late FROM accounting_openitem i WHERE i.company_id = %(company)s AND i.issued_on <= %(on)s AND (i.settled_on IS
    NULL OR i.settled_on > %(on)s)),
applied AS (
    SELECT id, sum(amount) AS amount, sum(functional) AS functional
      FROM (SELECT p.debit_item_id AS id, -p.amount AS amount, -p.debit_functional AS functional
              FROM accounting_application p JOIN items ON items.id = p.debit_item_id WHERE p.business_date <= %(on)s
            UNION ALL
            SELECT p.credit_item_id, p.amount, p.credit_functional
              FROM accounting_application p JOIN items ON items.id = p.credit_item_id
             WHERE p.business_date <= %(on)s) sides
     GROUP BY id),
stand AS (
    SELECT i.account_id, i.currency, i.control, i.days_late, i.amount + coalesce(p.amount, 0) AS open,
           i.functional_amount + coalesce(p.functional, 0) AS functional
      FROM items i LEFT JOIN applied p ON p.id = i.id)
SELECT s.account_id, a.code, a.name, s.currency,
       coalesce(sum(s.open) FILTER (WHERE s.control = 'receivable' AND s.days_late <= 0), 0),
       coalesce(sum(s.open) FILTER (WHERE s.control = 'receivable' AND s.days_late BETWEEN 1 AND 30), 0),
       coalesce(sum(s.open) FILTER (WHERE s.control = 'receivable' AND s.days_late BETWEEN 31 AND 60), 0),
       coalesce(sum(s.open) FILTER (WHERE s.control = 'receivable' AND s.days_late BETWEEN 61 AND 90), 0),
       coalesce(sum(s.open) FILTER (WHERE s.control = 'receivable' AND s.days_late > 90), 0),
       coalesce(sum(s.open) FILTER (WHERE s.control = 'unapplied'), 0),
       coalesce(sum(s.functional) FILTER (WHERE s.control = 'receivable'), 0),
       coalesce(sum(s.functional) FILTER (WHERE s.control = 'unapplied'), 0)
  FROM stand s JOIN catalog_account a ON a.id = s.account_id
 GROUP BY s.account_id, a.code, a.name, s.currency
HAVING bool_or(s.open <> 0 OR s.functional <> 0)
 ORDER BY a.name, s.currency, s.account_id
"""


@dataclass(frozen=True, slots=True)
class AgeingRow:
    """What one account owes in one currency, by days past due; ``unapplied`` is what it is owed (below zero)."""

    account_id: int
    code: str
    name: str
    currency: str
    not_due: Decimal
    days_1_30: Decimal
    days_31_60: Decimal
    days_61_90: Decimal
    days_over_90: Decimal
    unapplied: Decimal
    receivable_functional: Decimal
    unapplied_functional: Decimal

    @property
    def receivable(self) -> Decimal:
        """All that is claimed."""
        return self.not_due + self.overdue

    @property
    def overdue(self) -> Decimal:
        """What is past its due date."""
        return self.days_1_30 + self.days_31_60 + self.days_61_90 + self.days_over_90

    @property
    def net(self) -> Decimal:
        """Claims less what is unapplied."""
        return self.receivable + self.unapplied


@dataclass(frozen=True, slots=True)
class Ageing:
    """The report of one company and day, with the control accounts that it must equal, in functional currency."""

    rows: Sequence[AgeingRow]
    receivable_control: Decimal
    unapplied_control: Decimal

    @property
    def receivable(self) -> Decimal:
        """All claims in functional currency at their book rates."""
        return sum((row.receivable_functional for row in self.rows), ZERO)

    @property
    def unapplied(self) -> Decimal:
        """All that is unapplied, below zero."""
        return sum((row.unapplied_functional for row in self.rows), ZERO)

    @property
    def is_reconciled(self) -> bool:
        """Whether both subledgers equal their control accounts on that day."""
        return (self.receivable, self.unapplied) == (self.receivable_control, self.unapplied_control)

    def totals(self, names: Iterable[str]) -> dict[str, dict[str, Decimal]]:
        """Sums of these columns per currency, never across."""
        found: dict[str, dict[str, Decimal]] = {}
        wanted = tuple(names)
        for row in self.rows:
            sums = found.setdefault(row.currency, dict.fromkeys(wanted, ZERO))
            for name in wanted:
                sums[name] += getattr(row, name)
        return dict(sorted(found.items()))


def ageing(company_id: int, on: date) -> Ageing:
    """Open receivables and unapplied payments per account and currency as they stood after that day. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_AGEING, {"company": company_id, "on": on})
        rows = [AgeingRow(*row) for row in cursor.fetchall()]
    controls = dict(
        JournalLine.objects.filter(
            company=company_id, business_date__lte=on, account__control__in=("receivable", "unapplied")
        )
        .values_list("account__control")
        .annotate(balance=Coalesce(Sum(F("debit") - F("credit")), ZERO))
        .order_by()
    )
    return Ageing(rows, controls.get("receivable", ZERO), controls.get("unapplied", ZERO))
