"""What an import remembers: the file as it came, how its columns are meant, and what became of every row."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.audit.history import row_history


@row_history()
class ImportMapping(models.Model):
    """How the columns of a sort of file are meant, saved by name and offered again for the same headers."""

    company = models.ForeignKey("core.Company", on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=60)
    headers_hash = models.CharField(max_length=64)
    columns = models.JSONField()  # field -> {"column": header} or {"constant": text}
    decimal_sign = models.CharField(max_length=5, blank=True, default="")
    date_order = models.CharField(max_length=3, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "kind", "name"],
                name="import_mapping_name_once",
                violation_error_message="There is already a mapping with this name.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ImportRun(models.Model):
    """One uploaded file on its way: read, mapped, checked, applied. The file itself is removed after 30 days."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", "To be mapped"
        CHECKING = "checking", "Checking"
        CHECKED = "checked", "Checked"
        APPLYING = "applying", "Applying"
        STOPPED = "stopped", "Stopped"
        DONE = "done", "Applied"
        UNREADABLE = "unreadable", "Unreadable"

    class DecimalSign(models.TextChoices):
        UNSAID = "", "Not said: take only numbers that can mean one thing"
        POINT = "point", "A point, as in 1,234.50"
        COMMA = "comma", "A comma, as in 1.234,50"

    class DateOrder(models.TextChoices):
        UNSAID = "", "Not said: take only dates that can mean one day"
        DAY_FIRST = "dmy", "Day first, as in 31/12/2026"
        MONTH_FIRST = "mdy", "Month first, as in 12/31/2026"

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="import_runs", db_index=False)
    kind = models.CharField(max_length=16)
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    file_name = models.CharField(max_length=200)
    stored_as = models.CharField(max_length=64, blank=True, default="")  # empty: removed
    digest = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    form = models.JSONField()  # how the file is read: type, encoding, separator or sheet
    notes = models.JSONField(default=list)
    headers = models.JSONField()
    columns = models.JSONField(default=dict)
    mapping_name = models.CharField(max_length=60, blank=True, default="")
    decimal_sign = models.CharField(max_length=5, choices=DecimalSign, blank=True, default="")
    date_order = models.CharField(max_length=3, choices=DateOrder, blank=True, default="")
    job = models.ForeignKey("core.Job", on_delete=models.SET_NULL, related_name="+", null=True, db_index=False)
    problem = models.CharField(max_length=500, blank=True, default="")
    counts = models.JSONField(default=dict)  # outcome -> rows, written at the end of a dry run
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes: ClassVar = [models.Index(fields=["company", "-id"], name="import_run_newest")]
        permissions: ClassVar = [("import_files", "Import files")]

    def __str__(self) -> str:
        return self.file_name


class ImportRow(models.Model):
    """One row of a file: its cells as they were, what would happen, and what did. Rows of one ``key`` belong together.

    ``number`` is the row's number in a spreadsheet, ``first`` that of the first row of its key.
    """

    class Outcome(models.TextChoices):
        READ = "", "Not checked yet"
        NEW = "new", "New"
        CHANGED = "changed", "Changed"
        SAME = "same", "Same"
        WRONG = "wrong", "Wrong"

    class Result(models.TextChoices):
        OPEN = "", "Not applied"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    first = models.PositiveIntegerField(default=0)
    key = models.CharField(max_length=300, blank=True, default="")
    cells = models.JSONField()
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True, default=Outcome.READ)
    problems = models.JSONField(default=dict)  # label of the column -> sentence
    warnings = models.JSONField(default=dict)
    changes = models.JSONField(default=list)  # [label, before, after]
    result = models.CharField(max_length=8, choices=Result, blank=True, default=Result.OPEN)
    sentence = models.CharField(max_length=500, blank=True, default="")
    became_id = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "number"], name="import_row_once")]
        indexes: ClassVar = [models.Index(fields=["run", "first", "number"], name="import_row_by_first")]

    def __str__(self) -> str:
        return f"row {self.number} of {self.run_id}"
