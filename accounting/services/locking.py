"""Locking open items: after every document, before credit (docs/locking.md)."""

from collections.abc import Collection

from accounting.models import OpenItem
from core.locks import Rank, lock_rows
from core.models import Company
from core.runs import current_run

# A claim is what is open of an invoice; money is what a payment still has on account.
_BEHIND = """
    SELECT * FROM accounting_openitem
    WHERE company_id = %(company)s
      AND (id = ANY(%(ids)s)
           OR source_type = 'invoice' AND source_id = ANY(%(invoices)s) AND control = 'receivable' AND open_amount > 0
           OR source_type = 'payment' AND source_id = ANY(%(payments)s) AND open_amount < 0)
    ORDER BY id FOR NO KEY UPDATE
"""


def lock_open_items(ids: Collection[int]) -> dict[int, OpenItem]:
    """Lock these open items and return them by id."""
    return {item.pk: item for item in lock_rows(OpenItem, ids, Rank.OPEN_ITEM)}


def lock_items_behind(
    company: Company, *, ids: Collection[int], invoice_ids: Collection[int], payment_ids: Collection[int]
) -> dict[int, OpenItem]:
    """Lock these items, what is open of these invoices and what these payments have on account, as they are now, by id.

    The caller holds the locks of the invoices and payments, so nothing of theirs appears or goes. One statement.
    """
    if not (ids or invoice_ids or payment_ids):
        return {}
    wanted = {"ids": sorted(ids), "invoices": sorted(invoice_ids), "payments": sorted(payment_ids)}
    items = {item.pk: item for item in OpenItem.objects.raw(_BEHIND, {"company": company.pk, **wanted})}
    current_run().locks.take(Rank.OPEN_ITEM, OpenItem._meta.db_table, list(items))
    return items
