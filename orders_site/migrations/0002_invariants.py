"""Views of what must hold across rooms: I10, I14, I15, I16, I17 and I18 (orders_site/invariants.py has the sentences)."""

from django.db import migrations

# --- I10: one effect per key. The constraints hold it; the view also finds what was loaded while one was missing. -----
ONCE = {
    "core_idempotencykey": ("principal_id", "route", "key"),
    "orders_order": ("company_id", "import_key"),
    "billing_invoice": ("company_id", "import_key"),
    "fulfillment_return": ("company_id", "import_key"),
    "payments_payment": ("provider", "provider_reference"),
    "payments_providerevent": ("provider", "event_id"),
    "accounting_journalentry": ("source_type", "source_id", "purpose"),
    "accounting_openitem": ("source_type", "source_id", "instalment"),
}
MOVEMENTS = (
    "inventory_stockmovement", "inventory_receiptmovement", "inventory_binmovement", "orders_creditmovement",
    "quotes_contractmovement", "catalog_couponmovement", "rebates_rebatemovement",
)
ONCE |= {table: ("total_id", "source_type", "source_id", "purpose") for table in MOVEMENTS}
I10 = "CREATE VIEW site_i10_duplicate_effects AS\n" + "\nUNION ALL\n".join(
    f"SELECT '{table}' AS table_name, concat_ws(' ', {', '.join(columns)}) AS key, count(*) AS times FROM {table}"
    f" WHERE num_nulls({', '.join(columns)}) = 0 GROUP BY {', '.join(columns)} HAVING count(*) > 1"
    for table, columns in ONCE.items()
)

# --- I14: every recorded transition is one that the table's own trigger allows, and the walk has no holes. ------------
DOCUMENTS = {
    "contract": "quotes_contract", "quote": "quotes_quote", "order": "orders_order",
    "delivery": "fulfillment_delivery", "return": "fulfillment_return", "invoice": "billing_invoice",
    "payment": "payments_payment", "rebate_agreement": "rebates_rebateagreement",
    "rebate_settlement": "rebates_rebatesettlement", "supply_order": "inventory_supplyorder",
    "supply_receipt": "inventory_supplyreceipt", "stock_adjustment": "inventory_stockadjustment",
}
KINDS = ", ".join(f"('{kind}', '{table}')" for kind, table in DOCUMENTS.items())
STATUSES = "\nUNION ALL\n".join(
    f"SELECT '{kind}' AS kind, id, status::text FROM {table}" for kind, table in DOCUMENTS.items()
)
I14 = f"""
CREATE VIEW site_i14_transitions AS
WITH allowed AS (
    SELECT k.kind, unnest(string_to_array(substring(p.prosrc FROM 'ANY\\(''\\{{([^}}]*)\\}}'), ',')) AS pair
    FROM (VALUES {KINDS}) AS k(kind, table_name)
    JOIN pg_trigger t ON t.tgrelid = k.table_name::regclass AND t.tgname LIKE 'pgtrigger_legal_status_%'
        AND t.tgenabled IN ('O', 'A')
    JOIN pg_proc p ON p.oid = t.tgfoid
), walk AS (
    SELECT e.id, e.document_kind, e.document_id, e.from_status, e.to_status,
        lag(e.to_status) OVER of_document AS before, lead(e.id) OVER of_document AS next_id
    FROM core_documentevent e WHERE e.to_status <> ''
    WINDOW of_document AS (PARTITION BY e.document_kind, e.document_id ORDER BY e.id)
), statuses AS (
{STATUSES}
)
SELECT w.document_kind, w.document_id, w.from_status, w.to_status, 'not allowed' AS what
FROM walk w JOIN (VALUES {KINDS}) AS k(kind, table_name) ON k.kind = w.document_kind
WHERE w.from_status <> '' AND w.from_status <> w.to_status AND NOT EXISTS (
    SELECT 1 FROM allowed a WHERE a.kind = w.document_kind AND a.pair = w.from_status || ':' || w.to_status)
UNION ALL
SELECT w.document_kind, w.document_id, w.from_status, w.to_status, 'does not continue from ' || w.before
FROM walk w WHERE w.before IS NOT NULL AND w.from_status <> '' AND w.from_status <> w.before
UNION ALL
SELECT w.document_kind, w.document_id, w.to_status, s.status, 'the document says otherwise'
FROM walk w JOIN statuses s ON s.kind = w.document_kind AND s.id = w.document_id
WHERE w.next_id IS NULL AND s.status <> w.to_status
"""

