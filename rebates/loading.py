"""Which invoices count towards which agreements: one question, asked by invoice or by agreement."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

# Freight and fees are no purchases. A category means itself and everything below it. What was counted is left out, so
# that asking again finds only what is missing. Lines of a credit note count below zero: the base is net of returns.
ELIGIBLE = """
WITH RECURSIVE below(root_id, category_id) AS (
    SELECT id, id FROM catalog_category
    UNION SELECT b.root_id, c.id FROM below b JOIN catalog_category c ON c.parent_id = b.category_id
)
SELECT a.id, i.id, i.business_date, i.currency, i.fx_rate,
       sum(CASE WHEN i.direction = 'credit' THEN -l.net ELSE l.net END)
  FROM rebates_rebateagreement a
  JOIN billing_invoice i ON i.company_id = a.company_id AND i.account_id = a.account_id
   AND i.business_date BETWEEN a.valid_from AND a.valid_until
  JOIN billing_invoiceline l ON l.invoice_id = i.id AND l.posting_group NOT IN ('freight', 'fees')
  LEFT JOIN catalog_product p ON p.id = l.product_id
 WHERE a.status = 'active' AND {which}
   AND (a.category_id IS NULL
        OR EXISTS (SELECT 1 FROM below b WHERE b.root_id = a.category_id AND b.category_id = p.category_id))
   AND NOT EXISTS (SELECT 1 FROM rebates_rebatemovement m JOIN rebates_rebatetotal t ON t.id = m.total_id
                    WHERE t.agreement_id = a.id AND m.source_type = 'invoice' AND m.source_id = i.id
                      AND m.purpose = 'accrue')
 GROUP BY a.id, i.id, i.business_date, i.currency, i.fx_rate
 ORDER BY a.id, i.business_date, i.id
"""


@dataclass(frozen=True, slots=True)
class Eligible:
    """So much net value of an invoice (below zero: of a credit note) counts towards an agreement."""

    agreement_id: int
    invoice_id: int
    business_date: date
    currency: str
    fx_rate: Decimal
    net: Decimal


def eligible_of_invoices(invoice_ids: Collection[int]) -> list[Eligible]:
    """What of these invoices counts and was not counted yet. One statement; they may be about to be posted."""
    return _ask("i.id = ANY(%s)", [sorted(invoice_ids)])


def eligible_of_agreement(agreement_id: int) -> list[Eligible]:
    """Everything posted that counts towards an active agreement and was not counted yet. One statement."""
    return _ask("a.id = %s AND i.status <> 'draft'", [agreement_id])


def _ask(which: str, values: list[Any]) -> list[Eligible]:
    with connection.cursor() as cursor:
        cursor.execute(ELIGIBLE.format(which=which), values)
        return [Eligible(*row) for row in cursor.fetchall()]
