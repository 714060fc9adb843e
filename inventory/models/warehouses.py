"""Where stock is."""

from typing import ClassVar

from django.db import models

from core.audit.history import row_history


@row_history()
class Warehouse(models.Model):
    """A place of one company from which goods are promised and shipped. Its dates are in its own zone."""

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="warehouses", db_index=False)
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=80)
    time_zone = models.CharField(max_length=64)
    country = models.CharField(max_length=2)
    address = models.TextField(blank=True, default="")
    allows_negative_stock = models.BooleanField(default=False)
    rank = models.PositiveSmallIntegerField(default=1)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "code"],
                name="warehouse_code_once",
                violation_error_message="There is already a warehouse with this code.",
            )
        ]
        permissions: ClassVar = [("maintain_warehouse", "Create and change warehouses and bins")]

    def __str__(self) -> str:
        return self.name


@row_history()
class Bin(models.Model):
    """A storage place in a warehouse. ``path`` orders the walk of a picker."""

    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="bins", db_index=False)
    code = models.CharField(max_length=16)
    path = models.PositiveIntegerField(default=0)
    is_sellable = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["warehouse", "code"], name="bin_code_once"),
            models.UniqueConstraint(
                fields=["warehouse"], condition=models.Q(is_default=True), name="warehouse_has_one_default_bin"
            ),
        ]

    def __str__(self) -> str:
        return self.code


@row_history()
class TransitTime(models.Model):
    """Calendar days from a warehouse to a country;

    The schedule line's delivery date is its shipping date plus these.
    """

    warehouse = models.ForeignKey(Warehouse, on_delete=models.CASCADE, related_name="transit_times", db_index=False)
    country = models.CharField(max_length=2)
    days = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["warehouse", "country"], name="transit_time_once")]

    def __str__(self) -> str:
        return f"{self.warehouse_id} to {self.country}: {self.days} d"
