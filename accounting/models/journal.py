"""The journal: balanced entries in functional currency, immutable once posted."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from accounting.states import ENTRY_TRANSITIONS, EntryStatus
from core.append_only import AppendOnly
from core.audit.history import row_history
from core.models import Document
from core.money import CurrencyCodeField, LedgerAmountField
from core.triggers import frozen_once, legal_transitions, never_deleted

BALANCED_AT_POSTING = """
    IF (SELECT count(*) < 2 OR coalesce(sum(debit), 0) <> coalesce(sum(credit), 0)
        FROM accounting_journalline WHERE entry_id = NEW.id) THEN
        RAISE EXCEPTION 'A journal entry has at least two lines and balances exactly'
            USING ERRCODE = '23514', CONSTRAINT = 'entry_balances_kept_rule';
    END IF;
    RETURN NULL;
"""

PERIOD_IS_OPEN = """
    PERFORM 1 FROM accounting_period p WHERE p.company_id = NEW.company_id
        AND NEW.business_date BETWEEN p.starts_on AND p.ends_on AND NOT p.is_locked FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'The period of % is locked or does not exist; nothing was posted', NEW.business_date
            USING ERRCODE = '23514', CONSTRAINT = 'period_open_kept_rule';
    END IF;
    RETURN NEW;
"""

# Lock in one statement, look in the next: a status read by the locking statement may be the one from before the wait.
ENTRY_STILL_OPEN = """
    PERFORM 1 FROM accounting_journalentry e WHERE e.id IN (SELECT entry_id FROM added) ORDER BY e.id FOR SHARE;
    IF EXISTS (SELECT 1 FROM accounting_journalentry e
               WHERE e.id IN (SELECT entry_id FROM added) AND e.status = 'posted') THEN
        RAISE EXCEPTION 'The entry is posted; reverse it instead'
            USING ERRCODE = '23514', CONSTRAINT = 'entry_open_kept_rule';
    END IF;
    RETURN NULL;
"""


@row_history(from_insert=False)
class JournalEntry(Document):
    """One balanced posting of one source and purpose: in functional currency (I6), document amounts ride along."""

    kind = "entry"
    prefix = "JE"
    transitions = ENTRY_TRANSITIONS
    has_timeline = False  # the source document's timeline tells the story; a row per entry would double every posting

    status = models.CharField(max_length=8, choices=EntryStatus, default=EntryStatus.DRAFT)
    source_type = models.CharField(max_length=32)
    source_id = models.BigIntegerField()
    purpose = models.CharField(max_length=32)
    description = models.CharField(max_length=200)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, related_name="reversed_by", null=True)
    posted_at = models.DateTimeField(null=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        verbose_name_plural = "journal entries"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source_type", "source_id", "purpose"],
                name="entry_source_once",
                violation_error_message="This was posted to the ledger before. Nothing was posted twice.",
            ),
            models.UniqueConstraint(fields=["company", "number"], name="entry_number_once"),
            models.CheckConstraint(
                condition=Q(status="draft", number__isnull=True) | Q(status="posted", number__isnull=False),
                name="entry_posted_has_number",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "business_date", "id"], name="entry_by_date")]
        triggers: ClassVar = [
            legal_transitions(ENTRY_TRANSITIONS),
            frozen_once(pgtrigger.Q(old__status="posted")),
            never_deleted(pgtrigger.Q(old__status="posted")),
            pgtrigger.Trigger(
                name="balanced_at_posting",
                when=pgtrigger.After,
                operation=pgtrigger.Update | pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__status="posted"),
                func=BALANCED_AT_POSTING,
            ),
            pgtrigger.Trigger(
                name="period_is_open",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__status="posted", old__status="draft"),
                func=PERIOD_IS_OPEN,
            ),
        ]
        permissions: ClassVar = [
            ("post_entry", "Post manual journal entries"),
            ("reverse_entry", "Reverse journal entries"),
            ("view_ledger", "See the ledger and its reports"),
        ]


class JournalLine(AppendOnly):
    """One side of an entry: debit or credit in functional currency, the document's amount and rate beside it."""

    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="lines")
    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(
        "accounting.LedgerAccount", on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    business_date = models.DateField()
    debit = LedgerAmountField(default=0)
    credit = LedgerAmountField(default=0)
    currency = CurrencyCodeField()
    document_amount = LedgerAmountField()  # signed: above zero on the debit side
    fx_rate = models.DecimalField(max_digits=24, decimal_places=12, default=1)
    fx_date = models.DateField(null=True)
    partner = models.ForeignKey(
        "catalog.Account", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    text = models.CharField(max_length=120, default="", blank=True)

    class Meta(AppendOnly.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(debit__gte=0) & Q(credit__gte=0) & (Q(debit=0) | Q(credit=0)), name="line_has_one_side"
            ),
            models.CheckConstraint(
                condition=(Q(debit__gt=0) & Q(document_amount__gte=0))
                | (Q(credit__gt=0) & Q(document_amount__lte=0))
                | Q(debit=0, credit=0),  # a document amount too small for a cent of the functional currency
                name="line_document_amount_on_its_side",
            ),
        ]
        indexes = (
            *AppendOnly.Meta.indexes,
            models.Index(fields=["account", "business_date", "id"], name="line_by_account_and_date"),
            models.Index(fields=["partner"], condition=Q(partner__isnull=False), name="line_by_partner"),
        )
        triggers = (
            *AppendOnly.Meta.triggers,
            pgtrigger.Trigger(
                name="entry_still_open",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="added"),
                func=ENTRY_STILL_OPEN,
            ),
        )

    def __str__(self) -> str:
        return f"{self.account_id} {self.debit or -self.credit}"
