"""The invariants of master data as views, a row per offence; and the key of a condition record spells its columns."""

from django.db import migrations

# Conditions: the key carries the exclusion, so the key must be what the columns say.
SPELLED = (
    "condition_type || '|' || access || '|' || company_id::text || coalesce('|' || account_id::text, '')"
    " || coalesce('|' || price_group_id::text, '') || coalesce('|' || agreement_line_id::text, '')"
    " || coalesce('|' || product_id::text, '') || '|' || currency || '|' || unit"
)

CANONICAL = (
    f"ALTER TABLE catalog_conditionrecord ADD CONSTRAINT condition_key_is_canonical CHECK (key = {SPELLED})",
    "ALTER TABLE catalog_conditionrecord DROP CONSTRAINT condition_key_is_canonical",
)

CONDITIONS = """
CREATE VIEW catalog_i12_conditions_do_not_overlap AS
SELECT a.id AS record_id, b.id AS other_id, a.key, a.valid, b.valid AS other_valid
  FROM catalog_conditionrecord a
  JOIN catalog_conditionrecord b ON b.key = a.key AND b.id > a.id AND b.valid && a.valid
"""

TAX_RATES = """
CREATE VIEW catalog_i12_tax_rates_do_not_overlap AS
SELECT a.id AS rate_id, b.id AS other_id, a.company_id, a.tax_category, a.tax_class, a.valid, b.valid AS other_valid
  FROM catalog_taxrate a
  JOIN catalog_taxrate b ON b.company_id = a.company_id AND b.tax_category = a.tax_category
   AND b.tax_class = a.tax_class AND b.id > a.id AND b.valid && a.valid
"""

COUPONS = """
CREATE VIEW catalog_i1_coupon_uses AS
SELECT t.id AS total_id, c.code, t.account_id, t.uses, t.ceiling, coalesce(m.uses, 0) AS uses_recounted
  FROM catalog_coupontotal t
  JOIN catalog_coupon c ON c.id = t.coupon_id
  LEFT JOIN (SELECT total_id, sum(uses) AS uses FROM catalog_couponmovement GROUP BY total_id) m ON m.total_id = t.id
 WHERE t.uses <> coalesce(m.uses, 0) OR t.uses < 0 OR t.uses > t.ceiling
    OR t.ceiling IS DISTINCT FROM (CASE WHEN t.account_id = 0 THEN c.most_uses ELSE c.most_uses_per_account END)
"""

COUPON_SUM = """
CREATE VIEW catalog_i1_coupon_accounts AS
SELECT e.id AS total_id, c.code, e.uses AS uses_of_everybody, coalesce(a.uses, 0) AS uses_of_accounts
  FROM catalog_coupontotal e
  JOIN catalog_coupon c ON c.id = e.coupon_id
  LEFT JOIN (SELECT coupon_id, sum(uses) AS uses FROM catalog_coupontotal WHERE account_id <> 0 GROUP BY coupon_id) a
    ON a.coupon_id = e.coupon_id
 WHERE e.account_id = 0 AND e.uses <> coalesce(a.uses, 0)
"""


def _view(sql: str) -> migrations.RunSQL:
    return migrations.RunSQL(sql, f"DROP VIEW {sql.split()[2]}")


class Migration(migrations.Migration):
    """One view per invariant, and one constraint."""

    dependencies = [("catalog", "0001_initial")]

    operations = [
        migrations.RunSQL(*CANONICAL),
        _view(CONDITIONS),
        _view(TAX_RATES),
        _view(COUPONS),
        _view(COUPON_SUM),
    ]
