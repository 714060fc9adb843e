"""What the local gateway simulator keeps: the outside world of a provider, so that the whole flow runs offline."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.money import CurrencyCodeField, DocumentMoneyField


class SimulatedPayment(models.Model):
    """A payment as the simulated provider knows it. Our own books are ``Payment``; they ask here."""

    class State(models.TextChoices):
        PENDING = "pending", "Pending"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        REFUNDED = "refunded", "Refunded"

    reference = models.CharField(max_length=80, unique=True)
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)
    currency = CurrencyCodeField()
    amount = DocumentMoneyField()
    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("catalog.Account", on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="+", null=True)
    invoice = models.ForeignKey("billing.Invoice", on_delete=models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="simulated_payment_amount_positive")
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.state}"


class SimulatedCall(models.Model):
    """A message that the simulated provider has for our webhook. It waits until somebody delivers it: never, once or
    often, in any order.
    """

    payment = models.ForeignKey(SimulatedPayment, on_delete=models.CASCADE, related_name="calls")
    event_id = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=40)
    delivered_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.event_id} {self.kind}"
