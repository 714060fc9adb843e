"""Deliveries: what leaves the warehouse, from due promises to the goods issue."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from core.append_only import AppendOnly
from core.audit.history import row_history
from core.models import Document
from core.money import LedgerAmountField, QuantityField
from core.triggers import frozen_once, legal_transitions, never_deleted
from fulfillment.states import DELIVERY_TRANSITIONS, DeliveryStatus


@row_history(leave_out=["is_billed"])
class Delivery(Document):
    """An outbound document of one order's due promises to one address.

    Its goods issue is the accounting and promise moment.
    """

    kind = "delivery"
    prefix = "D"
    transitions = DELIVERY_TRANSITIONS

    status = models.CharField(max_length=9, choices=DeliveryStatus, default=DeliveryStatus.PLANNED)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="deliveries")
    account = models.ForeignKey("catalog.Account", on_delete=models.PROTECT, related_name="deliveries")
    warehouse = models.ForeignKey("inventory.Warehouse", on_delete=models.PROTECT, related_name="deliveries")
    ship_on = models.DateField()
    ship_to = models.TextField(blank=True, default="")
    carrier = models.CharField(max_length=40, blank=True, default="")
    tracking_number = models.CharField(max_length=60, blank=True, default="")
    is_billed = models.BooleanField(default=False)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    packed_at = models.DateTimeField(null=True)
    packed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    shipped_on = models.DateField(null=True)
    shipped_at = models.DateTimeField(null=True)
    shipped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "number"], name="delivery_number_once"),
            models.CheckConstraint(
                condition=~Q(status="shipped") | Q(shipped_at__isnull=False, shipped_on__isnull=False),
                name="delivery_shipped_has_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "status", "-id"], name="delivery_by_status"),
            models.Index(
                fields=["company", "id"], condition=Q(status="shipped", is_billed=False), name="delivery_due_to_bill"
            ),
            models.Index(
                fields=["tracking_number"], condition=~Q(tracking_number=""), name="delivery_by_tracking_number"
            ),
        ]
        triggers: ClassVar = [
            legal_transitions(DELIVERY_TRANSITIONS),
            frozen_once(
                pgtrigger.Q(old__status="shipped"),
                except_fields=("is_billed", "version", "changed_at", "changed_by", "tracking_number", "carrier"),
            ),
            never_deleted(),
        ]
        permissions: ClassVar = [
            ("release_delivery", "Create, release and cancel deliveries"),
            ("pick_delivery", "Pick and pack"),
            ("ship_delivery", "Post goods issues"),
            ("see_deliveries", "See deliveries and returns"),
        ]


@row_history(leave_out=["picked", "is_picked", "shipped", "cost", "returned", "invoiced"])
class DeliveryLine(models.Model):
    """So much of one schedule line, from one bin. ``picked`` is what was found, ``shipped`` what left."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveIntegerField()
    schedule_line = models.ForeignKey("orders.ScheduleLine", on_delete=models.PROTECT, related_name="delivery_lines")
    order_line = models.ForeignKey("orders.OrderLine", on_delete=models.PROTECT, related_name="delivery_lines")
    product = models.ForeignKey(
        "catalog.Product", on_delete=models.PROTECT, related_name="delivery_lines", db_index=False
    )
    bin = models.ForeignKey("inventory.Bin", on_delete=models.PROTECT, related_name="+", null=True)
    quantity = QuantityField()
    picked = QuantityField(default=0)
    shipped = QuantityField(default=0)
    returned = QuantityField(default=0)
    invoiced = QuantityField(default=0)
    is_picked = models.BooleanField(default=False)
    cost = LedgerAmountField(default=0)  # functional currency, at goods issue

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["delivery", "position"], name="delivery_line_position_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, picked__gte=0, shipped__gte=0, returned__gte=0, invoiced__gte=0),
                name="delivery_line_quantities_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(returned__lte=F("shipped")), name="delivery_line_returned_within_shipped"
            ),
            models.CheckConstraint(
                condition=Q(invoiced__lte=F("shipped")),
                name="delivery_line_invoiced_within_shipped",
                violation_error_message="More would be invoiced than was shipped.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} line {self.position}"


class PickScan(AppendOnly):
    """One scan at a pick. ``client_uuid`` makes a repeated or replayed scan count once."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="scans", db_index=False)
    delivery_line = models.ForeignKey(DeliveryLine, on_delete=models.PROTECT, related_name="scans", null=True)
    client_uuid = models.UUIDField()
    code = models.CharField(max_length=80)
    quantity = QuantityField(default=0)
    outcome = models.CharField(max_length=16)
    message = models.CharField(max_length=200, default="", blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta(AppendOnly.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["delivery", "client_uuid"], name="pick_scan_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.outcome}"


class Package(models.Model):
    """A box of a delivery. ``sscc`` has its check digit."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="packages", db_index=False)
    position = models.PositiveSmallIntegerField()
    sscc = models.CharField(max_length=18, unique=True)
    weight_kg = models.DecimalField(max_digits=12, decimal_places=4, default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["delivery", "position"], name="package_position_once"),
            models.CheckConstraint(condition=Q(weight_kg__gte=0), name="package_weight_not_negative"),
        ]

    def __str__(self) -> str:
        return self.sscc


class PackageLine(models.Model):
    """So much of a delivery line in a package."""

    package = models.ForeignKey(Package, on_delete=models.CASCADE, related_name="lines", db_index=False)
    delivery_line = models.ForeignKey(DeliveryLine, on_delete=models.CASCADE, related_name="packed")
    quantity = QuantityField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["package", "delivery_line"], name="package_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="package_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.delivery_line_id}"
