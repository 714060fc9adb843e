"""Money that came in, and every message of a payment provider, stored once."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.append_only import AppendOnly
from core.audit.history import row_history
from core.models import Document
from core.money import DocumentMoneyField
from core.triggers import frozen_once, legal_transitions, never_deleted
from payments.states import PAYMENT_TRANSITIONS, PaymentStatus


@row_history()
class Payment(Document):
    """A receipt from an account. Received, it is a counter-claim in the subledger until it is applied."""

    class Method(models.TextChoices):
        BANK = "bank", "Bank transfer"
        CARD = "card", "Card"
        CASH = "cash", "Cash"

    kind = "payment"
    prefix = "PAY"
    transitions = PAYMENT_TRANSITIONS

    status = models.CharField(max_length=8, choices=PaymentStatus, default=PaymentStatus.PENDING)
    account = models.ForeignKey("catalog.Account", on_delete=models.PROTECT, related_name="payments", db_index=False)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="payments", null=True)
    invoice = models.ForeignKey("billing.Invoice", on_delete=models.PROTECT, related_name="payments", null=True)
    method = models.CharField(max_length=4, choices=Method, default=Method.BANK)
    amount = DocumentMoneyField()
    fx_rate = models.DecimalField(max_digits=24, decimal_places=12, default=1)
    fx_date = models.DateField(null=True)
    reference = models.CharField(max_length=60, blank=True, default="")
    provider = models.CharField(max_length=16, blank=True, default="")
    provider_reference = models.CharField(max_length=80, null=True, blank=True)
    import_key = models.CharField(max_length=80, null=True, blank=True)
    received_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "number"], name="payment_number_once"),
            models.UniqueConstraint(
                fields=["provider", "provider_reference"],
                name="payment_provider_reference_once",
                violation_error_message="This payment of the provider was booked before. Nothing was booked twice.",
            ),
            models.UniqueConstraint(
                fields=["company", "import_key"],
                name="payment_import_key_once",
                violation_error_message="A payment with this import key was booked before. Nothing was booked twice.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="payment_amount_positive",
                violation_error_message="A payment must be greater than zero.",
            ),
            models.CheckConstraint(
                condition=~Q(status="received") | Q(received_at__isnull=False), name="payment_received_has_time"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "-id"], name="payment_newest"),
            models.Index(fields=["account", "-id"], name="payment_by_account"),
        ]
        triggers: ClassVar = [
            legal_transitions(PAYMENT_TRANSITIONS),
            frozen_once(
                pgtrigger.Q(old__status="received"), except_fields=("status", "version", "changed_at", "changed_by")
            ),
            never_deleted(),
        ]
        permissions: ClassVar = [
            ("receive_payment", "Enter and apply payments"),
            ("reverse_payment", "Reverse payments"),
            ("see_payments", "See payments"),
        ]


class ProviderEvent(AppendOnly):
    """One message of a provider as it arrived, stored once by its id before anything is done with it (I10)."""

    provider = models.CharField(max_length=16)
    event_id = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    payload = models.JSONField()
    received_at = models.DateTimeField(db_default=Now())

    class Meta(AppendOnly.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "event_id"], name="provider_event_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id} {self.kind}"
