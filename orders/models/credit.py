"""How much an account may owe, and how much it does: the credit ledger (I18)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.audit.history import row_history
from core.models import GuardedTotal, LedgerMovement
from core.money import CurrencyCodeField, LedgerAmountField


@row_history()
class CreditProfile(models.Model):
    """What one company lets an account owe, and how each check reacts. No limit means no limit check."""

    class Reaction(models.TextChoices):
        NONE = "none", "Ignore"
        WARN = "warn", "Warn"
        BLOCK = "block", "Block"

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey("catalog.Account", on_delete=models.CASCADE, related_name="credit_profiles")
    currency = CurrencyCodeField()
    limit = LedgerAmountField(null=True, blank=True)
    limit_reaction = models.CharField(max_length=5, choices=Reaction, default=Reaction.BLOCK)
    most_document_value = LedgerAmountField(null=True, blank=True)
    oldest_item_days = models.PositiveSmallIntegerField(null=True, blank=True)
    overdue_share_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    other_reaction = models.CharField(max_length=5, choices=Reaction, default=Reaction.WARN)
    review_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "account"], name="credit_profile_once"),
            models.CheckConstraint(
                condition=Q(limit__isnull=True) | Q(limit__gte=0),
                name="credit_limit_not_negative",
                violation_error_message="A credit limit must not be negative.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.limit} {self.currency}"


class CreditTotal(GuardedTotal):
    """The exposure of one account in one company, in its credit currency, by component. The lock of every credit
    decision.

    Exposure = open orders + delivered unbilled + billed and open items - unapplied. Increases under guard=block beyond
    ``ceiling`` are refused; facts always pass.
    """

    account = models.ForeignKey("catalog.Account", on_delete=models.PROTECT, related_name="credit_totals")
    currency = models.CharField(max_length=3)
    open_orders = models.DecimalField(max_digits=19, decimal_places=4, db_default=0)
    delivered = models.DecimalField(max_digits=19, decimal_places=4, db_default=0)
    open_items = models.DecimalField(max_digits=19, decimal_places=4, db_default=0)
    unapplied = models.DecimalField(max_digits=19, decimal_places=4, db_default=0)
    ceiling = models.DecimalField(max_digits=19, decimal_places=4, null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "account", "currency"], name="credit_total_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.currency}: {self.open_orders} + {self.delivered} + {self.open_items}"


class CreditMovement(LedgerMovement):
    """One change of an exposure by a document."""

    total = models.ForeignKey(CreditTotal, on_delete=models.PROTECT, related_name="movements")
    open_orders = LedgerAmountField()
    delivered = LedgerAmountField()
    open_items = LedgerAmountField()
    unapplied = LedgerAmountField()

    class Meta(LedgerMovement.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source_type", "source_id", "purpose", "total"], name="credit_movement_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} by {self.source_type} {self.source_id}"