# --- I15: who asked does not approve. -------------------------------------------------------------------------------
I15 = """
CREATE VIEW site_i15_maker_is_checker AS
SELECT h.order_id, h.id AS hold_id, h.kind, h.created_by_id
FROM orders_orderhold h WHERE h.kind <> 'manual' AND h.released_by_id = h.created_by_id
"""

# --- I16: nothing of one company leans on another's. ------------------------------------------------------------------
# (what, table and alias, joins, its company, the other's company)
JOINS = (
    ("order line of order", "orders_orderline a", "orders_order b ON b.id = a.order_id"),
    ("delivery of order", "fulfillment_delivery a", "orders_order b ON b.id = a.order_id"),
    ("return of order", "fulfillment_return a", "orders_order b ON b.id = a.order_id"),
    ("invoice of order", "billing_invoice a", "orders_order b ON b.id = a.order_id"),
    ("credit note of invoice", "billing_invoice a", "billing_invoice b ON b.id = a.credits_id"),
    ("payment of order", "payments_payment a", "orders_order b ON b.id = a.order_id"),
    ("payment of invoice", "payments_payment a", "billing_invoice b ON b.id = a.invoice_id"),
    ("order from warehouse", "orders_order a", "inventory_warehouse b ON b.id = a.warehouse_id"),
    ("delivery from warehouse", "fulfillment_delivery a", "inventory_warehouse b ON b.id = a.warehouse_id"),
    ("return to warehouse", "fulfillment_return a", "inventory_warehouse b ON b.id = a.warehouse_id"),
    ("stock in warehouse", "inventory_stockbucket a", "inventory_warehouse b ON b.id = a.warehouse_id"),
    ("commitment in warehouse", "inventory_commitment a", "inventory_warehouse b ON b.id = a.warehouse_id"),
    ("supply line of order", "inventory_supplyline a", "inventory_supplyorder b ON b.id = a.order_id"),
    ("supply order to warehouse", "inventory_supplyorder a", "inventory_warehouse b ON b.id = a.warehouse_id"),
    ("receipt at warehouse", "inventory_supplyreceipt a", "inventory_warehouse b ON b.id = a.warehouse_id"),
    ("contract line of contract", "quotes_contractline a", "quotes_contract b ON b.id = a.contract_id"),
    ("order line of contract", "orders_orderline a", "quotes_contractline b ON b.id = a.contract_line_id"),
    ("journal line of entry", "accounting_journalline a", "accounting_journalentry b ON b.id = a.entry_id"),
    ("journal line on account", "accounting_journalline a", "accounting_ledgeraccount b ON b.id = a.account_id"),
    ("posting rule to account", "accounting_postingrule a", "accounting_ledgeraccount b ON b.id = a.account_id"),
    ("application of claim", "accounting_application a", "accounting_openitem b ON b.id = a.debit_item_id"),
    ("application of credit", "accounting_application a", "accounting_openitem b ON b.id = a.credit_item_id"),
    ("settlement of agreement", "rebates_rebatesettlement a", "rebates_rebateagreement b ON b.id = a.agreement_id"),
)
NO_COMPANY_OF_ITS_OWN = """
UNION ALL
SELECT 'invoice line of order', a.id, i.company_id, b.company_id
FROM billing_invoiceline a JOIN billing_invoice i ON i.id = a.invoice_id
JOIN orders_orderline b ON b.id = a.order_line_id WHERE i.company_id <> b.company_id
UNION ALL
SELECT 'delivery line of order', a.id, d.company_id, b.company_id
FROM fulfillment_deliveryline a JOIN fulfillment_delivery d ON d.id = a.delivery_id
JOIN orders_orderline b ON b.id = a.order_line_id WHERE d.company_id <> b.company_id
UNION ALL
SELECT 'promise from commitment', a.id, l.company_id, b.company_id
FROM orders_scheduleline a JOIN orders_orderline l ON l.id = a.order_line_id
JOIN inventory_commitment b ON b.id = a.commitment_id WHERE l.company_id <> b.company_id
"""
I16 = (
    "CREATE VIEW site_i16_across_companies AS\n"
    + "\nUNION ALL\n".join(
        f"SELECT '{what}' AS what, a.id AS row_id, a.company_id, b.company_id AS other_company_id"
        f" FROM {table} JOIN {join} WHERE a.company_id <> b.company_id"
        for what, table, join in JOINS
    )
    + NO_COMPANY_OF_ITS_OWN
)

