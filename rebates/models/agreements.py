"""Rebate agreements, what was earned and accrued under them, and what was settled."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.audit.history import row_history
from core.models import Document, GuardedTotal, LedgerMovement
from core.money import DocumentMoneyField, LedgerAmountField
from core.triggers import frozen_once, legal_transitions, never_deleted
from rebates.states import AGREEMENT_TRANSITIONS, SETTLEMENT_TRANSITIONS, AgreementStatus


@row_history()
class RebateAgreement(Document):
    """A promise to pay back part of what an account bought in a period, by tiers on net invoiced value less returns."""

    class Method(models.TextChoices):
        CUMULATIVE = "cumulative", "Reached rate on the whole"
        STEPPED = "stepped", "Each slice at its own rate"

    kind = "rebate_agreement"
    prefix = "RB"
    transitions = AGREEMENT_TRANSITIONS

    status = models.CharField(max_length=8, choices=AgreementStatus, default=AgreementStatus.DRAFT)
    account = models.ForeignKey("catalog.Account", on_delete=models.PROTECT, related_name="rebate_agreements")
    name = models.CharField(max_length=120)
    method = models.CharField(max_length=12, choices=Method, default=Method.CUMULATIVE)
    category = models.ForeignKey("catalog.Category", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField()
    expected_percent = models.DecimalField(max_digits=7, decimal_places=4)
    activated_at = models.DateTimeField(null=True)
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "number"], name="rebate_agreement_number_once"),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")),
                name="rebate_agreement_ends_after_it_starts",
                violation_error_message="An agreement must end after it starts.",
            ),
            models.CheckConstraint(
                condition=Q(expected_percent__range=(0, 100)), name="rebate_expected_is_a_percentage"
            ),
        ]
        triggers: ClassVar = [
            legal_transitions(AGREEMENT_TRANSITIONS),
            never_deleted(~pgtrigger.Q(old__status="draft")),
        ]
        permissions: ClassVar = [
            ("maintain_agreement", "Create and change rebate agreements"),
            ("settle_agreement", "Settle rebates"),
            ("see_rebates", "See rebates"),
        ]


@row_history()
class RebateTier(models.Model):
    """From this value on, this percentage."""

    agreement = models.ForeignKey(RebateAgreement, on_delete=models.CASCADE, related_name="tiers", db_index=False)
    starts_at = LedgerAmountField()
    percent = models.DecimalField(max_digits=7, decimal_places=4)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agreement", "starts_at"], name="rebate_tier_once"),
            models.CheckConstraint(condition=Q(starts_at__gte=0, percent__range=(0, 100)), name="rebate_tier_sane"),
        ]

    def __str__(self) -> str:
        return f"from {self.starts_at}: {self.percent} %"


class RebateTotal(GuardedTotal):
    """What counts, was accrued and was settled under an agreement, in the agreement's currency.

    ``liability`` is what is accrued and not settled, in functional currency. Settled never exceeds accrued.
    """

    agreement = models.ForeignKey(RebateAgreement, on_delete=models.PROTECT, related_name="totals")
    base = models.DecimalField(max_digits=19, decimal_places=4, db_default=0)
    accrued = models.DecimalField(max_digits=19, decimal_places=4, db_default=0)
    settled = models.DecimalField(max_digits=19, decimal_places=4, db_default=0)
    liability = models.DecimalField(max_digits=19, decimal_places=4, db_default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "agreement"], name="rebate_total_once"),
            models.CheckConstraint(condition=Q(settled__lte=F("accrued")), name="rebate_total_settled_within_accrued"),
            models.CheckConstraint(
                condition=~Q(settled=F("accrued")) | Q(liability=0), name="rebate_total_owes_nothing_when_settled"
            ),
        ]

    def __str__(self) -> str:
        return f"agreement {self.agreement_id}: {self.base}"


class RebateMovement(LedgerMovement):
    """One invoice's, credit note's or settlement's part in an agreement."""

    total = models.ForeignKey(RebateTotal, on_delete=models.PROTECT, related_name="movements")
    base = LedgerAmountField()
    accrued = LedgerAmountField()
    settled = LedgerAmountField()
    liability = LedgerAmountField(default=0)

    class Meta(LedgerMovement.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source_type", "source_id", "purpose", "total"], name="rebate_movement_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.base} by {self.source_type} {self.source_id}"


@row_history(leave_out=["trace"], from_insert=False)
class RebateSettlement(Document):
    """A payout of what was earned and not yet settled, as a credit to the account. Posted once, immutable."""

    kind = "rebate_settlement"
    prefix = "RS"
    transitions = SETTLEMENT_TRANSITIONS

    status = models.CharField(max_length=8, choices=[("draft", "Draft"), ("posted", "Posted")], default="draft")
    agreement = models.ForeignKey(RebateAgreement, on_delete=models.PROTECT, related_name="settlements")
    account = models.ForeignKey("catalog.Account", on_delete=models.PROTECT, related_name="rebate_settlements")
    earned = DocumentMoneyField()
    amount = DocumentMoneyField()
    is_final = models.BooleanField(default=False)
    trace = models.JSONField(default=list)
    posted_at = models.DateTimeField(null=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "number"], name="rebate_settlement_number_once"),
            models.CheckConstraint(
                condition=Q(status="draft", number__isnull=True) | Q(status="posted", number__isnull=False),
                name="rebate_settlement_posted_has_number",
            ),
        ]
        triggers: ClassVar = [
            legal_transitions(SETTLEMENT_TRANSITIONS),
            frozen_once(pgtrigger.Q(old__status="posted")),
            never_deleted(pgtrigger.Q(old__status="posted")),
        ]
