"""Money that was paid for an order in advance finds the order's invoice."""

from collections.abc import Collection, Sequence

from django.db import connection

from accounting.drafts import ApplicationDraft
from billing.models import Invoice
from core.access import company_ids
from core.commands import command
from core.models import Company, User
from payments.models import Payment
from payments.services.applying import apply_and_move
from payments.services.locking import LockedItems, Wishes, lock_claims
from payments.states import PaymentStatus

_WITH_ADVANCES = """
    SELECT i.id FROM billing_invoice i
    WHERE i.id = ANY(%s) AND i.direction = 'invoice'
      AND EXISTS (SELECT FROM payments_payment p WHERE p.order_id = i.order_id AND p.status = 'received')
"""


def orders_with_advances(invoice_ids: Collection[int]) -> set[int]:
    """Which of these invoices belong to an order with received money. One query; by invoice id."""
    with connection.cursor() as cursor:
        cursor.execute(_WITH_ADVANCES, [sorted(invoice_ids)])
        return {row[0] for row in cursor.fetchall()}


@command(permission=None)
def apply_advances(*, company_id: int, invoice_ids: Collection[int], actor: User) -> int:
    """Set what was paid for the orders of these invoices against them, oldest payment first; returns the applications.

    Advances stay with their order: only its own payments are taken, as far as they are unapplied. Repeating it changes
    nothing. Locks invoices, payments, open items, credit.
    """
    company = Company.objects.get(pk=company_id, pk__in=company_ids(actor))
    invoices = list(
        Invoice.objects.filter(pk__in=orders_with_advances(invoice_ids), company=company).order_by("due_on", "pk")
    )
    payments = list(
        Payment.objects.filter(
            company=company, order__in={invoice.order_id for invoice in invoices}, status=PaymentStatus.RECEIVED
        ).order_by("business_date", "pk")
    )
    locked = lock_claims(
        company, Wishes({invoice.pk for invoice in invoices}, ()), payment_ids=[payment.pk for payment in payments]
    )
    drafts = _spread(payments, invoices, locked)
    if not drafts:
        return 0
    on = invoices[-1].business_date
    return len(apply_and_move(company, drafts, business_date=on, actor=actor, held=locked.items))


def _spread(payments: Sequence[Payment], invoices: Sequence[Invoice], locked: LockedItems) -> list[ApplicationDraft]:
    """What is left of each payment over the open invoices of its own order, in its own currency. Pure."""
    drafts: list[ApplicationDraft] = []
    for payment in payments:
        item = locked.on_account.get(payment.pk)
        if item is None:
            continue
        wanted = [
            (invoice.pk, None)
            for invoice in invoices
            if invoice.order_id == payment.order_id and invoice.currency == payment.currency
        ]
        parts = locked.claims.spread(
            -item.open_amount, item.currency, account_id=payment.account_id, wanted=wanted, oldest=False
        )
        drafts += [
            ApplicationDraft(debit_id, item.pk, amount, "payment", payment.pk, payment.business_date)
            for debit_id, amount in parts
        ]
    return drafts
