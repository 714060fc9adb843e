"""The invariants of stock and supply as views: a row per offence, none when healthy."""

from django.db import migrations

TOTALS_IN_BOUNDS = """
CREATE VIEW inventory_i1_totals_in_bounds AS
SELECT 'bucket' AS total, id, company_id, on_hand AS balance, pegged AS promised FROM inventory_stockbucket
WHERE (NOT negative_allowed AND (on_hand < 0 OR pegged > on_hand)) OR pegged < 0 OR (on_hand = 0 AND value <> 0)
UNION ALL
SELECT 'receipt', id, company_id, open, pegged FROM inventory_receipttotal
WHERE open < 0 OR pegged < 0 OR pegged > open
UNION ALL
SELECT 'bin', id, company_id, quantity, assigned FROM inventory_binstock
WHERE assigned < 0 OR (NOT negative_allowed AND (quantity < 0 OR assigned > quantity))
"""

PEGGED_TOTALS = """
CREATE VIEW inventory_i2_pegged_totals AS
SELECT 'bucket' AS total, b.id, b.company_id, b.pegged AS counted, coalesce(p.pegged, 0) AS recounted
FROM inventory_stockbucket b
LEFT JOIN (SELECT bucket_id, sum(quantity) AS pegged FROM inventory_peg GROUP BY bucket_id) p ON p.bucket_id = b.id
WHERE b.pegged <> coalesce(p.pegged, 0)
UNION ALL
SELECT 'receipt', r.id, r.company_id, r.pegged, coalesce(p.pegged, 0)
FROM inventory_receipttotal r
LEFT JOIN (SELECT receipt_id, sum(quantity) AS pegged FROM inventory_peg GROUP BY receipt_id) p ON p.receipt_id = r.id
WHERE r.pegged <> coalesce(p.pegged, 0)
"""

COMMITMENTS = """
CREATE VIEW inventory_i2_commitments AS
SELECT c.id AS commitment_id, c.reference, c.status, c.quantity, c.fulfilled, coalesce(p.pegged, 0) AS pegged
FROM inventory_commitment c
LEFT JOIN (
    SELECT g.commitment_id, sum(g.quantity) AS pegged,
           bool_or(b.id IS NOT NULL AND (b.warehouse_id, b.product_id) <> (o.warehouse_id, o.product_id)
                OR l.id IS NOT NULL AND (l.warehouse_id, l.product_id) <> (o.warehouse_id, o.product_id)) AS elsewhere
    FROM inventory_peg g
    JOIN inventory_commitment o ON o.id = g.commitment_id
    LEFT JOIN inventory_stockbucket b ON b.id = g.bucket_id
    LEFT JOIN inventory_receipttotal r ON r.id = g.receipt_id
    LEFT JOIN inventory_supplyline l ON l.id = r.supply_line_id
    GROUP BY g.commitment_id
) p ON p.commitment_id = c.id
WHERE coalesce(p.elsewhere, false)
   OR coalesce(p.pegged, 0) <> CASE WHEN c.status = 'active' THEN c.quantity - c.fulfilled ELSE 0 END
"""

MOVEMENTS = """
CREATE VIEW inventory_i3_movements AS
SELECT 'bucket' AS total, b.id, b.company_id, b.on_hand AS counted, coalesce(m.on_hand, 0) AS recounted,
       b.pegged AS promised, coalesce(m.pegged, 0) AS promised_recounted,
       b.value, coalesce(m.value, 0) AS value_recounted
FROM inventory_stockbucket b
LEFT JOIN (
    SELECT total_id, sum(on_hand) AS on_hand, sum(pegged) AS pegged, sum(value) AS value
    FROM inventory_stockmovement GROUP BY total_id
) m ON m.total_id = b.id
WHERE (b.on_hand, b.pegged, b.value) IS DISTINCT FROM
      (coalesce(m.on_hand, 0), coalesce(m.pegged, 0), coalesce(m.value, 0))
UNION ALL
SELECT 'receipt', r.id, r.company_id, r.open, coalesce(m.open, 0), r.pegged, coalesce(m.pegged, 0), NULL, NULL
FROM inventory_receipttotal r
LEFT JOIN (
    SELECT total_id, sum(open) AS open, sum(pegged) AS pegged FROM inventory_receiptmovement GROUP BY total_id
) m ON m.total_id = r.id
WHERE (r.open, r.pegged) IS DISTINCT FROM (coalesce(m.open, 0), coalesce(m.pegged, 0))
UNION ALL
SELECT 'bin', s.id, s.company_id, s.quantity, coalesce(m.quantity, 0), s.assigned, coalesce(m.assigned, 0), NULL, NULL
FROM inventory_binstock s
LEFT JOIN (
    SELECT total_id, sum(quantity) AS quantity, sum(assigned) AS assigned FROM inventory_binmovement GROUP BY total_id
) m ON m.total_id = s.id
WHERE (s.quantity, s.assigned) IS DISTINCT FROM (coalesce(m.quantity, 0), coalesce(m.assigned, 0))
"""

