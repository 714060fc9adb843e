"""The invariants of payments as views: a row per offence, none when healthy."""

from django.db import migrations

EFFECTS = """
CREATE VIEW payments_i10_effects AS
SELECT p.id AS payment_id, p.number, p.status, p.amount, e.entries, i.items, i.amount AS open_item_amount
  FROM payments_payment p
  LEFT JOIN (SELECT source_id, count(*) AS entries FROM accounting_journalentry
              WHERE source_type = 'payment' AND purpose = 'receive' GROUP BY source_id) e ON e.source_id = p.id
  LEFT JOIN (SELECT source_id, count(*) AS items, sum(amount) AS amount FROM accounting_openitem
              WHERE source_type = 'payment' AND instalment = 1 GROUP BY source_id) i ON i.source_id = p.id
 WHERE (p.status IN ('received', 'reversed')
        AND (e.entries IS DISTINCT FROM 1 OR i.items IS DISTINCT FROM 1 OR i.amount IS DISTINCT FROM -p.amount))
    OR (p.status IN ('pending', 'failed') AND (e.entries IS NOT NULL OR i.items IS NOT NULL))
"""

EVENTS = """
CREATE VIEW payments_i10_provider_events AS
SELECT 'message' AS what, provider, event_id AS reference, count(*) AS times
  FROM payments_providerevent GROUP BY provider, event_id HAVING count(*) > 1
UNION ALL
SELECT 'payment', provider, provider_reference, count(*)
  FROM payments_payment WHERE provider_reference IS NOT NULL GROUP BY provider, provider_reference HAVING count(*) > 1
"""


def _view(sql: str) -> migrations.RunSQL:
    return migrations.RunSQL(sql, f"DROP VIEW {sql.split()[2]}")


class Migration(migrations.Migration):
    """One view per invariant."""

    dependencies = [("payments", "0002_number_sequences"), ("accounting", "0002_invariants_and_manual_source")]

    operations = [_view(EFFECTS), _view(EVENTS)]
