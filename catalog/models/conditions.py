"""Condition records: every price, discount and surcharge of the condition technique."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Q

from core.audit.history import row_history
from core.money import CurrencyCodeField, QuantityField, UnitPriceField


@row_history()
class PriceList(models.Model):
    """A named set of condition records of one company and currency that is maintained together."""

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=24)
    name = models.CharField(max_length=80)
    currency = CurrencyCodeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "code"],
                name="price_list_code_once",
                violation_error_message="There is already a price list with this code.",
            )
        ]
        permissions: ClassVar = [("maintain_price", "Create and change prices and discounts")]

    def __str__(self) -> str:
        return self.name


@row_history()
class ConditionRecord(models.Model):
    """One agreed figure for one key, valid over a half-open range of days.

    Overlap on the same key is refused by the database. ``key`` is canonical text (condition type, access, key values,
    currency, unit), never null, because a NULL key column would defeat the exclusion. ``key_values``
    holds the ids in the order of the access's fields. Written only by ``catalog.services.set_conditions``. ``rate`` is
    a percentage, or money per ``price_unit`` of ``unit``; six places, not rounded.
    """

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+")
    price_list = models.ForeignKey(PriceList, on_delete=models.PROTECT, related_name="records", null=True, blank=True)
    condition_type = models.CharField(max_length=12)
    access = models.CharField(max_length=32)
    key = models.CharField(max_length=160)
    key_values = models.JSONField()
    account = models.ForeignKey("catalog.Account", on_delete=models.CASCADE, related_name="conditions", null=True)
    price_group = models.ForeignKey(
        "catalog.PriceGroup", on_delete=models.CASCADE, related_name="conditions", null=True
    )
    product = models.ForeignKey(
        "catalog.Product", on_delete=models.CASCADE, related_name="conditions", null=True, db_index=False
    )
    agreement_line_id = models.BigIntegerField(null=True)
    calculation = models.CharField(max_length=16)
    rate = UnitPriceField()
    currency = models.CharField(max_length=3, blank=True, default="")
    unit = models.CharField(max_length=8, blank=True, default="")
    price_unit = models.PositiveIntegerField(default=1)
    valid = DateRangeField()
    excludes_promotions = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="condition_record_does_not_overlap",
                expressions=[("key", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
                violation_error_message="There is already a price or discount for this key in this period.",
            ),
            models.CheckConstraint(
                condition=Q(rate__gte=0),
                name="condition_rate_not_negative",
                violation_error_message="A price or discount must not be negative.",
            ),
            models.CheckConstraint(condition=Q(price_unit__gt=0), name="condition_price_unit_positive"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["key"], name="condition_by_key"),
            models.Index(fields=["agreement_line_id"], name="condition_by_agreement"),
            models.Index(fields=["product", "account"], name="condition_by_product"),
            models.Index(fields=["account"], condition=Q(product__isnull=True), name="condition_for_all_products"),
            GistIndex(fields=["valid"], name="condition_by_validity"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.rate}"


@row_history()
class ConditionScale(models.Model):
    """From this quantity on (in the record's unit) this rate holds for the whole quantity."""

    record = models.ForeignKey(ConditionRecord, on_delete=models.CASCADE, related_name="scale", db_index=False)
    start = QuantityField()
    rate = UnitPriceField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record", "start"], name="condition_scale_start_once"),
            models.CheckConstraint(condition=Q(start__gte=0) & Q(rate__gte=0), name="condition_scale_not_negative"),
        ]

    def __str__(self) -> str:
        return f"from {self.start}: {self.rate}"
