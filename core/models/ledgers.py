"""The two tables behind every guarded ledger (core.ledger)."""

from django.db import models
from django.db.models.functions import Now

from core.append_only import AppendOnly


class GuardedTotal(models.Model):
    """One total per key. Concrete totals add the key columns and the balances, with their CHECKs and a unique key."""

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+", db_index=False)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True


class LedgerMovement(AppendOnly):
    """One change of a total, by one source and purpose. Concrete movements add ``total`` and a delta per balance.

    Unique by (total, source_type, source_id, purpose): a repeated source changes nothing twice.
    """

    source_type = models.CharField(max_length=32)
    source_id = models.BigIntegerField()
    purpose = models.CharField(max_length=32)
    business_date = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())
    command_uid = models.UUIDField()

    class Meta(AppendOnly.Meta):
        abstract = True
