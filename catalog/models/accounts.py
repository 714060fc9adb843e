"""Whom we trade with: accounts are group-wide, what is agreed with them is per company."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from core.audit.history import row_history
from core.money import CurrencyCodeField


@row_history()
class PriceGroup(models.Model):
    """Accounts that buy at the same prices."""

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name


@row_history()
class PaymentTerms(models.Model):
    """When an invoice is due, and what paying early earns. Days count from the invoice date."""

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=60)
    net_days = models.PositiveSmallIntegerField(default=30)
    discount_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    discount_days = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "payment terms"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(discount_percent__range=(0, 100)), name="terms_discount_is_a_percentage"
            ),
            models.CheckConstraint(condition=Q(discount_days__lte=F("net_days")), name="terms_discount_before_due"),
        ]

    def __str__(self) -> str:
        return self.name


@row_history()
class Account(models.Model):
    """A business partner, customer or supplier or both, in every company of the group."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        BLOCKED = "blocked", "Blocked"
        CLOSED = "closed", "Closed"

    code = models.CharField(max_length=24)
    name = models.CharField(max_length=160)
    is_customer = models.BooleanField(default=True)
    is_supplier = models.BooleanField(default=False)
    status = models.CharField(max_length=8, choices=Status, default=Status.ACTIVE)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, related_name="children", null=True, blank=True)
    currency = CurrencyCodeField()
    country = models.CharField(max_length=2)
    language = models.CharField(max_length=8, default="en")
    tax_number = models.CharField(max_length=24, blank=True, default="")
    tax_class = models.CharField(max_length=12, default="domestic")
    price_group = models.ForeignKey(
        PriceGroup, on_delete=models.PROTECT, related_name="accounts", null=True, blank=True
    )
    email = models.EmailField(blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    created_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                Upper("code"),
                name="account_code_once",
                violation_error_message="There is already an account with this code.",
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="account_is_not_its_own_parent"),
        ]
        indexes: ClassVar = [GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="account_name_trigrams")]
        permissions: ClassVar = [("maintain_account", "Create and change accounts")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


@row_history()
class AccountInCompany(models.Model):
    """What one company agreed with an account: terms, delivery policy, who looks after it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="in_companies", db_index=False)
    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+")
    terms = models.ForeignKey(PaymentTerms, on_delete=models.PROTECT, related_name="+")
    ships_complete = models.BooleanField(default=False)
    accepts_substitutes = models.BooleanField(default=False)
    over_delivery_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    salesperson = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="accounts", null=True, blank=True
    )

    class Meta:
        verbose_name_plural = "accounts in companies"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "company"], name="account_once_in_company"),
            models.CheckConstraint(
                condition=Q(over_delivery_percent__range=(0, 100)), name="account_over_delivery_is_a_percentage"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} in {self.company_id}"


@row_history()
class Address(models.Model):
    """A place of an account. Documents keep a copy of its text, so that a correction never rewrites history."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="addresses")
    name = models.CharField(max_length=120)
    street = models.CharField(max_length=160)
    town = models.CharField(max_length=80)
    region = models.CharField(max_length=80, blank=True, default="")
    postcode = models.CharField(max_length=16, blank=True, default="")
    country = models.CharField(max_length=2)
    is_default_ship_to = models.BooleanField(default=False)
    is_default_bill_to = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "addresses"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(is_default_ship_to=True), name="account_has_one_default_ship_to"
            ),
            models.UniqueConstraint(
                fields=["account"], condition=Q(is_default_bill_to=True), name="account_has_one_default_bill_to"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.town}"

    @property
    def lines(self) -> list[str]:
        """The address as it is printed, empty parts left out."""
        town = " ".join(part for part in (self.postcode, self.town) if part)
        return [part for part in (self.name, self.street, town, self.region, self.country) if part]


@row_history()
class Contact(models.Model):
    """A person at an account."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    role = models.CharField(max_length=60, blank=True, default="")

    def __str__(self) -> str:
        return self.name
