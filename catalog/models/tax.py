"""Tax rates as the law sets them."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from core.audit.history import row_history


@row_history()
class TaxRate(models.Model):
    """The tax of one company's country for a tax category of goods and a tax class of accounts, over a range of days.

    ``code`` is what invoices and reports show; ``kind`` follows UNTDID 5305 (S standard, Z zero, E exempt, AE reverse
    charge, G export, K intra-community). ``reason`` is printed for anything but S.
    """

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=60)
    tax_category = models.CharField(max_length=12)
    tax_class = models.CharField(max_length=12)
    kind = models.CharField(max_length=2, default="S")
    percent = models.DecimalField(max_digits=7, decimal_places=4)
    reason = models.CharField(max_length=160, blank=True, default="")
    valid = DateRangeField()

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="tax_rate_does_not_overlap",
                expressions=[
                    ("company", RangeOperators.EQUAL),
                    ("tax_category", RangeOperators.EQUAL),
                    ("tax_class", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message="There is already a tax rate for this category and class in this period.",
            ),
            models.CheckConstraint(condition=Q(percent__range=(0, 100)), name="tax_rate_is_a_percentage"),
            models.CheckConstraint(
                condition=Q(kind="S") | Q(kind__in=["Z", "E", "AE", "K", "G"], percent=0),
                name="tax_rate_only_standard_has_percent",
                violation_error_message="Only a standard tax has a percentage; every other kind has none.",
            ),
        ]
        permissions: ClassVar = [("maintain_tax", "Create and change tax rates")]

    def __str__(self) -> str:
        return f"{self.code} {self.percent} %"
