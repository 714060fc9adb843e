"""What every document has: company, number, one life cycle, a version, a timeline and its place in the chain."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.append_only import AppendOnly
from core.money import CurrencyCodeField
from core.states import Transition


class Document(models.Model):
    """A business document. ``status`` moves only along ``transitions``; ``version`` guards editing by two people.

    ``number`` is empty only until the document is numbered: at creation from a sequence, or at posting without gaps.
    """

    kind: ClassVar[str]  # "order": the word in URLs, timeline and chain
    prefix: ClassVar[str]  # "SO": what its numbers start with
    transitions: ClassVar[dict[str, Transition]]
    has_timeline: ClassVar[bool] = True

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=24, null=True)
    currency = CurrencyCodeField()
    business_date = models.DateField()
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    changed_at = models.DateTimeField(db_default=Now())
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)

    # Concrete documents declare ``status`` with their own choices.
    status: Any

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number or f"{self.kind} {self.pk} (no number yet)"

    @property
    def number_prefix(self) -> str:
        """What this document's number starts with; kinds with two directions have two series."""
        return self.prefix

    @property
    def title(self) -> str:
        """How sentences name it: ``Order SO-2026-000123``."""
        return f"{self.kind.replace('_', ' ').capitalize()} {self.number or 'without number'}"


class DocumentEvent(AppendOnly):
    """One thing that happened to a document: the timeline. Never edited; a note is corrected by a new note."""

    document_kind = models.CharField(max_length=24)
    document_id = models.BigIntegerField()
    verb = models.CharField(max_length=40)
    from_status = models.CharField(max_length=24, default="")
    to_status = models.CharField(max_length=24, default="")
    text = models.TextField(default="")
    reason = models.CharField(max_length=500, default="")
    data = models.JSONField(default=dict)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    via = models.CharField(max_length=8)
    command_uid = models.UUIDField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta(AppendOnly.Meta):
        indexes = (
            *AppendOnly.Meta.indexes,
            models.Index(fields=["document_kind", "document_id", "-id"], name="document_event_timeline"),
        )

    def __str__(self) -> str:
        return f"{self.document_kind} {self.document_id}: {self.verb}"


class DocumentFile(AppendOnly):
    """A file beside a document, as it was given: kept under a random name with its digest, handed out for saving only.

    The timeline tells of it; ``DocumentEvent.data`` names its ``uid``.
    """

    uid = models.UUIDField(unique=True)
    document_kind = models.CharField(max_length=24)
    document_id = models.BigIntegerField()
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=80)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    via = models.CharField(max_length=8)
    command_uid = models.UUIDField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta(AppendOnly.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.name} of {self.document_kind} {self.document_id}"


class DocumentLink(AppendOnly):
    """A later document was made from an earlier one: the edges of the document chain."""

    earlier_kind = models.CharField(max_length=24)
    earlier_id = models.BigIntegerField()
    later_kind = models.CharField(max_length=24)
    later_id = models.BigIntegerField()

    class Meta(AppendOnly.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["later_kind", "later_id", "earlier_kind", "earlier_id"], name="document_link_once"
            )
        ]
        indexes = (
            *AppendOnly.Meta.indexes,
            models.Index(fields=["earlier_kind", "earlier_id"], name="document_link_by_earlier"),
        )

    def __str__(self) -> str:
        return f"{self.earlier_kind} {self.earlier_id} -> {self.later_kind} {self.later_id}"


class NumberSeries(models.Model):
    """The counter of gapless numbers of one company, kind, fiscal year and branch.

    Locked last in a transaction (I9).
    """

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+", db_index=False)
    prefix = models.CharField(max_length=8)
    fiscal_year = models.PositiveSmallIntegerField()
    branch = models.CharField(max_length=8, default="")
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "number series"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "prefix", "fiscal_year", "branch"], name="number_series_once")
        ]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.fiscal_year} at {self.last_number}"
