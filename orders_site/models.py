"""What the roof itself remembers. Of a replay of a company's history: which run, which steps are done, and what became
of every line. Webhooks have their own file.
"""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from core.money import QuantityField
from orders_site.imports.models import ImportMapping, ImportRow, ImportRun
from orders_site.webhooks.models import WebhookDelivery, WebhookSubscription

__all__ = [
    "ImportMapping",
    "ImportRow",
    "ImportRun",
    "ReplayLine",
    "ReplayRun",
    "ReplayStep",
    "WebhookDelivery",
    "WebhookSubscription",
]


class ReplayRun(models.Model):
    """One file under one mapping, taken into one company. Continues under no other key."""

    run_key = models.CharField(max_length=64)  # names file and mapping to the byte
    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="replay_runs", db_index=False)
    file_name = models.CharField(max_length=200)
    mapping_name = models.CharField(max_length=200)
    started_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["company", "run_key"], name="replay_run_once")]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.run_key[:12]})"


class ReplayStep(models.Model):
    """One step of one batch that is done. Written in the step's own transaction, so that no step happens twice."""

    run = models.ForeignKey(ReplayRun, on_delete=models.PROTECT, related_name="steps", db_index=False)
    batch = models.CharField(max_length=60)
    name = models.CharField(max_length=20)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "batch", "name"],
                name="replay_step_once",
                violation_error_message="This step of the replay was carried out before, by another process.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.batch} {self.name}"


class ReplayLine(models.Model):
    """One line of the file and what it became: the line of a document, or a reason. Nothing is dropped silently.

    ``quantity`` is signed as in the file. Amounts are not kept here: they are those of the documents.
    """

    class Became(models.TextChoices):
        ORDER_LINE = "order_line", "Order line"
        RETURN_LINE = "return_line", "Return line"
        INVOICE_LINE = "invoice_line", "Line of a value credit or charge"
        ADJUSTMENT_LINE = "adjustment_line", "Stock adjustment line"
        JOURNAL_ENTRY = "journal_entry", "Journal entry"
        NOTHING = "nothing", "Listed in the report"

    run = models.ForeignKey(ReplayRun, on_delete=models.PROTECT, related_name="lines", db_index=False)
    row = models.PositiveIntegerField()
    document = models.CharField(max_length=40, default="", blank=True)
    number = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=40, default="", blank=True)  # as written
    customer = models.CharField(max_length=40, default="", blank=True)
    country = models.CharField(max_length=2, default="", blank=True)
    on = models.DateField(null=True)
    trade_class = models.CharField(max_length=40, default="", blank=True)  # empty: in no figure
    quantity = QuantityField(default=0)
    became = models.CharField(max_length=15, choices=Became)
    became_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=300, default="", blank=True)
    excerpt = models.CharField(max_length=160, default="", blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "row"],
                name="replay_line_once",
                violation_error_message="This line of the file was taken in before.",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["run", "document", "number"], name="replay_line_by_document")]

    def __str__(self) -> str:
        return f"line {self.row} of {self.run_id}"
