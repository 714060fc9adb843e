"""What the customer was told: schedule lines, and every promise that was ever made."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from core.append_only import AppendOnly
from core.money import QuantityField


class ScheduleLine(models.Model):
    """A dated quantity of an order line: the promise as it stands. Without date it is "No supply" and leans on nothing.

    ``quantity - cancelled`` is what is promised, ``shipped`` how much of it left. The commitment below carries the
    pegs.
    """

    order_line = models.ForeignKey(
        "orders.OrderLine", on_delete=models.CASCADE, related_name="schedule", db_index=False
    )
    position = models.PositiveIntegerField()
    quantity = QuantityField()
    cancelled = QuantityField(default=0)
    shipped = QuantityField(default=0)
    delivering = QuantityField(default=0)  # on deliveries that have not left yet
    ship_on = models.DateField(null=True)
    deliver_on = models.DateField(null=True)
    first_ship_on = models.DateField(null=True)
    warehouse = models.ForeignKey(
        "inventory.Warehouse", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    commitment = models.OneToOneField(
        "inventory.Commitment", on_delete=models.PROTECT, related_name="schedule_line", null=True
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order_line", "position"], name="schedule_line_position_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, cancelled__gte=0, shipped__gte=0, delivering__gte=0),
                name="schedule_line_quantities_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(ship_on__isnull=True, commitment__isnull=True)
                | Q(ship_on__isnull=False, commitment__isnull=False, warehouse__isnull=False)
                | Q(cancelled=F("quantity")),
                name="schedule_line_dated_leans_on_supply",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["warehouse", "ship_on"], name="schedule_line_due")]

    def __str__(self) -> str:
        return f"{self.quantity} on {self.ship_on or 'no date'}"


class PromiseEvent(AppendOnly):
    """One promise or change of it: who or what told the customer what, and why. The first one measures on-time."""

    order_line = models.ForeignKey(
        "orders.OrderLine", on_delete=models.PROTECT, related_name="promise_events", db_index=False
    )
    quantity = QuantityField()
    ship_on = models.DateField(null=True)
    previous_ship_on = models.DateField(null=True)
    is_first = models.BooleanField(default=False)
    cause = models.CharField(max_length=32)
    leans_on = models.CharField(max_length=200, blank=True, default="")
    reason = models.CharField(max_length=500, blank=True, default="")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta(AppendOnly.Meta):
        indexes = (*AppendOnly.Meta.indexes, models.Index(fields=["order_line", "id"], name="promise_event_by_line"))

    def __str__(self) -> str:
        return f"line {self.order_line_id}: {self.quantity} on {self.ship_on}"
