"""Sales facts by day, account, product and salesperson: rolled up every night, read by dashboards."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class SalesDay(models.Model):
    """What one company sold of one product to one account on one day, in functional currency.

    Written only by ``analytics.services.roll_up``, which replaces whole days: rolling up again changes nothing.
    """

    company = models.ForeignKey("core.Company", on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    account = models.ForeignKey("catalog.Account", on_delete=models.CASCADE, related_name="+")
    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="+", null=True)
    salesperson = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", null=True)
    booked_list = models.DecimalField(max_digits=19, decimal_places=4)
    booked_net = models.DecimalField(max_digits=19, decimal_places=4)
    booked_cost = models.DecimalField(max_digits=19, decimal_places=4)
    billed_net = models.DecimalField(max_digits=19, decimal_places=4)
    billed_cost = models.DecimalField(max_digits=19, decimal_places=4)
    rebate_accrued = models.DecimalField(max_digits=19, decimal_places=4)
    lines_shipped = models.PositiveIntegerField()
    lines_on_time = models.PositiveIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["company", "day"], name="sales_day_by_company")]
        permissions: ClassVar = [
            ("see_performance", "See sales performance"),
            ("set_targets", "Set sales targets"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.booked_net}"


class RollUp(models.Model):
    """Up to which day (not included) a company's facts are rolled up; later days are read live."""

    company = models.OneToOneField("core.Company", on_delete=models.CASCADE, related_name="+")
    rolled_until = models.DateField()
    rolled_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.company_id} until {self.rolled_until}"
