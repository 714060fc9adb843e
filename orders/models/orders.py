"""Orders and their lines: what was asked for, at which price, and how far each quantity has come."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Now

from core.append_only import AppendOnly
from core.audit.history import row_history
from core.models import Document
from core.money import CurrencyCodeField, DocumentMoneyField, LedgerAmountField, QuantityField, UnitPriceField
from core.triggers import legal_transitions, never_deleted
from orders.states import ORDER_TRANSITIONS, BillingState, FulfillmentState, HoldKind, OrderStatus


@row_history(leave_out=["fulfillment_state", "billing_state"])
class Order(Document):
    """A customer's order. Draft until confirmed; then binding, and changed only by an ``OrderChange``.

    ``net``, ``tax`` and ``gross`` are the sums of the lines. ``ship_to`` is the address as it was agreed. ``fx_rate``
    is the rate to the company's functional currency on the business date.
    """

    kind = "order"
    prefix = "SO"
    transitions = ORDER_TRANSITIONS

    status = models.CharField(max_length=10, choices=OrderStatus, default=OrderStatus.DRAFT)
    account = models.ForeignKey("catalog.Account", on_delete=models.PROTECT, related_name="orders", db_index=False)
    customer_reference = models.CharField(max_length=60, blank=True, default="")
    requested_on = models.DateField()
    warehouse = models.ForeignKey("inventory.Warehouse", on_delete=models.PROTECT, related_name="orders")
    ship_to = models.TextField(blank=True, default="")
    ship_to_country = models.CharField(max_length=2, blank=True, default="")
    terms = models.ForeignKey("catalog.PaymentTerms", on_delete=models.PROTECT, related_name="+")
    salesperson = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="orders", null=True, blank=True
    )
    complete_only = models.BooleanField(default=False)
    prepaid = models.BooleanField(default=False)
    tax_class = models.CharField(max_length=12, default="domestic")
    price_basis = models.CharField(max_length=5, default="net")
    coupon = models.ForeignKey("catalog.Coupon", on_delete=models.PROTECT, related_name="orders", null=True, blank=True)
    quote_version = models.ForeignKey(
        "quotes.QuoteVersion", on_delete=models.PROTECT, related_name="orders", null=True, blank=True
    )
    fx_rate = models.DecimalField(max_digits=24, decimal_places=12, default=1)
    fx_date = models.DateField(null=True)
    net = DocumentMoneyField(default=None, null=True)
    tax = DocumentMoneyField(default=None, null=True)
    gross = DocumentMoneyField(default=None, null=True)
    fulfillment_state = models.CharField(max_length=8, choices=FulfillmentState, default=FulfillmentState.NOTHING)
    billing_state = models.CharField(max_length=8, choices=BillingState, default=BillingState.NOTHING)
    import_key = models.CharField(max_length=80, null=True, blank=True)
    note = models.TextField(blank=True, default="")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    completed_at = models.DateTimeField(null=True)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "number"], name="order_number_once"),
            models.UniqueConstraint(
                fields=["company", "import_key"],
                name="order_import_key_once",
                violation_error_message="This order was already imported.",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["confirmed", "completed"]) | Q(confirmed_at__isnull=False),
                name="order_confirmed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(gross__isnull=True) | Q(gross=F("net") + F("tax")), name="order_gross_is_net_plus_tax"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "-id"], name="order_newest"),
            models.Index(fields=["company", "status", "-id"], name="order_by_status"),
            models.Index(fields=["account", "-id"], name="order_by_account"),
            models.Index(fields=["company", "requested_on", "id"], name="order_by_requested"),
            models.Index(fields=["customer_reference"], name="order_by_customer_reference"),
        ]
        triggers: ClassVar = [
            legal_transitions(ORDER_TRANSITIONS),
            never_deleted(~pgtrigger.Q(old__status="draft")),
        ]
        permissions: ClassVar = [
            ("enter_order", "Enter and edit draft orders"),
            ("confirm_order", "Confirm orders"),
            ("change_order_after_confirm", "Change confirmed orders"),
            ("cancel_order", "Cancel orders"),
            ("hold_order", "Hold orders"),
            ("release_order", "Release held orders"),
            ("release_credit", "Release orders held for credit"),
            ("set_price", "Set prices by hand"),
            ("see_orders", "See orders"),
            ("maintain_credit", "Change credit limits"),
        ]


@row_history(leave_out=["cancelled", "shipped", "returned", "invoiced", "credited", "price_trace"])
class OrderLine(models.Model):
    """One line: the commercial quantity and price, and counters in the stock unit, each owned by one command.

    A component of a kit points at its header line and carries no price. ``open`` is generated. Prices have a price unit
    ("per 100"). Changed under the header's lock only.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_index=False)
    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveIntegerField()
    client_uuid = models.UUIDField(null=True)
    parent = models.ForeignKey("self", on_delete=models.CASCADE, related_name="components", null=True, db_index=False)
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="order_lines", db_index=False)
    product_kind = models.CharField(max_length=8)
    description = models.CharField(max_length=160)
    sales_quantity = QuantityField()
    sales_unit = models.CharField(max_length=8)
    unit_numerator = models.PositiveIntegerField(default=1)
    unit_denominator = models.PositiveIntegerField(default=1)
    ordered = QuantityField()
    cancelled = QuantityField(default=0)
    shipped = QuantityField(default=0)
    returned = QuantityField(default=0)
    invoiced = QuantityField(default=0)
    credited = QuantityField(default=0)
    over_delivery_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    open = models.GeneratedField(
        expression=Greatest(F("ordered") - F("cancelled") - F("shipped"), 0),
        output_field=models.DecimalField(max_digits=18, decimal_places=6),
        db_persist=True,
    )
    requested_on = models.DateField()
    contract_line = models.ForeignKey(
        "quotes.ContractLine", on_delete=models.PROTECT, related_name="order_lines", null=True, db_index=False
    )
    currency = CurrencyCodeField()
    unit_price = UnitPriceField(default=0)
    price_unit = models.PositiveIntegerField(default=1)
    list_price = UnitPriceField(null=True)
    manual_price = models.BooleanField(default=False)
    manual_discount_percent = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    discount = DocumentMoneyField()
    net = DocumentMoneyField()
    tax = DocumentMoneyField()
    gross = DocumentMoneyField()
    tax_code = models.CharField(max_length=12, default="")
    tax_percent = models.DecimalField(max_digits=7, decimal_places=4, default=0)
    cost = LedgerAmountField(default=0)  # functional currency, whole line, at the moment of pricing
    price_trace = models.JSONField(default=list)
    price_finding = models.CharField(
        max_length=20, blank=True, default=""
    )  # no_price, over_limit, no_tax: stops confirming
    note = models.CharField(max_length=200, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order", "position"], name="order_line_position_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(fields=["order", "client_uuid"], name="order_line_client_uuid_once"),
            models.CheckConstraint(
                condition=Q(
                    ordered__gte=0, cancelled__gte=0, shipped__gte=0, returned__gte=0, invoiced__gte=0, credited__gte=0
                ),
                name="order_line_counters_not_negative",
                violation_error_message="Quantities must not be negative.",
            ),
            models.CheckConstraint(
                condition=Q(shipped__lte=F("ordered") * (1 + F("over_delivery_percent") / 100)),
                name="order_line_shipped_within_tolerance",
                violation_error_message="More would be shipped than the order line allows.",
            ),
            models.CheckConstraint(
                condition=Q(returned__lte=F("shipped")),
                name="order_line_returned_within_shipped",
                violation_error_message="More would be returned than was shipped.",
            ),
            models.CheckConstraint(
                condition=Q(cancelled__lte=F("ordered")), name="order_line_cancelled_within_ordered"
            ),
            models.CheckConstraint(
                condition=Q(credited__lte=F("invoiced")),
                name="order_line_credited_within_invoiced",
                violation_error_message="More would be credited than was invoiced.",
            ),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="order_line_gross_is_net_plus_tax"),
            models.CheckConstraint(
                condition=Q(price_unit__gt=0, unit_numerator__gt=0, unit_denominator__gt=0, unit_price__gte=0),
                name="order_line_price_sane",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["product", "order"], name="order_line_by_product"),
            # Most lines belong to no kit and no contract: what is null costs nothing when a line is written.
            models.Index(fields=["parent"], condition=Q(parent__isnull=False), name="order_line_by_parent"),
            models.Index(
                fields=["contract_line"], condition=Q(contract_line__isnull=False), name="order_line_by_contract"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} line {self.position}"


