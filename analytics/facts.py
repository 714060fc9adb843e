"""The one definition of every figure: facts at line grain, as SQL over a range of days."""

# Everything in functional currency. Bookings: net of lines of confirmed orders less what of them was cancelled, by
# quantity, on the order's business date, at the order's own rate. List value is list price times quantity; where no
# list price was known, net before discount. Billings: net of posted invoices less credit notes, on their business date.
# Cost: moving average at order, and at goods issue. Rebates: what was accrued, at the rates at which it was posted: the
# change of the liability, and for a settlement, whose payout takes the liability down again, the journal entry of its
# accrual. On time: shipped no later than first promised.
COLUMNS = (
    "booked_list",
    "booked_net",
    "booked_cost",
    "billed_net",
    "billed_cost",
    "rebate_accrued",
    "lines_shipped",
    "lines_on_time",
)
FACTS_SQL = """
    SELECT day, account_id, product_id, salesperson_id, sum(booked_list) AS booked_list, sum(booked_net) AS booked_net,
        sum(booked_cost) AS booked_cost, sum(billed_net) AS billed_net, sum(billed_cost) AS billed_cost,
        sum(rebate_accrued) AS rebate_accrued, sum(lines_shipped)::int AS lines_shipped,
        sum(lines_on_time)::int AS lines_on_time
    FROM (
        SELECT o.business_date AS day, o.account_id, l.product_id, o.salesperson_id,
            coalesce(l.list_price * l.sales_quantity / l.price_unit, l.net + l.discount) * o.fx_rate
                * (l.ordered - l.cancelled) / l.ordered AS booked_list,
            l.net * o.fx_rate * (l.ordered - l.cancelled) / l.ordered AS booked_net,
            l.cost * (l.ordered - l.cancelled) / l.ordered AS booked_cost, 0::numeric AS billed_net,
            0::numeric AS billed_cost, 0::numeric AS rebate_accrued, 0 AS lines_shipped, 0 AS lines_on_time
        FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
        WHERE o.company_id = %(company)s AND o.business_date >= %(since)s AND o.business_date < %(until)s
            AND o.status IN ('confirmed', 'completed') AND l.parent_id IS NULL AND l.ordered > 0
        UNION ALL
        SELECT i.business_date, i.account_id, l.product_id, o.salesperson_id, 0, 0, 0,
            CASE i.direction WHEN 'credit' THEN -l.net ELSE l.net END * i.fx_rate,
            CASE i.direction WHEN 'credit' THEN -l.cost ELSE l.cost END, 0, 0, 0
        FROM billing_invoice i JOIN billing_invoiceline l ON l.invoice_id = i.id
        LEFT JOIN orders_order o ON o.id = i.order_id
        WHERE i.company_id = %(company)s AND i.business_date >= %(since)s AND i.business_date < %(until)s
            AND i.status IN ('posted', 'reversed')
        UNION ALL
        SELECT m.business_date, a.account_id, NULL, NULL, 0, 0, 0, 0, 0,
            CASE WHEN m.source_type <> 'rebate_settlement' THEN m.liability ELSE coalesce((
                SELECT sum(j.debit - j.credit) FROM accounting_journalentry e
                JOIN accounting_journalline j ON j.entry_id = e.id
                WHERE e.company_id = t.company_id AND e.source_type = m.source_type AND e.source_id = m.source_id
                    AND e.purpose = 'accrue' AND m.accrued <> 0 AND j.document_amount = m.accrued), 0) END, 0, 0
        FROM rebates_rebatemovement m JOIN rebates_rebatetotal t ON t.id = m.total_id
        JOIN rebates_rebateagreement a ON a.id = t.agreement_id
        WHERE t.company_id = %(company)s AND m.business_date >= %(since)s AND m.business_date < %(until)s
        UNION ALL
        SELECT d.shipped_on, d.account_id, dl.product_id, o.salesperson_id, 0, 0, 0, 0, 0, 0, 1,
            CASE WHEN s.first_ship_on IS NOT NULL AND d.shipped_on <= s.first_ship_on THEN 1 ELSE 0 END
        FROM fulfillment_delivery d JOIN fulfillment_deliveryline dl ON dl.delivery_id = d.id
        JOIN orders_scheduleline s ON s.id = dl.schedule_line_id JOIN orders_order o ON o.id = d.order_id
        WHERE d.company_id = %(company)s AND d.shipped_on >= %(since)s AND d.shipped_on < %(until)s AND dl.shipped > 0
    ) facts GROUP BY day, account_id, product_id, salesperson_id
"""
