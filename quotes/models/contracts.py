"""Quantity contracts and the guarded total of what was called off."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.audit.history import row_history
from core.models import Document, GuardedTotal, LedgerMovement
from core.money import CurrencyCodeField, QuantityField, UnitPriceField
from core.triggers import legal_transitions, never_deleted
from quotes.states import CONTRACT_TRANSITIONS, ContractStatus


@row_history()
class Contract(Document):
    """An agreement to buy target quantities at agreed prices within a validity (both days included)."""

    class Overrun(models.TextChoices):
        BLOCK = "block", "Refuse"
        WARN = "warn", "Warn"

    kind = "contract"
    prefix = "CT"
    transitions = CONTRACT_TRANSITIONS

    status = models.CharField(max_length=8, choices=ContractStatus, default=ContractStatus.DRAFT)
    account = models.ForeignKey("catalog.Account", on_delete=models.PROTECT, related_name="contracts")
    title_text = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_until = models.DateField()
    overrun = models.CharField(max_length=5, choices=Overrun, default=Overrun.BLOCK)
    activated_at = models.DateTimeField(null=True)
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "number"], name="contract_number_once"),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")),
                name="contract_ends_after_it_starts",
                violation_error_message="A contract must end after it starts.",
            ),
        ]
        triggers: ClassVar = [
            legal_transitions(CONTRACT_TRANSITIONS),
            never_deleted(~pgtrigger.Q(old__status="draft")),
        ]
        permissions: ClassVar = [
            ("maintain_contract", "Create and change contracts"),
            ("see_contracts", "See contracts"),
        ]


@row_history()
class ContractLine(models.Model):
    """A product, its target quantity in the stock unit, and its agreed price."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="lines", db_index=False)
    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="contract_lines")
    target_quantity = QuantityField()
    currency = CurrencyCodeField()
    unit_price = UnitPriceField()
    price_unit = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "position"], name="contract_line_position_once"),
            models.UniqueConstraint(fields=["contract", "product"], name="contract_line_product_once"),
            models.CheckConstraint(
                condition=Q(target_quantity__gt=0, unit_price__gte=0, price_unit__gt=0),
                name="contract_line_amounts_sane",
                violation_error_message="Target quantity and price unit are greater than zero, the price not negative.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} line {self.position}"


class ContractTotal(GuardedTotal):
    """What was called off a contract line.

    Under overrun=block a call-off beyond the target is refused under this lock.
    """

    contract_line = models.ForeignKey(ContractLine, on_delete=models.PROTECT, related_name="totals")
    called_off = models.DecimalField(max_digits=18, decimal_places=6, db_default=0)
    ceiling = models.DecimalField(max_digits=18, decimal_places=6, null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "contract_line"], name="contract_total_once"),
            models.CheckConstraint(condition=Q(called_off__gte=0), name="contract_called_off_not_negative"),
        ]

    def __str__(self) -> str:
        return f"contract line {self.contract_line_id}: {self.called_off}"


class ContractMovement(LedgerMovement):
    """One call-off, or its return."""

    total = models.ForeignKey(ContractTotal, on_delete=models.PROTECT, related_name="movements")
    called_off = QuantityField()

    class Meta(LedgerMovement.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source_type", "source_id", "purpose", "total"], name="contract_movement_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.called_off} by {self.source_type} {self.source_id}"