# --- I17: every change has its record. The functions read the catalog, so that a new table is held to it too. ---------
# A history table names its table, or is named by that table's trigger (roles and rights have Django's own tables).
I17_TABLES = """
CREATE VIEW kept_tracked_tables AS
SELECT h.relname::text AS history, coalesce(named.oid, told.tgrelid) AS base_oid
FROM pg_class h
JOIN pg_attribute a ON a.attrelid = h.oid AND a.attname = 'pgh_obj_id' AND NOT a.attisdropped
LEFT JOIN pg_class named ON named.relname = regexp_replace(h.relname, 'history$', '') AND named.relkind = 'r'
    AND named.relnamespace = h.relnamespace
LEFT JOIN LATERAL (
    SELECT t.tgrelid FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgname LIKE 'pgtrigger_history_%' AND p.prosrc LIKE '%INSERT INTO "' || h.relname || '"%' LIMIT 1
) AS told ON true
WHERE h.relkind = 'r' AND h.relnamespace = 'public'::regnamespace;
"""
I17_HISTORY = """
CREATE FUNCTION kept_rows_past_history() RETURNS TABLE (table_name text, row_id bigint, what text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    tracked record;
    columns text;
    missing text;
BEGIN
    FOR tracked IN
        SELECT t.history, t.base_oid::regclass::text AS base, t.base_oid, EXISTS (
            SELECT 1 FROM pg_trigger i WHERE i.tgrelid = t.base_oid AND i.tgname LIKE 'pgtrigger_history_insert_%'
        ) AS from_insert
        FROM kept_tracked_tables t ORDER BY 1
    LOOP
        SELECT string_agg(format('b.%1$I IS NOT DISTINCT FROM h.%1$I', x.attname), ' AND ') INTO columns
        FROM pg_attribute x JOIN pg_attribute y ON y.attname = x.attname AND y.attrelid = tracked.history::regclass
        WHERE x.attrelid = tracked.base_oid AND x.attnum > 0 AND NOT x.attisdropped AND NOT y.attisdropped;
        -- A document that is inserted as a draft and posted in the same command has its history from then on.
        missing := CASE WHEN tracked.from_insert THEN 'true' ELSE 'b.version > 1' END;
        RETURN QUERY EXECUTE format(
            'SELECT %L::text, coalesce(b.id, h.pgh_obj_id),
                CASE WHEN b.id IS NULL THEN ''deleted past its history''
                     WHEN h.pgh_id IS NULL THEN ''inserted past its history''
                     ELSE ''changed past its history'' END
             FROM %s b FULL JOIN (SELECT DISTINCT ON (pgh_obj_id) * FROM %I ORDER BY pgh_obj_id, pgh_id DESC) h
                ON h.pgh_obj_id = b.id
             WHERE (b.id IS NULL AND h.pgh_label <> ''delete'') OR (h.pgh_id IS NULL AND %s)
                OR (b.id IS NOT NULL AND h.pgh_id IS NOT NULL AND NOT (h.pgh_label <> ''delete'' AND %s))',
            tracked.base, tracked.base, tracked.history, missing, columns);
    END LOOP;
END $$;
CREATE VIEW site_i17_rows_past_history AS SELECT * FROM kept_rows_past_history();
"""
I17_COMMANDS = """
CREATE FUNCTION kept_rows_past_commands() RETURNS TABLE (table_name text, row_id bigint, command_uid uuid)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    kept record;
BEGIN
    FOR kept IN
        SELECT c.relname::text AS name FROM pg_class c
        JOIN pg_attribute u ON u.attrelid = c.oid AND u.attname = 'command_uid' AND u.attnotnull
        JOIN pg_attribute x ON x.attrelid = c.oid AND x.attname = 'txid'
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1
    LOOP
        RETURN QUERY EXECUTE format(
            'SELECT %L::text, t.id, t.command_uid FROM %I t
             LEFT JOIN core_commandlog l ON l.uid = t.command_uid WHERE l.id IS NULL', kept.name, kept.name);
    END LOOP;
END $$;
CREATE VIEW site_i17_rows_past_commands AS SELECT * FROM kept_rows_past_commands();
"""
I17_GUARDS = """
CREATE VIEW site_i17_guards_missing AS
WITH wanted AS (
    SELECT c.oid AS table_id, 'append_only' AS guard FROM pg_class c
    JOIN pg_attribute x ON x.attrelid = c.oid AND x.attname = 'txid' AND NOT x.attisdropped
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT t.base_oid, g.guard FROM kept_tracked_tables t
    CROSS JOIN (VALUES ('history_update'), ('history_delete')) AS g(guard)
)
SELECT w.table_id::regclass::text AS table_name, w.guard FROM wanted w
WHERE NOT EXISTS (
    SELECT 1 FROM pg_trigger t WHERE t.tgrelid = w.table_id AND t.tgname LIKE 'pgtrigger_' || w.guard || '_%'
        AND t.tgenabled IN ('O', 'A'))
"""

