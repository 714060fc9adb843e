"""What is taken from supply: commitments, and the pegs that say on which supply each leans."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from core.money import QuantityField


class Commitment(models.Model):
    """What an order, a quote hold or a transfer takes: a product, a warehouse, a quantity and the day it must ship.

    Above it stands a schedule line, which points down to it. ``quantity`` is what was promised, ``fulfilled`` what was
    shipped; its open pegs add up to quantity - fulfilled while active. Written only by inventory's promising services.
    """

    class Kind(models.TextChoices):
        ORDER = "order", "Order"
        HOLD = "hold", "Quote hold"
        TRANSFER = "transfer", "Transfer"

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        FULFILLED = "fulfilled", "Fulfilled"
        RELEASED = "released", "Released"

    # Who looks for commitments of a product looks for active ones: a promise writes as few indexes as possible.
    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+", db_index=False)
    warehouse = models.ForeignKey(
        "inventory.Warehouse", on_delete=models.PROTECT, related_name="commitments", db_index=False
    )
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="commitments", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.ORDER)
    status = models.CharField(max_length=9, choices=Status, default=Status.ACTIVE)
    quantity = QuantityField()
    fulfilled = QuantityField(default=0)
    ship_on = models.DateField()
    wanted_on = models.DateField()
    reference = models.CharField(max_length=40, default="", blank=True)
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, fulfilled__gte=0, fulfilled__lte=F("quantity")),
                name="commitment_fulfilled_within_quantity",
            ),
            models.CheckConstraint(
                condition=~Q(status="fulfilled") | Q(fulfilled=F("quantity")), name="commitment_fulfilled_is_whole"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["warehouse", "product", "ship_on"], condition=Q(status="active"), name="commitment_active"
            ),
            models.Index(
                fields=["expires_at"],
                condition=Q(status="active", expires_at__isnull=False),
                name="commitment_expiring",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.quantity} of {self.product_id} on {self.ship_on}"


class Peg(models.Model):
    """So much of a commitment leans on one supply: a bucket's stock, or one expected receipt. Zero pegs are deleted."""

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="pegs", db_index=False)
    bucket = models.ForeignKey("inventory.StockBucket", on_delete=models.PROTECT, related_name="pegs", null=True)
    receipt = models.ForeignKey("inventory.ReceiptTotal", on_delete=models.PROTECT, related_name="pegs", null=True)
    quantity = QuantityField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="peg_positive"),
            models.CheckConstraint(
                condition=Q(bucket__isnull=False, receipt__isnull=True) | Q(bucket__isnull=True, receipt__isnull=False),
                name="peg_leans_on_one_supply",
            ),
            models.UniqueConstraint(fields=["commitment", "bucket"], name="peg_once_per_bucket"),
            models.UniqueConstraint(fields=["commitment", "receipt"], name="peg_once_per_receipt"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} for commitment {self.commitment_id}"
