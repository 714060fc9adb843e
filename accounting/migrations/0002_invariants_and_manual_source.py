"""The invariants of the ledger as views: a row per offence, none when healthy. And the numbers of manual sources."""

from django.db import migrations

UNBALANCED = """
CREATE VIEW accounting_i6_unbalanced_entries AS
SELECT e.id AS entry_id, e.number, count(l.id) AS lines, coalesce(sum(l.debit), 0) AS debit,
       coalesce(sum(l.credit), 0) AS credit
  FROM accounting_journalentry e
  LEFT JOIN accounting_journalline l ON l.entry_id = e.id
 WHERE e.status = 'posted'
 GROUP BY e.id, e.number
HAVING count(l.id) < 2 OR sum(l.debit) <> sum(l.credit)
    OR bool_or(l.company_id <> e.company_id OR l.business_date <> e.business_date)
"""

SUBLEDGER = """
CREATE VIEW accounting_i7_{control} AS
SELECT coalesce(s.company_id, g.company_id) AS company_id, coalesce(s.partner_id, g.partner_id) AS account_id,
       coalesce(s.currency, g.currency) AS currency,
       coalesce(s.document, 0) AS open_items, coalesce(g.document, 0) AS control_account,
       coalesce(s.functional, 0) AS open_items_functional, coalesce(g.functional, 0) AS control_account_functional
  FROM (SELECT company_id, account_id AS partner_id, currency, sum(open_amount) AS document, sum(functional_open) AS functional
          FROM accounting_openitem WHERE control = '{control}' GROUP BY company_id, account_id, currency) s
  FULL JOIN (SELECT l.company_id, l.partner_id, l.currency, sum(l.document_amount) AS document, sum(l.debit - l.credit) AS functional
               FROM accounting_journalline l JOIN accounting_ledgeraccount a ON a.id = l.account_id
              WHERE a.control = '{control}' GROUP BY l.company_id, l.partner_id, l.currency) g
    ON g.company_id = s.company_id AND g.partner_id = s.partner_id AND g.currency = s.currency
 WHERE coalesce(s.document, 0) <> coalesce(g.document, 0) OR coalesce(s.functional, 0) <> coalesce(g.functional, 0)
"""

APPLICATIONS = """
CREATE VIEW accounting_i8_applications AS
WITH applied AS (
    SELECT id, sum(amount) AS amount, sum(functional) AS functional
      FROM (SELECT debit_item_id AS id, -amount AS amount, -debit_functional AS functional FROM accounting_application
            UNION ALL
            SELECT credit_item_id, amount, credit_functional FROM accounting_application) sides
     GROUP BY id)
SELECT i.id AS open_item_id, i.reference, i.amount, i.open_amount, i.amount + coalesce(a.amount, 0) AS open_recounted,
       i.functional_open, i.functional_amount + coalesce(a.functional, 0) AS functional_recounted
  FROM accounting_openitem i LEFT JOIN applied a ON a.id = i.id
 WHERE i.open_amount <> i.amount + coalesce(a.amount, 0)
    OR i.functional_open <> i.functional_amount + coalesce(a.functional, 0)
    OR abs(i.open_amount) > abs(i.amount) OR i.open_amount * i.amount < 0
"""

PARTNERS = """
CREATE VIEW accounting_i8_application_partners AS
SELECT a.id AS application_id, a.debit_item_id, a.credit_item_id, a.amount, a.currency
  FROM accounting_application a
  JOIN accounting_openitem d ON d.id = a.debit_item_id
  JOIN accounting_openitem c ON c.id = a.credit_item_id
 WHERE d.company_id <> c.company_id OR d.company_id <> a.company_id OR d.account_id <> c.account_id
    OR d.currency <> c.currency OR d.currency <> a.currency OR d.amount <= 0 OR c.amount >= 0
"""

NUMBERS = """
CREATE VIEW accounting_i9_journal_numbers AS
SELECT coalesce(e.company_id, s.company_id) AS company_id, coalesce(e.series, s.series) AS series,
       e.first, e.last, e.numbers, s.last_number AS counter
  FROM (SELECT company_id, regexp_replace(number, '-[0-9]+$', '') AS series,
               min(substring(number FROM '[0-9]+$')::int) AS first, max(substring(number FROM '[0-9]+$')::int) AS last,
               count(*) AS numbers
          FROM accounting_journalentry WHERE number IS NOT NULL
         GROUP BY company_id, regexp_replace(number, '-[0-9]+$', '')) e
  FULL JOIN (SELECT company_id, concat_ws('-', prefix, nullif(branch, ''), fiscal_year::text) AS series, last_number
               FROM core_numberseries WHERE prefix = 'JE') s
    ON s.company_id = e.company_id AND s.series = e.series
 WHERE e.first IS DISTINCT FROM 1 OR e.last IS DISTINCT FROM e.numbers OR e.last IS DISTINCT FROM s.last_number
"""

LOCKED = """
CREATE VIEW accounting_i13_locked_periods AS
SELECT e.id AS entry_id, e.number, e.business_date, e.posted_at, p.name AS period, p.locked_at
  FROM accounting_journalentry e
  LEFT JOIN accounting_period p ON p.company_id = e.company_id AND e.business_date BETWEEN p.starts_on AND p.ends_on
 WHERE e.status = 'posted' AND (p.id IS NULL OR (p.is_locked AND e.posted_at > p.locked_at))
"""


def _view(sql: str) -> migrations.RunSQL:
    return migrations.RunSQL(sql, f"DROP VIEW {sql.split()[2]}")


class Migration(migrations.Migration):
    """One view per invariant, and one sequence."""

    dependencies = [("accounting", "0001_initial")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE accounting_manual_source", "DROP SEQUENCE accounting_manual_source"),
        _view(UNBALANCED),
        _view(SUBLEDGER.format(control="receivable")),
        _view(SUBLEDGER.format(control="unapplied")),
        _view(APPLICATIONS),
        _view(PARTNERS),
        _view(NUMBERS),
        _view(LOCKED),
    ]