@row_history()
class OrderHold(models.Model):
    """A reason why an order waits, and who let it go. An order is confirmed when its last open hold is released."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="holds")
    kind = models.CharField(max_length=8, choices=HoldKind)
    reason = models.CharField(max_length=500)
    findings = models.JSONField(default=list)
    approved_gross = LedgerAmountField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    release_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order", "kind"], condition=Q(released_at__isnull=True), name="order_hold_open_once_per_kind"
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="order_hold_released_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True) | Q(kind="manual") | ~Q(released_by=F("created_by")),
                name="order_hold_maker_is_not_checker",
                violation_error_message="Somebody else than the person who submitted the order must release it.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["kind", "id"], condition=Q(released_at__isnull=True), name="order_hold_open")
        ]

    def __str__(self) -> str:
        return f"{self.kind} hold of {self.order_id}"


class OrderChange(AppendOnly):
    """What was changed on an order after it was confirmed: deltas per line, with the reason."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="changes", db_index=False)
    order_version = models.PositiveIntegerField()
    deltas = models.JSONField()
    reason = models.CharField(max_length=500, blank=True, default="")
    business_date = models.DateField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta(AppendOnly.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "order_version"], name="order_change_once_per_version")
        ]

    def __str__(self) -> str:
        return f"change of order {self.order_id} to version {self.order_version}"
