"""The invariants of rebates as views: a row per offence, none when healthy."""

from django.db import migrations

ACCRUAL = """
CREATE VIEW rebates_i7_accrual AS
SELECT coalesce(s.company_id, g.company_id) AS company_id, coalesce(s.account_id, g.account_id) AS account_id,
       coalesce(s.currency, g.currency) AS currency,
       coalesce(s.document, 0) AS agreements, -coalesce(g.document, 0) AS control_account,
       coalesce(s.functional, 0) AS agreements_functional, -coalesce(g.functional, 0) AS control_account_functional
  FROM (SELECT t.company_id, a.account_id, a.currency, sum(t.accrued - t.settled) AS document, sum(t.liability) AS functional
          FROM rebates_rebatetotal t JOIN rebates_rebateagreement a ON a.id = t.agreement_id
         GROUP BY t.company_id, a.account_id, a.currency) s
  FULL JOIN (SELECT l.company_id, l.partner_id AS account_id, l.currency, sum(l.document_amount) AS document,
                    sum(l.debit - l.credit) AS functional
               FROM accounting_journalline l JOIN accounting_ledgeraccount c ON c.id = l.account_id
              WHERE c.control = 'rebate' GROUP BY l.company_id, l.partner_id, l.currency) g
    ON g.company_id = s.company_id AND g.account_id = s.account_id AND g.currency = s.currency
 WHERE coalesce(s.document, 0) <> -coalesce(g.document, 0) OR coalesce(s.functional, 0) <> -coalesce(g.functional, 0)
"""

TOTALS = """
CREATE VIEW rebates_i7_totals AS
SELECT t.id AS total_id, t.agreement_id, t.base, t.accrued, t.settled, t.liability,
       coalesce(m.base, 0) AS base_recounted, coalesce(m.accrued, 0) AS accrued_recounted,
       coalesce(m.settled, 0) AS settled_recounted, coalesce(m.liability, 0) AS liability_recounted
  FROM rebates_rebatetotal t
  LEFT JOIN (SELECT total_id, sum(base) AS base, sum(accrued) AS accrued, sum(settled) AS settled,
                    sum(liability) AS liability FROM rebates_rebatemovement GROUP BY total_id) m ON m.total_id = t.id
 WHERE t.base <> coalesce(m.base, 0) OR t.accrued <> coalesce(m.accrued, 0) OR t.settled <> coalesce(m.settled, 0)
    OR t.liability <> coalesce(m.liability, 0)
"""

MISSING = """
CREATE VIEW rebates_i7_missing_invoices AS
WITH RECURSIVE below(root_id, category_id) AS (
    SELECT id, id FROM catalog_category
    UNION SELECT b.root_id, c.id FROM below b JOIN catalog_category c ON c.parent_id = b.category_id
)
SELECT a.id AS agreement_id, a.number AS agreement, i.id AS invoice_id, i.number AS invoice
  FROM rebates_rebateagreement a
  JOIN billing_invoice i ON i.company_id = a.company_id AND i.account_id = a.account_id
   AND i.business_date BETWEEN a.valid_from AND a.valid_until AND i.status <> 'draft'
 WHERE a.status = 'active'
   AND EXISTS (SELECT 1 FROM billing_invoiceline l LEFT JOIN catalog_product p ON p.id = l.product_id
                WHERE l.invoice_id = i.id AND l.posting_group NOT IN ('freight', 'fees')
                  AND (a.category_id IS NULL OR EXISTS (SELECT 1 FROM below b WHERE b.root_id = a.category_id
                                                           AND b.category_id = p.category_id)))
   AND NOT EXISTS (SELECT 1 FROM rebates_rebatemovement m JOIN rebates_rebatetotal t ON t.id = m.total_id
                    WHERE t.agreement_id = a.id AND m.source_type = 'invoice' AND m.source_id = i.id
                      AND m.purpose = 'accrue')
"""

NUMBERS = """
CREATE VIEW rebates_i9_settlement_numbers AS
SELECT coalesce(e.company_id, s.company_id) AS company_id, coalesce(e.series, s.series) AS series,
       e.first, e.last, e.numbers, s.last_number AS counter
  FROM (SELECT company_id, regexp_replace(number, '-[0-9]+$', '') AS series,
               min(substring(number FROM '[0-9]+$')::int) AS first, max(substring(number FROM '[0-9]+$')::int) AS last,
               count(*) AS numbers
          FROM rebates_rebatesettlement WHERE number IS NOT NULL
         GROUP BY company_id, regexp_replace(number, '-[0-9]+$', '')) e
  FULL JOIN (SELECT company_id, concat_ws('-', prefix, nullif(branch, ''), fiscal_year::text) AS series, last_number
               FROM core_numberseries WHERE prefix = 'RS') s
    ON s.company_id = e.company_id AND s.series = e.series
 WHERE e.first IS DISTINCT FROM 1 OR e.last IS DISTINCT FROM e.numbers OR e.last IS DISTINCT FROM s.last_number
"""


def _view(sql: str) -> migrations.RunSQL:
    return migrations.RunSQL(sql, f"DROP VIEW {sql.split()[2]}")


class Migration(migrations.Migration):
    """One view per invariant."""

    dependencies = [
        ("rebates", "0002_number_sequences"),
        ("billing", "0001_initial"),
        ("catalog", "0001_initial"),
        ("accounting", "0001_initial"),
        ("core", "0001_initial"),
    ]

    operations = [_view(ACCRUAL), _view(TOTALS), _view(MISSING), _view(NUMBERS)]
