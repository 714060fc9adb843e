"""Coupons and their guarded use."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from core.audit.history import row_history
from core.models import GuardedTotal, LedgerMovement
from core.money import CurrencyCodeField, LedgerAmountField


@row_history()
class Coupon(models.Model):
    """A code that takes a percentage or an amount off an order. Uses are limited in all and per account."""

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=24)
    name = models.CharField(max_length=80)
    currency = CurrencyCodeField()
    percent_off = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    amount_off = LedgerAmountField(null=True, blank=True)
    minimum_order_net = LedgerAmountField(default=0)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    most_uses = models.PositiveIntegerField(null=True, blank=True)
    most_uses_per_account = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "company",
                Upper("code"),
                name="coupon_code_once",
                violation_error_message="There is already a coupon with this code.",
            ),
            models.CheckConstraint(
                condition=Q(percent_off__isnull=False, amount_off__isnull=True, percent_off__gt=0, percent_off__lte=100)
                | Q(percent_off__isnull=True, amount_off__isnull=False, amount_off__gt=0),
                name="coupon_has_one_benefit",
                violation_error_message="A coupon gives either a percentage up to 100 or an amount.",
            ),
        ]
        permissions: ClassVar = [("maintain_coupon", "Create and change coupons")]

    def __str__(self) -> str:
        return self.code


class CouponTotal(GuardedTotal):
    """How often a coupon was used: by everybody (``account_id`` 0) and by one account.

    Never above its ceiling (I1, promotion).
    """

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="totals")
    account_id = models.BigIntegerField(default=0)
    uses = models.DecimalField(max_digits=18, decimal_places=6, db_default=0)
    ceiling = models.DecimalField(max_digits=18, decimal_places=6, null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "coupon", "account_id"], name="coupon_total_once"),
            models.CheckConstraint(condition=Q(uses__gte=0), name="coupon_uses_not_negative"),
            models.CheckConstraint(
                condition=Q(ceiling__isnull=True) | Q(uses__lte=F("ceiling")),
                name="coupon_uses_within_ceiling",
                violation_error_message="This coupon has been used up.",
            ),
        ]

    def __str__(self) -> str:
        return f"coupon {self.coupon_id} account {self.account_id}: {self.uses}"


class CouponMovement(LedgerMovement):
    """One use of a coupon, or its return."""

    total = models.ForeignKey(CouponTotal, on_delete=models.PROTECT, related_name="movements")
    uses = models.DecimalField(max_digits=18, decimal_places=6)

    class Meta(LedgerMovement.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source_type", "source_id", "purpose", "total"], name="coupon_movement_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_type} {self.source_id}: {self.uses}"
