"""The invariants of billing as views: a row per offence, none when healthy."""

from django.db import migrations

# Goods that came back and wait for their credit note are billed and not kept: that is due work, not an offence.
BEYOND_SHIPPED = """
CREATE VIEW billing_i5_billed_beyond_shipped AS
SELECT l.id AS order_line_id, o.number AS order_number, l.position, l.invoiced, l.credited, l.shipped, l.returned
  FROM orders_orderline l
  JOIN orders_order o ON o.id = l.order_id
  LEFT JOIN (SELECT d.order_line_id, sum(r.received - r.credited) AS waiting
               FROM fulfillment_returnline r JOIN fulfillment_deliveryline d ON d.id = r.delivery_line_id
              GROUP BY d.order_line_id) w ON w.order_line_id = l.id
 WHERE l.invoiced > 0
   AND l.invoiced - l.credited > CASE
       WHEN l.product_kind = 'service' OR o.prepaid THEN
            CASE WHEN EXISTS (SELECT FROM orders_orderchange c WHERE c.order_id = o.id) THEN l.invoiced ELSE l.ordered END
       WHEN l.product_kind = 'kit' THEN l.shipped
       ELSE l.shipped - l.returned + coalesce(w.waiting, 0) END
"""

RECOUNTED = """
CREATE VIEW billing_i5_billed_recounted AS
SELECT 'order line' AS kind, l.id AS line_id, l.invoiced, coalesce(b.invoiced, 0) AS invoiced_recounted,
       l.credited, coalesce(b.credited, 0) AS credited_recounted
  FROM orders_orderline l
  LEFT JOIN (SELECT i.order_line_id, sum(i.quantity) FILTER (WHERE d.direction = 'invoice') AS invoiced,
                    sum(i.quantity) FILTER (WHERE d.direction = 'credit') AS credited
               FROM billing_invoiceline i JOIN billing_invoice d ON d.id = i.invoice_id
              WHERE i.order_line_id IS NOT NULL GROUP BY i.order_line_id) b ON b.order_line_id = l.id
 WHERE l.invoiced <> coalesce(b.invoiced, 0) OR l.credited <> coalesce(b.credited, 0)
UNION ALL
SELECT 'delivery line', l.id, l.invoiced, coalesce(b.invoiced, 0), 0, 0
  FROM fulfillment_deliveryline l
  LEFT JOIN (SELECT i.delivery_line_id,
                    sum(CASE d.direction WHEN 'invoice' THEN i.quantity ELSE -i.quantity END) AS invoiced
               FROM billing_invoiceline i JOIN billing_invoice d ON d.id = i.invoice_id
              WHERE i.delivery_line_id IS NOT NULL GROUP BY i.delivery_line_id) b ON b.delivery_line_id = l.id
 WHERE l.invoiced <> coalesce(b.invoiced, 0)
"""

LEDGER = """
CREATE VIEW billing_i7_invoice_ledger AS
SELECT i.id AS invoice_id, i.number, i.currency, s.amount, coalesce(o.amount, 0) AS open_item,
       coalesce(g.amount, 0) AS receivable
  FROM billing_invoice i
  CROSS JOIN LATERAL (SELECT CASE i.direction WHEN 'invoice' THEN i.gross ELSE -i.gross END AS amount) s
  LEFT JOIN (SELECT source_id, sum(amount) AS amount FROM accounting_openitem
              WHERE source_type = 'invoice' GROUP BY source_id) o ON o.source_id = i.id
  LEFT JOIN (SELECT e.source_id, sum(l.document_amount) AS amount
               FROM accounting_journalentry e
               JOIN accounting_journalline l ON l.entry_id = e.id
               JOIN accounting_ledgeraccount a ON a.id = l.account_id AND a.control = 'receivable'
              WHERE e.source_type = 'invoice' AND e.purpose = 'post' GROUP BY e.source_id) g ON g.source_id = i.id
 WHERE i.status <> 'draft' AND (s.amount <> coalesce(o.amount, 0) OR s.amount <> coalesce(g.amount, 0))
"""

NUMBERS = """
CREATE VIEW billing_i9_invoice_numbers AS
SELECT coalesce(e.company_id, s.company_id) AS company_id, coalesce(e.series, s.series) AS series,
       e.first, e.last, e.numbers, s.last_number AS counter
  FROM (SELECT company_id, regexp_replace(number, '-[0-9]+$', '') AS series,
               min(substring(number FROM '[0-9]+$')::int) AS first, max(substring(number FROM '[0-9]+$')::int) AS last,
               count(*) AS numbers
          FROM billing_invoice WHERE number IS NOT NULL
         GROUP BY company_id, regexp_replace(number, '-[0-9]+$', '')) e
  FULL JOIN (SELECT company_id, concat_ws('-', prefix, nullif(branch, ''), fiscal_year::text) AS series, last_number
               FROM core_numberseries WHERE prefix IN ('INV', 'CN')) s
    ON s.company_id = e.company_id AND s.series = e.series
 WHERE e.first IS DISTINCT FROM 1 OR e.last IS DISTINCT FROM e.numbers OR e.last IS DISTINCT FROM s.last_number
"""

# Rate times base is held for what was billed at net prices. Credits take their share of their invoice's tax, so that
# all of them together take back exactly that; gross prices are the truth of their own tax.
TOTALS = """
CREATE VIEW billing_i11_totals AS
WITH lines AS (
    SELECT invoice_id, tax_code, tax_percent, sum(net) AS net, sum(tax) AS tax
      FROM billing_invoiceline GROUP BY invoice_id, tax_code, tax_percent),
groups AS (
    SELECT coalesce(l.invoice_id, g.invoice_id) AS invoice_id, coalesce(g.base, 0) AS base, coalesce(g.tax, 0) AS tax,
           coalesce(l.net, 0) = coalesce(g.base, 0) AND coalesce(l.tax, 0) = coalesce(g.tax, 0) AS agrees,
           abs(g.tax - g.base * g.tax_percent / 100) <= CASE
               WHEN g.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI',
                                   'VND', 'VUV', 'XAF', 'XOF', 'XPF') THEN 0.5 ELSE 0.005 END AS is_rate
      FROM lines l FULL JOIN billing_invoicetaxgroup g
        ON g.invoice_id = l.invoice_id AND g.tax_code = l.tax_code AND g.tax_percent = l.tax_percent)
SELECT i.id AS invoice_id, i.number, i.net, i.tax, i.gross, sum(g.base) AS groups_net, sum(g.tax) AS groups_tax
  FROM billing_invoice i
  LEFT JOIN groups g ON g.invoice_id = i.id
 GROUP BY i.id
HAVING i.net <> coalesce(sum(g.base), 0) OR i.tax <> coalesce(sum(g.tax), 0) OR NOT bool_and(coalesce(g.agrees, false))
    OR (i.price_basis = 'net' AND i.credits_id IS NULL AND NOT bool_and(coalesce(g.is_rate, false)))
"""


def _view(sql: str) -> migrations.RunSQL:
    return migrations.RunSQL(sql, f"DROP VIEW {sql.split()[2]}")


class Migration(migrations.Migration):
    """One view per invariant."""

    dependencies = [
        ("billing", "0001_initial"),
        ("accounting", "0002_invariants_and_manual_source"),
        ("fulfillment", "0001_initial"),
        ("orders", "0001_initial"),
    ]

    operations = [_view(BEYOND_SHIPPED), _view(RECOUNTED), _view(LEDGER), _view(NUMBERS), _view(TOTALS)]
