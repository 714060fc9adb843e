"""The stock ledgers: what is on hand, what promises lean on, what it is worth, and in which bin it lies."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.audit.history import row_history
from core.models import Document, GuardedTotal, LedgerMovement
from core.money import LedgerAmountField, QuantityField
from core.triggers import frozen_once, legal_transitions, never_deleted
from inventory.states import ADJUSTMENT_TRANSITIONS, PostedStatus


class StockBucket(GuardedTotal):
    """The promising bucket of one product in one warehouse: the lock of all promising (docs/promising.md).

    ``on_hand`` and ``pegged`` in the stock unit, ``value`` at moving average in functional currency. Nothing is
    promised twice: pegged never exceeds on hand, but where the warehouse allows negative stock.
    """

    warehouse = models.ForeignKey("inventory.Warehouse", on_delete=models.PROTECT, related_name="buckets")
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="buckets", db_index=False)
    on_hand = models.DecimalField(max_digits=18, decimal_places=6, db_default=0)
    pegged = models.DecimalField(max_digits=18, decimal_places=6, db_default=0)
    value = models.DecimalField(max_digits=19, decimal_places=4, db_default=0)
    negative_allowed = models.BooleanField(db_default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "warehouse", "product"], name="bucket_once"),
            models.CheckConstraint(
                condition=Q(on_hand__gte=0) | Q(negative_allowed=True),
                name="bucket_on_hand_not_negative",
                violation_error_message="There is not enough stock on hand.",
            ),
            models.CheckConstraint(
                condition=Q(pegged__gte=0) & (Q(pegged__lte=F("on_hand")) | Q(negative_allowed=True)),
                name="bucket_pegged_within_on_hand",
                violation_error_message="More is promised from stock than is on hand.",
            ),
            models.CheckConstraint(condition=~Q(on_hand=0) | Q(value=0), name="bucket_empty_is_worth_nothing"),
        ]
        indexes: ClassVar = [models.Index(fields=["product"], name="bucket_by_product")]
        permissions: ClassVar = [("view_stock", "See stock and availability")]

    def __str__(self) -> str:
        return f"{self.product_id} in {self.warehouse_id}: {self.on_hand}, {self.pegged} pegged"

    @property
    def free(self) -> object:
        """On hand that no promise leans on."""
        return self.on_hand - self.pegged


class StockMovement(LedgerMovement):
    """One change of a bucket: goods moved, or promises leaned on it, or its value was corrected."""

    total = models.ForeignKey(StockBucket, on_delete=models.PROTECT, related_name="movements", db_index=False)
    on_hand = QuantityField()
    pegged = QuantityField()
    value = LedgerAmountField()

    class Meta(LedgerMovement.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source_type", "source_id", "purpose", "total"], name="stock_movement_once")
        ]
        indexes = (*LedgerMovement.Meta.indexes, models.Index(fields=["total", "-id"], name="stock_movement_by_bucket"))

    def __str__(self) -> str:
        return f"{self.purpose} {self.on_hand} by {self.source_type} {self.source_id}"


class BinStock(GuardedTotal):
    """What lies in one bin.

    The sellable bins of a warehouse add up to the bucket's on hand. ``assigned`` is chosen for picks.
    """

    bin = models.ForeignKey("inventory.Bin", on_delete=models.PROTECT, related_name="stock")
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="bin_stock")
    quantity = models.DecimalField(max_digits=18, decimal_places=6, db_default=0)
    assigned = models.DecimalField(max_digits=18, decimal_places=6, db_default=0)
    negative_allowed = models.BooleanField(db_default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "bin", "product"], name="bin_stock_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0) | Q(negative_allowed=True),
                name="bin_quantity_not_negative",
                violation_error_message="There is not that much in the bin.",
            ),
            models.CheckConstraint(
                condition=Q(assigned__gte=0) & (Q(assigned__lte=F("quantity")) | Q(negative_allowed=True)),
                name="bin_assigned_within_quantity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} in bin {self.bin_id}: {self.quantity}"


class BinMovement(LedgerMovement):
    """One change of a bin's content, or of what is assigned to picks there."""

    total = models.ForeignKey(BinStock, on_delete=models.PROTECT, related_name="movements")
    quantity = QuantityField()
    assigned = QuantityField()

    class Meta(LedgerMovement.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source_type", "source_id", "purpose", "total"], name="bin_movement_once")
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.quantity} by {self.source_type} {self.source_id}"


@row_history(from_insert=False)
class StockAdjustment(Document):
    """A correction of stock with its reason:

    Damage, loss, find. Physical truth always posts; promises that break are reported.
    """

    kind = "stock_adjustment"
    prefix = "SA"
    transitions = ADJUSTMENT_TRANSITIONS

    status = models.CharField(max_length=8, choices=PostedStatus, default=PostedStatus.DRAFT)
    warehouse = models.ForeignKey("inventory.Warehouse", on_delete=models.PROTECT, related_name="adjustments")
    reason = models.CharField(max_length=200)
    posted_at = models.DateTimeField(null=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "number"], name="stock_adjustment_number_once"),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(posted_at__isnull=False), name="stock_adjustment_posted_has_time"
            ),
        ]
        triggers: ClassVar = [
            legal_transitions(ADJUSTMENT_TRANSITIONS),
            frozen_once(pgtrigger.Q(old__status="posted")),
            never_deleted(pgtrigger.Q(old__status="posted")),
        ]
        permissions: ClassVar = [("adjust_stock", "Adjust stock")]


@row_history()
class StockAdjustmentLine(models.Model):
    """So much more (above zero) or less of one product, at a unit cost when more."""

    adjustment = models.ForeignKey(StockAdjustment, on_delete=models.PROTECT, related_name="lines")
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    bin = models.ForeignKey("inventory.Bin", on_delete=models.PROTECT, related_name="+")
    quantity = QuantityField()
    value = LedgerAmountField(default=0)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(quantity=0), name="adjustment_line_is_not_zero")]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.quantity}"
