"""The receivables subledger: what each account owes or is owed, item by item."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from core.append_only import AppendOnly
from core.money import CurrencyCodeField, LedgerAmountField
from core.triggers import frozen_once, never_deleted

# The items are locked first and looked at in later statements: two applications that fit alone cannot both pass (I8).
APPLICATION_FITS = """
    PERFORM 1 FROM accounting_openitem i
        WHERE i.id IN (SELECT debit_item_id FROM added UNION SELECT credit_item_id FROM added)
        ORDER BY i.id FOR NO KEY UPDATE;
    SELECT d.reference INTO offence FROM added a
        JOIN accounting_openitem d ON d.id = a.debit_item_id JOIN accounting_openitem c ON c.id = a.credit_item_id
        WHERE d.company_id <> c.company_id OR d.company_id <> a.company_id OR d.account_id <> c.account_id
            OR d.currency <> c.currency OR d.currency <> a.currency OR d.amount <= 0 OR c.amount >= 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '%: a counter-claim is set against a claim of the same account, company and currency', offence
            USING ERRCODE = '23514', CONSTRAINT = 'application_partners_kept_rule';
    END IF;
    SELECT i.reference INTO offence FROM accounting_openitem i
        JOIN (SELECT debit_item_id AS id FROM added UNION SELECT credit_item_id FROM added) touched ON touched.id = i.id
        CROSS JOIN LATERAL (SELECT coalesce(sum(p.amount), 0) AS applied FROM accounting_application p
            WHERE p.debit_item_id = i.id OR p.credit_item_id = i.id) s
        WHERE s.applied < 0 OR s.applied > abs(i.amount) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '%: more was applied than is open', offence
            USING ERRCODE = '23514', CONSTRAINT = 'application_within_open_kept_rule';
    END IF;
    RETURN NULL;
"""


class OpenItem(models.Model):
    """One claim (amount above zero: an invoice) or one counter-claim (below zero: a credit note, a payment on account).

    ``open_amount`` goes from ``amount`` towards zero and never beyond: the applications' sum is what lies between. The
    same holds in functional currency, so that a settled item is exactly zero in both. Changed only by
    ``accounting.services.apply_items``.
    """

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("catalog.Account", on_delete=models.PROTECT, related_name="open_items", db_index=False)
    source_type = models.CharField(max_length=32)
    source_id = models.BigIntegerField()
    instalment = models.PositiveSmallIntegerField(default=1)
    reference = models.CharField(max_length=40, default="", blank=True)
    control = models.CharField(max_length=12, default="receivable")
    currency = CurrencyCodeField()
    amount = LedgerAmountField()
    open_amount = LedgerAmountField()
    functional_amount = LedgerAmountField()
    functional_open = LedgerAmountField()
    issued_on = models.DateField()
    due_on = models.DateField()
    discount_until = models.DateField(null=True)
    discount_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    settled_on = models.DateField(null=True)
    is_disputed = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source_type", "source_id", "instalment"],
                name="open_item_source_once",
                violation_error_message="This document has its open item already. Nothing was changed.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, open_amount__gte=0, open_amount__lte=F("amount"))
                | Q(amount__lt=0, open_amount__lte=0, open_amount__gte=F("amount"))
                | Q(amount=0, open_amount=0),
                name="open_item_between_zero_and_amount",
                violation_error_message="More was applied than is open.",
            ),
            models.CheckConstraint(
                condition=Q(open_amount=0, settled_on__isnull=False) | (~Q(open_amount=0) & Q(settled_on__isnull=True)),
                name="open_item_settled_when_zero",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, functional_open__gte=0, functional_open__lte=F("functional_amount"))
                | Q(amount__lte=0, functional_open__lte=0, functional_open__gte=F("functional_amount")),
                name="open_item_functional_between_zero_and_amount",
            ),
            models.CheckConstraint(
                condition=~Q(open_amount=0) | Q(functional_open=0), name="open_item_zero_in_both_currencies"
            ),
            models.CheckConstraint(
                condition=Q(control__in=["receivable", "unapplied"]), name="open_item_of_a_subledger"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["company", "account", "due_on"], condition=~Q(open_amount=0), name="open_item_still_open"
            ),
            models.Index(fields=["account", "issued_on"], name="open_item_by_account"),
        ]
        triggers: ClassVar = [
            never_deleted(),
            frozen_once(
                pgtrigger.Q(old__amount__isnull=False),
                except_fields=["reference", "open_amount", "functional_open", "settled_on", "is_disputed"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference or self.source_type} {self.open_amount} {self.currency}"


class Application(AppendOnly):
    """So much of a counter-claim was set against a claim of the same account, company and currency (I8)."""

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+")
    debit_item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="applications", db_index=False)
    credit_item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="applied_to", db_index=False)
    currency = CurrencyCodeField()
    amount = LedgerAmountField()  # above zero: set against; below zero: an earlier application undone
    debit_functional = LedgerAmountField(default=0)  # what left the claim in functional currency
    credit_functional = LedgerAmountField(default=0)  # what left the counter-claim
    fx_difference = LedgerAmountField(default=0)  # credit_functional - debit_functional: above zero is a realised gain
    business_date = models.DateField()
    source_type = models.CharField(max_length=32)
    source_id = models.BigIntegerField()
    recorded_at = models.DateTimeField(db_default=Now())
    command_uid = models.UUIDField()

    class Meta(AppendOnly.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(amount=0), name="application_is_not_zero"),
            models.CheckConstraint(
                condition=Q(fx_difference=F("credit_functional") - F("debit_functional")),
                name="application_difference_is_between_its_sides",
            ),
        ]
        indexes = (
            *AppendOnly.Meta.indexes,
            models.Index(fields=["debit_item"], name="application_by_claim"),
            models.Index(fields=["credit_item"], name="application_by_counter_claim"),
        )
        triggers = (
            *AppendOnly.Meta.triggers,
            pgtrigger.Trigger(
                name="application_fits",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="added"),
                declare=[("offence", "text")],
                func=APPLICATION_FITS,
            ),
        )

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} of {self.credit_item_id} to {self.debit_item_id}"
