"""The receivables subledger: what each account owes or is owed, item by item."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from core.append_only import AppendOnly
from core.money import CurrencyCodeField, LedgerAmountField
from core.triggers import never_deleted


class OpenItem(models.Model):
    """One claim (amount above zero: an invoice) or one counter-claim (below zero: a credit note, a payment on account).

    ``open_amount`` goes from ``amount`` towards zero and never beyond: the applications' sum is what lies between. The same holds in
    functional currency, so that a settled item is exactly zero in both. Changed only by ``accounting.services.apply_items``.
    """

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("catalog.Account", on_delete=models.PROTECT, related_name="open_items")
    source_type = models.CharField(max_length=32)
    source_id = models.BigIntegerField()
    instalment = models.PositiveSmallIntegerField(default=1)
    reference = models.CharField(max_length=40, default="", blank=True)
    control = models.CharField(max_length=12, default="receivable")
    currency = CurrencyCodeField()
    amount = LedgerAmountField()
    open_amount = LedgerAmountField()
    functional_amount = LedgerAmountField()
    functional_open = LedgerAmountField()
    issued_on = models.DateField()
    due_on = models.DateField()
    discount_until = models.DateField(null=True)
    discount_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    settled_on = models.DateField(null=True)
    is_disputed = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source_type", "source_id", "instalment"], name="open_item_source_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, open_amount__gte=0, open_amount__lte=F("amount"))
                | Q(amount__lt=0, open_amount__lte=0, open_amount__gte=F("amount"))
                | Q(amount=0, open_amount=0),
                name="open_item_between_zero_and_amount",
                violation_error_message="More was applied than is open.",
            ),
            models.CheckConstraint(
                condition=Q(open_amount=0, settled_on__isnull=False) | (~Q(open_amount=0) & Q(settled_on__isnull=True)),
                name="open_item_settled_when_zero",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["company", "account", "due_on"], condition=~Q(open_amount=0), name="open_item_still_open"
            ),
            models.Index(fields=["account", "issued_on"], name="open_item_by_account"),
        ]
        triggers: ClassVar = [
            never_deleted(),
        ]

    def __str__(self) -> str:
        return f"{self.reference or self.source_type} {self.open_amount} {self.currency}"

    def days_overdue(self, on: date) -> int:
        """Days past due on that date; zero before."""
        return max((on - self.due_on).days, 0)


class Application(AppendOnly):
    """So much of a counter-claim was set against a claim of the same account, company and currency (I8)."""

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+")
    debit_item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="applications")
    credit_item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="applied_to")
    currency = CurrencyCodeField()
    amount = LedgerAmountField()  # above zero: set against; below zero: an earlier application undone
    fx_difference = LedgerAmountField(default=0)
    business_date = models.DateField()
    source_type = models.CharField(max_length=32)
    source_id = models.BigIntegerField()
    recorded_at = models.DateTimeField(db_default=Now())
    command_uid = models.UUIDField()

    class Meta(AppendOnly.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(amount=0), name="application_is_not_zero"),
        ]
        indexes = (
            *AppendOnly.Meta.indexes,
            models.Index(fields=["debit_item"], name="application_by_claim"),
            models.Index(fields=["credit_item"], name="application_by_counter_claim"),
        )

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} of {self.credit_item_id} to {self.debit_item_id}"
