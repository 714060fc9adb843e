"""The payment state of invoices: derived from their open items, stored only for filtering."""

from collections.abc import Collection

from django.db import connection


def refresh_payment_state(invoice_ids: Collection[int]) -> None:
    """Write open, part or paid on these invoices and credit notes, as their open items say. One statement.

    A step of commands that apply items. The caller locked the invoices (rank INVOICE) before the open items. Documents
    without an item (nothing to pay) keep their state.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE billing_invoice t SET payment_state = v.state FROM ("
            " SELECT source_id, CASE WHEN sum(open_amount) = 0 THEN 'paid'"
            " WHEN sum(open_amount) = sum(amount) THEN 'open' ELSE 'part' END AS state FROM accounting_openitem"
            " WHERE source_type = 'invoice' AND source_id = ANY(%s) GROUP BY source_id) v"
            " WHERE t.id = v.source_id AND t.payment_state <> v.state",
            [sorted(set(invoice_ids))],
        )
