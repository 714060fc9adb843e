"""Expected supply and its receipt: what promises may lean on before it is here."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.audit.history import row_history
from core.models import Document, GuardedTotal, LedgerMovement
from core.money import LedgerAmountField, QuantityField, UnitPriceField
from core.triggers import frozen_once, legal_transitions, never_deleted
from inventory.states import RECEIPT_TRANSITIONS, SUPPLY_ORDER_TRANSITIONS, PostedStatus, SupplyOrderStatus


@row_history()
class SupplyOrder(Document):
    """An inbound order with a supplier: enough to expect, receive, date and value goods."""

    kind = "supply_order"
    prefix = "PO"
    transitions = SUPPLY_ORDER_TRANSITIONS

    status = models.CharField(max_length=10, choices=SupplyOrderStatus, default=SupplyOrderStatus.DRAFT)
    supplier = models.ForeignKey("catalog.Account", on_delete=models.PROTECT, related_name="supply_orders")
    warehouse = models.ForeignKey("inventory.Warehouse", on_delete=models.PROTECT, related_name="supply_orders")
    supplier_reference = models.CharField(max_length=40, blank=True, default="")
    ordered_at = models.DateTimeField(null=True)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "number"], name="supply_order_number_once"),
        ]
        triggers: ClassVar = [legal_transitions(SUPPLY_ORDER_TRANSITIONS)]
        permissions: ClassVar = [
            ("maintain_supply", "Create and change inbound orders"),
            ("receive_supply", "Receive goods"),
            ("view_supply", "See inbound orders"),
        ]


@row_history(leave_out=["received", "cancelled"])
class SupplyLine(models.Model):
    """One expected receipt: a product, a quantity in the stock unit, a date from which it can ship, and its cost."""

    order = models.ForeignKey(SupplyOrder, on_delete=models.PROTECT, related_name="lines", db_index=False)
    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+")
    warehouse = models.ForeignKey("inventory.Warehouse", on_delete=models.PROTECT, related_name="supply_lines")
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="supply_lines")
    position = models.PositiveIntegerField()
    ordered = QuantityField()
    received = QuantityField(default=0)
    cancelled = QuantityField(default=0)
    expected_on = models.DateField()
    unit_cost = UnitPriceField()
    is_open = models.GeneratedField(
        expression=Q(ordered__gt=F("received") + F("cancelled")),  # type: ignore[arg-type]  # Django takes a Q, the stubs do not
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "position"], name="supply_line_position_once"),
            models.CheckConstraint(
                condition=Q(ordered__gt=0, received__gte=0, cancelled__gte=0, unit_cost__gte=0),
                name="supply_line_quantities_not_negative",
                violation_error_message="Quantities and cost must not be negative.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["warehouse", "product", "expected_on"], condition=Q(is_open=True), name="supply_line_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.ordered} on {self.expected_on}"


class ReceiptTotal(GuardedTotal):
    """What is still to come of a supply line, and how much of it promises lean on: pegged never exceeds open."""

    supply_line = models.OneToOneField(SupplyLine, on_delete=models.PROTECT, related_name="total")
    open = models.DecimalField(max_digits=18, decimal_places=6, db_default=0)
    pegged = models.DecimalField(max_digits=18, decimal_places=6, db_default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "supply_line"], name="receipt_total_once"),
            models.CheckConstraint(
                condition=Q(open__gte=0, pegged__gte=0, pegged__lte=F("open")),
                name="receipt_pegged_within_open",
                violation_error_message="More is promised from this receipt than is still to come.",
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.supply_line_id}: {self.open} open, {self.pegged} pegged"


class ReceiptMovement(LedgerMovement):
    """One change of an expected receipt."""

    total = models.ForeignKey(ReceiptTotal, on_delete=models.PROTECT, related_name="movements")
    open = QuantityField()
    pegged = QuantityField()

    class Meta(LedgerMovement.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source_type", "source_id", "purpose", "total"], name="receipt_movement_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.open} by {self.source_type} {self.source_id}"


@row_history(from_insert=False)
class SupplyReceipt(Document):
    """Goods that arrived: posted once, immutable. Dr stock, Cr goods received not invoiced."""

    kind = "supply_receipt"
    prefix = "GR"
    transitions = RECEIPT_TRANSITIONS

    status = models.CharField(max_length=8, choices=PostedStatus, default=PostedStatus.DRAFT)
    warehouse = models.ForeignKey("inventory.Warehouse", on_delete=models.PROTECT, related_name="receipts")
    supplier = models.ForeignKey("catalog.Account", on_delete=models.PROTECT, related_name="supply_receipts")
    posted_at = models.DateTimeField(null=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "number"], name="supply_receipt_number_once"),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(posted_at__isnull=False), name="supply_receipt_posted_has_time"
            ),
        ]
        triggers: ClassVar = [
            legal_transitions(RECEIPT_TRANSITIONS),
            frozen_once(pgtrigger.Q(old__status="posted")),
            never_deleted(pgtrigger.Q(old__status="posted")),
        ]


@row_history()
class SupplyReceiptLine(models.Model):
    """So much of a supply line arrived in a bin, at this value in functional currency."""

    receipt = models.ForeignKey(SupplyReceipt, on_delete=models.PROTECT, related_name="lines")
    supply_line = models.ForeignKey(SupplyLine, on_delete=models.PROTECT, related_name="receipts")
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    bin = models.ForeignKey("inventory.Bin", on_delete=models.PROTECT, related_name="+")
    quantity = QuantityField()
    value = LedgerAmountField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(quantity__gt=0), name="receipt_line_positive")]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.quantity}"
