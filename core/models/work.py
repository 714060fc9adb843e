"""Work that leaves the transaction: messages for workers and the outside, and jobs that a person waits for."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class OutboxMessage(models.Model):
    """One task to be carried out at least once after its transaction committed. The sweeper finds what nobody took.

    ``run_after`` moves with each failed try; after the last one the message is a dead letter until somebody replays it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        DEAD = "dead", "Dead letter"

    task = models.CharField(max_length=120)
    payload = models.JSONField()
    queue = models.CharField(max_length=16)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(default="", blank=True)
    run_after = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)
    command_uid = models.UUIDField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["run_after", "id"], condition=Q(state="waiting"), name="outbox_waiting"),
            models.Index(fields=["-id"], condition=Q(state="dead"), name="outbox_dead"),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.pk} {self.state}"


class Job(models.Model):
    """Long work that a person started and watches: progress, result per row, retry. Survives a reload and a restart."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=160)
    arguments = models.JSONField()
    queue = models.CharField(max_length=16)
    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(null=True)
    result = models.JSONField(default=dict)
    error = models.TextField(default="", blank=True)
    checkpoint = models.JSONField(default=dict)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="jobs", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["requested_by", "-id"], name="job_by_person")]

    def __str__(self) -> str:
        return f"{self.title} ({self.state})"


class JobFilePart(models.Model):
    """A piece of the file that a job made, so that neither writing nor reading it needs memory for the whole."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="file_parts", db_index=False)
    number = models.PositiveIntegerField()
    content = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["job", "number"], name="job_file_part_once")]

    def __str__(self) -> str:
        return f"part {self.number} of job {self.job_id}"


class JobRow(models.Model):
    """One picked row of a bulk verb: first what waits to be done, then what became of it, for the person who asked.

    ``bundle`` joins rows that one command must take together (the deliveries of one bill); rows are numbered by it.
    ``made`` names what came of it as pairs of a label and an address.
    """

    class Outcome(models.TextChoices):
        WAITING = "", "Waiting"
        DONE = "done", "Done"
        REFUSED = "refused", "Not done"
        LEFT = "left", "Left alone"

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    object_id = models.BigIntegerField()
    bundle = models.BigIntegerField(db_default=0)
    outcome = models.CharField(max_length=8, choices=Outcome, db_default="", default="", blank=True)
    word = models.CharField(max_length=24, db_default="", default="", blank=True)
    label = models.CharField(max_length=80, db_default="", default="", blank=True)
    detail = models.CharField(max_length=160, db_default="", default="", blank=True)
    url = models.CharField(max_length=200, db_default="", default="", blank=True)
    sentence = models.CharField(max_length=500, db_default="", default="", blank=True)
    made = models.JSONField(db_default=[], default=list)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["job", "number"], name="job_row_once")]
        indexes: ClassVar = [models.Index(fields=["job", "outcome", "number"], name="job_row_by_outcome")]

    def __str__(self) -> str:
        return f"row {self.number} of job {self.job_id}"


class ExceptionCase(models.Model):
    """Something that a person must look at: who, about which document, how much money is at risk, and what would
    resolve it.

    Raised by commands in the transaction that found it; one open case per (kind, document).
    """

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=32)
    role = models.CharField(max_length=24)
    document_kind = models.CharField(max_length=24)
    document_id = models.BigIntegerField()
    sentence = models.CharField(max_length=500)
    currency = models.CharField(max_length=3, default="", blank=True)
    value_at_risk = models.DecimalField(max_digits=19, decimal_places=4, null=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True)
    opened_at = models.DateTimeField(db_default=Now())
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    resolution = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "document_kind", "document_id"],
                condition=Q(resolved_at__isnull=True),
                name="exception_case_open_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["company", "role", "-id"], condition=Q(resolved_at__isnull=True), name="exception_case_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.sentence}"
