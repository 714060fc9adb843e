"""What was asked and what was answered: the command log and the idempotency keys."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.append_only import AppendOnly


class CommandLog(AppendOnly):
    """One outermost command that was committed: who did what through which door.

    Row history, movements and events name its ``uid``.
    """

    uid = models.UUIDField(unique=True)
    name = models.CharField(max_length=80)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+", null=True)
    via = models.CharField(max_length=8)
    request_id = models.CharField(max_length=36)
    reason = models.CharField(max_length=500)
    arguments = models.JSONField()
    steps = models.JSONField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta(AppendOnly.Meta):
        indexes = (*AppendOnly.Meta.indexes, models.Index(fields=["name", "-id"], name="command_log_by_name"))

    def __str__(self) -> str:
        return f"{self.name} {self.uid}"


class IdempotencyKey(models.Model):
    """One request of one principal to one command.

    Written first, answered last, in the transaction of its effect (I10).
    """

    principal = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    route = models.CharField(max_length=80)
    key = models.CharField(max_length=120)
    request_hash = models.CharField(max_length=64)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["principal", "route", "key"], name="idempotency_key_once")
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="idempotency_key_by_age")]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"


class SealedBlock(AppendOnly):
    """One link of the audit chain: all that the transactions of a range wrote, ``until_txid`` not included, by digest.

    ``digest`` covers that of the block before, so that no earlier block can be changed alone. Written by the sealer.
    """

    number = models.PositiveBigIntegerField(unique=True)
    from_txid = models.BigIntegerField()
    until_txid = models.BigIntegerField(unique=True)
    row_count = models.PositiveIntegerField()
    previous_digest = models.BinaryField()
    digest = models.BinaryField()
    sealed_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"block {self.number}"


class SealedSegment(AppendOnly):
    """What one block seals of one table. ``marks`` are the first eight bytes of each row's digest in key order.

    ``columns`` are those that were hashed, so that a column added later changes no digest.
    """

    block = models.ForeignKey(SealedBlock, on_delete=models.PROTECT, related_name="segments", db_index=False)
    table = models.CharField(max_length=63)
    columns = models.JSONField()
    row_count = models.PositiveIntegerField()
    digest = models.BinaryField()
    marks = models.BinaryField()

    class Meta(AppendOnly.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["block", "table"], name="sealed_segment_once_per_table")
        ]

    def __str__(self) -> str:
        return f"{self.table} in block {self.block_id}"
