"""Invoices and credit notes: one table, because they are one law; ``direction`` says which way the money goes."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from billing.states import INVOICE_TRANSITIONS, InvoiceStatus, PaymentState
from core.append_only import AppendOnly
from core.audit.history import row_history
from core.models import Document
from core.money import CurrencyCodeField, DocumentMoneyField, LedgerAmountField, QuantityField, UnitPriceField
from core.triggers import frozen_once, legal_transitions, never_deleted

DERIVED = ("payment_state", "version", "changed_at", "changed_by", "status", "reversed_at", "reversed_by")


@row_history(leave_out=["payment_state"], from_insert=False)
class Invoice(Document):
    """A bill or a credit note. Immutable once posted; what it says equals what was posted to the ledger.

    Amounts are positive in both directions. ``number`` is gapless per company, direction and fiscal year. Tax is summed
    per group and then rounded (EN 16931 BR-CO-17); lines carry their share, so that lines = groups = totals.
    """

    class Direction(models.TextChoices):
        INVOICE = "invoice", "Invoice"
        CREDIT = "credit", "Credit note"

    kind = "invoice"
    prefix = "INV"
    transitions = INVOICE_TRANSITIONS

    direction = models.CharField(max_length=7, choices=Direction, default=Direction.INVOICE)
    status = models.CharField(max_length=8, choices=InvoiceStatus, default=InvoiceStatus.DRAFT)
    payment_state = models.CharField(max_length=4, choices=PaymentState, default=PaymentState.OPEN)
    account = models.ForeignKey("catalog.Account", on_delete=models.PROTECT, related_name="invoices", db_index=False)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="invoices", null=True)
    credits = models.ForeignKey("self", on_delete=models.PROTECT, related_name="credit_notes", null=True)
    rma = models.ForeignKey("fulfillment.Return", on_delete=models.PROTECT, related_name="credit_notes", null=True)
    terms = models.ForeignKey("catalog.PaymentTerms", on_delete=models.PROTECT, related_name="+")
    bill_to = models.TextField(blank=True, default="")
    customer_reference = models.CharField(max_length=60, blank=True, default="")
    tax_point_on = models.DateField()
    due_on = models.DateField()
    price_basis = models.CharField(max_length=5, default="net")
    net = DocumentMoneyField()
    tax = DocumentMoneyField()
    gross = DocumentMoneyField()
    fx_rate = models.DecimalField(max_digits=24, decimal_places=12, default=1)
    fx_date = models.DateField(null=True)
    reason = models.CharField(max_length=200, blank=True, default="")
    import_key = models.CharField(max_length=80, null=True, blank=True)
    posted_at = models.DateTimeField(null=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    reversed_at = models.DateTimeField(null=True)
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "number"], name="invoice_number_once"),
            models.UniqueConstraint(
                fields=["company", "import_key"],
                name="invoice_import_key_once",
                violation_error_message="A document with this import key was posted before. Nothing was changed.",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", number__isnull=True)
                | (~Q(status="draft") & Q(number__isnull=False, posted_at__isnull=False)),
                name="invoice_posted_has_number",
            ),
            models.CheckConstraint(
                condition=Q(gross=F("net") + F("tax")),
                name="invoice_gross_is_net_plus_tax",
            ),
            models.CheckConstraint(
                condition=Q(direction="invoice") | ~Q(reason=""),
                name="credit_note_has_reason",
                violation_error_message="A credit note needs a reason.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "-id"], name="invoice_newest"),
            models.Index(fields=["company", "payment_state", "due_on"], name="invoice_by_due_date"),
            models.Index(fields=["account", "-id"], name="invoice_by_account"),
        ]
        triggers: ClassVar = [
            legal_transitions(INVOICE_TRANSITIONS),
            frozen_once(~pgtrigger.Q(old__status="draft"), except_fields=DERIVED),
            never_deleted(~pgtrigger.Q(old__status="draft")),
        ]
        permissions: ClassVar = [
            ("post_invoice", "Post invoices"),
            ("credit_invoice", "Post credit notes"),
            ("reverse_invoice", "Reverse invoices"),
            ("see_invoices", "See invoices"),
        ]

    @property
    def number_prefix(self) -> str:
        """Invoices and credit notes have their own gapless series."""
        return "CN" if self.direction == self.Direction.CREDIT else self.prefix

    @property
    def title(self) -> str:
        """How sentences name it."""
        return f"{self.get_direction_display()} {self.number or 'without number'}"


class InvoiceLine(AppendOnly):
    """One billed line:

    Of a delivery (goods), an order (services, fees) or a return (credit). Written with its invoice, never changed.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveIntegerField()
    product = models.ForeignKey(
        "catalog.Product", on_delete=models.PROTECT, related_name="invoice_lines", null=True, db_index=False
    )
    order_line = models.ForeignKey(
        "orders.OrderLine", on_delete=models.PROTECT, related_name="invoice_lines", null=True
    )
    delivery_line = models.ForeignKey(
        "fulfillment.DeliveryLine", on_delete=models.PROTECT, related_name="invoice_lines", null=True
    )
    return_line = models.ForeignKey(
        "fulfillment.ReturnLine", on_delete=models.PROTECT, related_name="invoice_lines", null=True, db_index=False
    )
    credited_line = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="credit_lines", null=True, db_index=False
    )
    description = models.CharField(max_length=200)
    quantity = QuantityField()  # stock unit; zero for value-only credits
    sales_quantity = QuantityField()
    sales_unit = models.CharField(max_length=8)
    currency = CurrencyCodeField()
    unit_price = UnitPriceField()
    price_unit = models.PositiveIntegerField(default=1)
    discount = DocumentMoneyField()
    net = DocumentMoneyField()
    tax = DocumentMoneyField()
    gross = DocumentMoneyField()
    tax_code = models.CharField(max_length=12)
    tax_percent = models.DecimalField(max_digits=7, decimal_places=4)
    posting_group = models.CharField(max_length=24, default="goods")
    cost = LedgerAmountField(default=0)

    class Meta(AppendOnly.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_position_once"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="invoice_line_quantity_not_negative"),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="invoice_line_gross_is_net_plus_tax"),
        ]
        indexes = (
            *AppendOnly.Meta.indexes,
            models.Index(fields=["product"], name="invoice_line_by_product"),
            models.Index(fields=["return_line"], condition=Q(return_line__isnull=False), name="invoice_line_by_return"),
            models.Index(
                fields=["credited_line"], condition=Q(credited_line__isnull=False), name="invoice_line_credits"
            ),
        )

    def __str__(self) -> str:
        return f"{self.invoice_id} line {self.position}"


class InvoiceTaxGroup(AppendOnly):
    """Base and tax of one tax code and rate on an invoice: rounded once per group."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="tax_groups", db_index=False)
    tax_code = models.CharField(max_length=12)
    tax_percent = models.DecimalField(max_digits=7, decimal_places=4)
    kind = models.CharField(max_length=2, default="S")
    reason = models.CharField(max_length=160, blank=True, default="")
    currency = CurrencyCodeField()
    base = DocumentMoneyField()
    tax = DocumentMoneyField()

    class Meta(AppendOnly.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invoice", "tax_code", "tax_percent"], name="invoice_tax_group_once")
        ]

    def __str__(self) -> str:
        return f"{self.tax_code} {self.tax_percent} %"


class InvoiceFile(AppendOnly):
    """The PDF as it was issued: rendered once by a worker, kept with its hash, served byte for byte ever after."""

    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="file")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=40, default="application/pdf")
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta(AppendOnly.Meta):
        pass

    def __str__(self) -> str:
        return f"PDF of {self.invoice_id}"