BINS_FILL_BUCKETS = """
CREATE VIEW inventory_i3_bins_fill_buckets AS
SELECT coalesce(b.warehouse_id, s.warehouse_id) AS warehouse_id, coalesce(b.product_id, s.product_id) AS product_id,
       coalesce(b.on_hand, 0) AS on_hand, coalesce(s.quantity, 0) AS in_bins
FROM inventory_stockbucket b
FULL JOIN (
    SELECT n.warehouse_id, t.product_id, sum(t.quantity) AS quantity
    FROM inventory_binstock t JOIN inventory_bin n ON n.id = t.bin_id
    WHERE n.is_sellable GROUP BY n.warehouse_id, t.product_id
) s ON s.warehouse_id = b.warehouse_id AND s.product_id = b.product_id
WHERE coalesce(b.on_hand, 0) <> coalesce(s.quantity, 0)
"""

SUPPLY_LINES = """
CREATE VIEW inventory_i3_supply_lines AS
SELECT l.id AS supply_line_id, l.order_id, l.received AS counted, coalesce(x.received, 0) AS recounted,
       coalesce(t.open, 0) AS open
FROM inventory_supplyline l
JOIN inventory_supplyorder o ON o.id = l.order_id
LEFT JOIN inventory_receipttotal t ON t.supply_line_id = l.id
LEFT JOIN (
    SELECT supply_line_id, sum(quantity) AS received FROM inventory_supplyreceiptline GROUP BY supply_line_id
) x ON x.supply_line_id = l.id
WHERE l.received <> coalesce(x.received, 0)
   OR coalesce(t.open, 0) <> CASE WHEN o.status = 'draft' THEN 0 ELSE l.ordered - l.received - l.cancelled END
"""

STOCK_VALUE = """
CREATE VIEW inventory_i7_stock_value AS
SELECT c.id AS company_id, coalesce(b.value, 0) AS stock, coalesce(j.balance, 0) AS ledger
FROM core_company c
LEFT JOIN (SELECT company_id, sum(value) AS value FROM inventory_stockbucket GROUP BY company_id) b
    ON b.company_id = c.id
LEFT JOIN (
    SELECT l.company_id, sum(l.debit - l.credit) AS balance
    FROM accounting_journalline l
    JOIN accounting_ledgeraccount a ON a.id = l.account_id AND a.control = 'stock'
    JOIN accounting_journalentry e ON e.id = l.entry_id AND e.status = 'posted'
    GROUP BY l.company_id
) j ON j.company_id = c.id
WHERE coalesce(b.value, 0) <> coalesce(j.balance, 0)
"""

GOODS_RECEIVED = """
CREATE VIEW inventory_i7_goods_received AS
SELECT c.id AS company_id, coalesce(r.value, 0) AS received, coalesce(j.balance, 0) AS ledger
FROM core_company c
LEFT JOIN (
    SELECT d.company_id, sum(x.value) AS value
    FROM inventory_supplyreceiptline x JOIN inventory_supplyreceipt d ON d.id = x.receipt_id
    WHERE d.status = 'posted' GROUP BY d.company_id
) r ON r.company_id = c.id
LEFT JOIN (
    SELECT l.company_id, sum(l.credit - l.debit) AS balance
    FROM accounting_journalline l
    JOIN accounting_ledgeraccount a ON a.id = l.account_id AND a.control = 'grni'
    JOIN accounting_journalentry e ON e.id = l.entry_id AND e.status = 'posted'
    GROUP BY l.company_id
) j ON j.company_id = c.id
WHERE coalesce(r.value, 0) <> coalesce(j.balance, 0)
"""

VIEWS = {
    "inventory_i1_totals_in_bounds": TOTALS_IN_BOUNDS,
    "inventory_i2_pegged_totals": PEGGED_TOTALS,
    "inventory_i2_commitments": COMMITMENTS,
    "inventory_i3_movements": MOVEMENTS,
    "inventory_i3_bins_fill_buckets": BINS_FILL_BUCKETS,
    "inventory_i3_supply_lines": SUPPLY_LINES,
    "inventory_i7_stock_value": STOCK_VALUE,
    "inventory_i7_goods_received": GOODS_RECEIVED,
}


class Migration(migrations.Migration):
    dependencies = [("inventory", "0002_number_sequences"), ("accounting", "0001_initial")]

    operations = [migrations.RunSQL(sql, f"DROP VIEW {view}") for view, sql in VIEWS.items()]
