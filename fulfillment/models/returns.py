"""Returns: against shipped lines, or, by a right of its own, without reference."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.audit.history import row_history
from core.models import Document
from core.money import LedgerAmountField, QuantityField, UnitPriceField
from core.triggers import frozen_once, legal_transitions, never_deleted
from fulfillment.states import RETURN_TRANSITIONS, ReturnStatus


@row_history()
class Return(Document):
    """Goods on their way back. Never reopens demand: a replacement is a new line or order."""

    kind = "return"
    prefix = "RMA"
    transitions = RETURN_TRANSITIONS

    status = models.CharField(max_length=9, choices=ReturnStatus, default=ReturnStatus.EXPECTED)
    account = models.ForeignKey("catalog.Account", on_delete=models.PROTECT, related_name="returns")
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="returns", null=True)
    warehouse = models.ForeignKey("inventory.Warehouse", on_delete=models.PROTECT, related_name="returns")
    reason = models.CharField(max_length=200)
    has_reference = models.BooleanField(default=True)
    import_key = models.CharField(max_length=80, null=True, blank=True)
    received_on = models.DateField(null=True)
    received_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "number"], name="return_number_once"),
            models.UniqueConstraint(fields=["company", "import_key"], name="return_import_key_once"),
            models.CheckConstraint(
                condition=~Q(status="received") | Q(received_at__isnull=False), name="return_received_has_time"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "id"], condition=Q(status="expected"), name="return_expected")
        ]
        triggers: ClassVar = [
            legal_transitions(RETURN_TRANSITIONS),
            frozen_once(pgtrigger.Q(old__status="received"), except_fields=("version", "changed_at", "changed_by")),
            never_deleted(),
        ]
        permissions: ClassVar = [
            ("enter_return", "Enter returns"),
            ("enter_return_without_reference", "Enter returns without reference"),
            ("receive_return", "Receive returns"),
        ]


@row_history(leave_out=["credited"])
class ReturnLine(models.Model):
    """So much of a shipped line comes back. Without reference it carries the price that is to be credited."""

    class Disposition(models.TextChoices):
        RESTOCK = "restock", "Back to stock"
        SCRAP = "scrap", "Scrap"
        KEEP = "keep", "Customer keeps it"

    rma = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveIntegerField()
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="return_lines")
    delivery_line = models.ForeignKey(
        "fulfillment.DeliveryLine", on_delete=models.PROTECT, related_name="return_lines", null=True
    )
    quantity = QuantityField()
    received = QuantityField(default=0)
    credited = QuantityField(default=0)
    disposition = models.CharField(max_length=8, choices=Disposition, default=Disposition.RESTOCK)
    unit_price = UnitPriceField(null=True)
    price_unit = models.PositiveIntegerField(default=1)
    cost = LedgerAmountField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rma", "position"], name="return_line_position_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, received__gte=0, received__lte=F("quantity")),
                name="return_line_received_within_quantity",
            ),
            models.CheckConstraint(
                condition=Q(credited__gte=0, credited__lte=F("quantity")), name="return_line_credited_within_quantity"
            ),
            models.CheckConstraint(
                condition=Q(delivery_line__isnull=False) | Q(unit_price__isnull=False),
                name="return_line_without_reference_has_price",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rma_id} line {self.position}"