# --- I18: exposure recounted from the documents, in functional currency; the formula is that of orders/exposure.py. ---
I18 = """
CREATE VIEW site_i18_credit_exposure AS
WITH line AS (
    SELECT o.company_id, o.account_id, l.product_kind <> 'service' AS is_goods, l.gross * o.fx_rate AS worth, l.ordered,
        least(l.shipped + l.cancelled, l.ordered) AS gone, l.shipped - l.returned AS kept,
        l.invoiced - l.credited AS billed, least(l.invoiced - l.credited + l.cancelled, l.ordered) AS settled,
        CASE WHEN c.functional_currency IN ('BIF','CLP','DJF','GNF','ISK','JPY','KMF','KRW','PYG','RWF','UGX','UYI',
                                            'VND','VUV','XAF','XOF','XPF') THEN 0
             WHEN c.functional_currency IN ('BHD','IQD','JOD','KWD','LYD','OMR','TND') THEN 3
             WHEN c.functional_currency IN ('CLF','UYW') THEN 4 ELSE 2 END AS places
    FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id JOIN core_company c ON c.id = o.company_id
    WHERE o.confirmed_at IS NOT NULL AND l.parent_id IS NULL AND l.ordered > 0
), of_orders AS (
    SELECT company_id, account_id,
        sum(round(worth, places) - round(worth * (CASE WHEN is_goods THEN gone ELSE settled END) / ordered, places))
            AS open_orders,
        sum(CASE WHEN is_goods THEN round(worth * kept / ordered, places) - round(worth * billed / ordered, places)
            ELSE 0 END) AS delivered
    FROM line GROUP BY company_id, account_id
), of_items AS (
    SELECT company_id, account_id, coalesce(sum(functional_open) FILTER (WHERE control = 'receivable'), 0) AS open_items,
        -coalesce(sum(functional_open) FILTER (WHERE control = 'unapplied'), 0) AS unapplied
    FROM accounting_openitem GROUP BY company_id, account_id
), recounted AS (
    SELECT company_id, account_id, sum(open_orders) AS open_orders, sum(delivered) AS delivered,
        sum(open_items) AS open_items, sum(unapplied) AS unapplied
    FROM (SELECT company_id, account_id, open_orders, delivered, 0 AS open_items, 0 AS unapplied FROM of_orders
          UNION ALL SELECT company_id, account_id, 0, 0, open_items, unapplied FROM of_items) AS parts
    GROUP BY company_id, account_id
)
SELECT coalesce(t.company_id, r.company_id) AS company_id, coalesce(t.account_id, r.account_id) AS account_id,
    t.open_orders, r.open_orders AS open_orders_recounted, t.delivered, r.delivered AS delivered_recounted,
    t.open_items, r.open_items AS open_items_recounted, t.unapplied, r.unapplied AS unapplied_recounted
FROM orders_credittotal t FULL JOIN recounted r ON r.company_id = t.company_id AND r.account_id = t.account_id
WHERE (coalesce(t.open_orders, 0), coalesce(t.delivered, 0), coalesce(t.open_items, 0), coalesce(t.unapplied, 0))
    <> (coalesce(r.open_orders, 0), coalesce(r.delivered, 0), coalesce(r.open_items, 0), coalesce(r.unapplied, 0))
"""

VIEWS = {
    "kept_tracked_tables": I17_TABLES,
    "site_i10_duplicate_effects": I10,
    "site_i14_transitions": I14,
    "site_i15_maker_is_checker": I15,
    "site_i16_across_companies": I16,
    "site_i17_rows_past_history": I17_HISTORY,
    "site_i17_rows_past_commands": I17_COMMANDS,
    "site_i17_guards_missing": I17_GUARDS,
    "site_i18_credit_exposure": I18,
}
FUNCTIONS = {
    "site_i17_rows_past_history": "kept_rows_past_history",
    "site_i17_rows_past_commands": "kept_rows_past_commands",
}


def undo(view: str) -> str:
    function = f"; DROP FUNCTION {FUNCTIONS[view]}()" if view in FUNCTIONS else ""
    return f"DROP VIEW {view}{function}"


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("orders_site", "0001_initial"),
        ("core", "0001_initial"),
        ("catalog", "0001_initial"),
        ("accounting", "0001_initial"),
        ("inventory", "0001_initial"),
        ("quotes", "0001_initial"),
        ("orders", "0001_initial"),
        ("fulfillment", "0001_initial"),
        ("billing", "0001_initial"),
        ("payments", "0001_initial"),
        ("rebates", "0001_initial"),
    ]
    operations = [migrations.RunSQL(sql, undo(view)) for view, sql in VIEWS.items()]
