"""The chart of accounts, the periods, and which account a purpose posts to."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from core.audit.history import row_history


@row_history()
class LedgerAccount(models.Model):
    """One account of a company's chart. Control accounts take postings only from their subledger."""

    class Kind(models.TextChoices):
        ASSET = "asset", "Asset"
        LIABILITY = "liability", "Liability"
        EQUITY = "equity", "Equity"
        INCOME = "income", "Income"
        EXPENSE = "expense", "Expense"

    class Control(models.TextChoices):
        NONE = "", "—"
        RECEIVABLE = "receivable", "Receivables"
        UNAPPLIED = "unapplied", "Unapplied payments"
        STOCK = "stock", "Stock"
        GRNI = "grni", "Goods received, not invoiced"
        TAX = "tax", "Tax"
        REBATE = "rebate", "Rebate accruals"

    company = models.ForeignKey(
        "core.Company", on_delete=models.PROTECT, related_name="ledger_accounts", db_index=False
    )
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=9, choices=Kind)
    control = models.CharField(max_length=12, choices=Control, default="", blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "code"],
                name="ledger_account_code_once",
                violation_error_message="There is already an account with this code in this company.",
            )
        ]
        permissions: ClassVar = [("maintain_chart", "Maintain the chart of accounts and posting rules")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


@row_history()
class PostingRule(models.Model):
    """Which ledger account a purpose ("revenue", "tax") posts to. ``group`` narrows it; empty is the fallback."""

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="posting_rules", db_index=False)
    purpose = models.CharField(max_length=24)
    group = models.CharField(max_length=24, blank=True, default="")
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="posting_rules")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "purpose", "group"], name="posting_rule_once")
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.group} -> {self.account_id}"


@row_history()
class Period(models.Model):
    """A range of business dates that is open for posting or locked. Nothing is posted into a locked one (I13)."""

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="periods", db_index=False)
    name = models.CharField(max_length=12)
    starts_on = models.DateField()
    ends_on = models.DateField()
    is_locked = models.BooleanField(default=False)
    locked_at = models.DateTimeField(null=True)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "name"], name="period_name_once"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="period_ends_after_it_starts"),
            ExclusionConstraint(
                name="period_does_not_overlap",
                expressions=[
                    ("company", RangeOperators.EQUAL),
                    (
                        Func(F("starts_on"), F("ends_on"), models.Value("[]"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="This period overlaps another one.",
            ),
        ]
        permissions: ClassVar = [("lock_period", "Lock periods"), ("reopen_period", "Reopen locked periods")]

    def __str__(self) -> str:
        return f"{self.name} ({'locked' if self.is_locked else 'open'})"
