"""Figures of the replay as the documents of Kept have them, and its report of lines that became nothing.

Which line of the file a document line stands for is taken from the trace; dates, customers, countries of delivery,
quantities and amounts are those of the documents. A value credit counts no goods: its quantity is the file's.
"""

import csv
from pathlib import Path

from django.db import connection

from orders_site.models import ReplayLine
from orders_site.replay.driver_ground import Ground
from orders_site.replay.driver_stock import ledger_account
from orders_site.replay.figures import NO_CUSTOMER, Dimension, Figure, Figures

_LINES = """
    SELECT r.trade_class AS class, r.code, i.business_date AS day, o.ship_to_country AS country, a.code AS account,
           l.quantity, l.net AS amount
    FROM orders_site_replayline r
    JOIN billing_invoiceline l ON l.order_line_id = r.became_id AND l.credited_line_id IS NULL
    JOIN billing_invoice i ON i.id = l.invoice_id AND i.direction = 'invoice'
    JOIN orders_orderline ol ON ol.id = r.became_id
    JOIN orders_order o ON o.id = ol.order_id
    JOIN catalog_account a ON a.id = i.account_id
    WHERE r.run_id = %(run)s AND r.became = 'order_line'
    UNION ALL
    SELECT r.trade_class, r.code, i.business_date, r.country, a.code, -l.quantity, -l.net
    FROM orders_site_replayline r
    JOIN billing_invoiceline l ON l.return_line_id = r.became_id
    JOIN billing_invoice i ON i.id = l.invoice_id AND i.direction = 'credit'
    JOIN catalog_account a ON a.id = i.account_id
    WHERE r.run_id = %(run)s AND r.became = 'return_line'
    UNION ALL
    SELECT r.trade_class, r.code, i.business_date, r.country, a.code, r.quantity,
           CASE i.direction WHEN 'credit' THEN -l.net ELSE l.net END
    FROM orders_site_replayline r
    JOIN billing_invoiceline l ON l.id = r.became_id
    JOIN billing_invoice i ON i.id = l.invoice_id
    JOIN catalog_account a ON a.id = i.account_id
    WHERE r.run_id = %(run)s AND r.became = 'invoice_line'
    UNION ALL
    SELECT r.trade_class, r.code, s.business_date, r.country, '', l.quantity, 0
    FROM orders_site_replayline r
    JOIN inventory_stockadjustmentline l ON l.id = r.became_id
    JOIN inventory_stockadjustment s ON s.id = l.adjustment_id
    WHERE r.run_id = %(run)s AND r.became = 'adjustment_line'
    UNION ALL
    SELECT r.trade_class, r.code, e.business_date, r.country, '', r.quantity, l.credit - l.debit
    FROM orders_site_replayline r
    JOIN accounting_journalentry e ON e.id = r.became_id AND e.status = 'posted'
    JOIN accounting_journalline l ON l.entry_id = e.id AND l.account_id = %(expense)s
    WHERE r.run_id = %(run)s AND r.became = 'journal_entry'
    UNION ALL
    SELECT r.trade_class, r.code, r.on, r.country, r.customer, r.quantity, 0
    FROM orders_site_replayline r
    WHERE r.run_id = %(run)s AND r.became = 'nothing' AND r.trade_class <> ''
"""
_VALUES = {
    Dimension.MONTH: "to_char(day, 'YYYY-MM')",
    Dimension.COUNTRY: "country",
    Dimension.CUSTOMER: "account",
    Dimension.CODE: "code",
}


def figures_of(ground: Ground) -> Figures:
    """Add the documents of the run up in every dimension. One statement for all four."""
    expense = ledger_account(ground, ground.mapping.write_offs.debit)
    names = ", ".join(f"{value} AS {dimension}" for dimension, value in _VALUES.items())
    sets = ", ".join(f"({dimension}, class)" for dimension in _VALUES)
    sql = (
        f"SELECT {', '.join(_VALUES)}, class, grouping({', '.join(_VALUES)}), count(*), sum(quantity), sum(amount)"  # noqa: S608
        f" FROM (SELECT {names}, class, quantity, amount FROM ({_LINES}) line) named GROUP BY GROUPING SETS ({sets})"
    )
    figures, dimensions = Figures(), list(_VALUES)
    values = _Names(ground)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"run": ground.run.pk, "expense": expense})
        for row in cursor.fetchall():
            # The bit that is not set names the dimension of the row; the first has the highest bit.
            position = next(at for at in range(4) if not row[5] & (8 >> at))
            name = values.name(dimensions[position], row[position])
            figures.add(dimensions[position], name, row[4], Figure(row[6], row[7], row[8]))
    return figures


class _Names:
    """How the file calls what Kept has by code: countries and customers."""

    def __init__(self, ground: Ground) -> None:
        self._countries = {code: name for name, code in ground.mapping.countries.items()}
        self._before, _, self._after = ground.mapping.accounts.code.partition("{customer}")
        counter = ground.mapping.counter.code
        self._counters = {
            counter.format(country=name, country_code=code) for name, code in ground.mapping.countries.items()
        }

    def name(self, dimension: Dimension, value: str) -> str:
        """Give the value as the file has it."""
        if dimension is Dimension.COUNTRY:
            return self._countries[value]
        if dimension is not Dimension.CUSTOMER:
            return value
        if not value or value in self._counters:
            return NO_CUSTOMER
        return value.removeprefix(self._before).removesuffix(self._after)


def write_report(ground: Ground, path: Path) -> int:
    """Write every line of the file that became nothing, with its reason; returns how many."""
    rows = ReplayLine.objects.filter(run=ground.run, became=ReplayLine.Became.NOTHING).order_by("row")
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "reason", "class", "document", "line", "excerpt"])
        for line in rows.iterator():
            writer.writerow([line.row, line.reason, line.trade_class, line.document, line.number, _safe(line.excerpt)])
            count += 1
    return count


def _safe(text: str) -> str:
    """Keep a spreadsheet from taking a text of the file for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
