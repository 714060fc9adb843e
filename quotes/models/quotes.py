"""Quotes: an offer in versions; what was sent is never changed."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from core.audit.history import row_history
from core.models import Document
from core.money import CurrencyCodeField, DocumentMoneyField, LedgerAmountField, QuantityField, UnitPriceField
from core.triggers import frozen_once, legal_transitions, never_deleted
from quotes.states import QUOTE_TRANSITIONS, QuoteStatus


@row_history()
class Quote(Document):
    """An offer to an account. Its content is in versions; the newest one is the one that can be sent and accepted."""

    kind = "quote"
    prefix = "Q"
    transitions = QUOTE_TRANSITIONS

    status = models.CharField(max_length=8, choices=QuoteStatus, default=QuoteStatus.DRAFT)
    account = models.ForeignKey("catalog.Account", on_delete=models.PROTECT, related_name="quotes")
    warehouse = models.ForeignKey("inventory.Warehouse", on_delete=models.PROTECT, related_name="quotes")
    customer_reference = models.CharField(max_length=60, blank=True, default="")
    salesperson = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="quotes", null=True, blank=True
    )
    valid_until = models.DateField()
    acceptance_token_hash = models.CharField(max_length=64, blank=True, default="")
    loss_reason = models.CharField(max_length=200, blank=True, default="")
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    accepted_name = models.CharField(max_length=120, blank=True, default="")
    accepted_ip = models.GenericIPAddressField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "number"], name="quote_number_once"),
            models.CheckConstraint(
                condition=~Q(status="accepted") | Q(accepted_at__isnull=False), name="quote_accepted_has_time"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "status", "-id"], name="quote_by_status")]
        triggers: ClassVar = [
            legal_transitions(QUOTE_TRANSITIONS),
            never_deleted(~pgtrigger.Q(old__status="draft")),
        ]
        permissions: ClassVar = [
            ("enter_quote", "Enter and edit quotes"),
            ("send_quote", "Send quotes"),
            ("accept_quote", "Record the acceptance of a quote"),
            ("see_quotes", "See quotes"),
        ]


@row_history()
class QuoteVersion(models.Model):
    """One state of the offer. Frozen when it is sent; a change after that is the next version."""

    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveSmallIntegerField()
    currency = CurrencyCodeField()
    net = DocumentMoneyField()
    tax = DocumentMoneyField()
    gross = DocumentMoneyField()
    is_sent = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["quote", "number"], name="quote_version_once"),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="quote_version_gross_is_net_plus_tax"),
        ]
        triggers: ClassVar = [
            frozen_once(pgtrigger.Q(old__is_sent=True)),
            never_deleted(pgtrigger.Q(old__is_sent=True)),
        ]

    def __str__(self) -> str:
        return f"{self.quote_id} v{self.number}"


def _frozen_when_sent(
    name: str, operation: pgtrigger.Operation, *rows: str, condition: pgtrigger.Condition | None = None
) -> pgtrigger.Trigger:
    """Refuse what changes the lines of a version that a customer has, but for the hold that is kept for them."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=operation,
        condition=condition,
        func="IF EXISTS (SELECT FROM quotes_quoteversion WHERE is_sent AND id IN"
        f" ({', '.join(f'{row}.version_id' for row in rows)})) THEN"
        " RAISE EXCEPTION 'this version was sent and does not change; revise the quote'"
        " USING ERRCODE = '23514', CONSTRAINT = 'frozen_kept_rule';"
        f" END IF; RETURN {rows[-1]};",
    )


@row_history(leave_out=["price_trace", "commitment"])
class QuoteLine(models.Model):
    """One offered line. Alternative and optional lines are shown but not summed."""

    class Kind(models.TextChoices):
        OFFERED = "offered", "Offered"
        ALTERNATIVE = "alternative", "Alternative"
        OPTIONAL = "optional", "Option"

    version = models.ForeignKey(QuoteVersion, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=11, choices=Kind, default=Kind.OFFERED)
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="quote_lines")
    description = models.CharField(max_length=160)
    sales_quantity = QuantityField()
    sales_unit = models.CharField(max_length=8)
    unit_numerator = models.PositiveIntegerField(default=1)
    unit_denominator = models.PositiveIntegerField(default=1)
    quantity = QuantityField()
    requested_on = models.DateField()
    currency = CurrencyCodeField()
    unit_price = UnitPriceField()
    price_unit = models.PositiveIntegerField(default=1)
    manual_price = models.BooleanField(default=False)
    discount = DocumentMoneyField()
    net = DocumentMoneyField()
    tax = DocumentMoneyField()
    gross = DocumentMoneyField()
    tax_code = models.CharField(max_length=12, default="")
    tax_percent = models.DecimalField(max_digits=7, decimal_places=4, default=0)
    cost = LedgerAmountField(default=0)
    price_trace = models.JSONField(default=list)
    commitment = models.OneToOneField(
        "inventory.Commitment", on_delete=models.PROTECT, related_name="quote_line", null=True
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "position"], name="quote_line_position_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="quote_line_quantity_positive"),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="quote_line_gross_is_net_plus_tax"),
        ]
        triggers: ClassVar = [
            _frozen_when_sent(
                "changed_when_sent",
                pgtrigger.Update,
                "OLD",
                "NEW",
                condition=pgtrigger.AnyChange(exclude=["commitment"]),
            ),
            _frozen_when_sent("added_when_sent", pgtrigger.Insert, "NEW"),
            _frozen_when_sent("deleted_when_sent", pgtrigger.Delete, "OLD"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} line {self.position}"
