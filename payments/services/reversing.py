"""A payment that was none: bounced, entered by mistake, charged back."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q

from accounting.drafts import ApplicationDraft, OpenItemDraft
from accounting.models import Application, OpenItem
from accounting.services import apply_items, open_items, reverse_entries, unapply_items
from billing.services.locking import lock_invoices
from core.access import company_ids
from core.cases import resolve_cases
from core.commands import command
from core.errors import NotFound
from core.models import User
from core.states import require_transition
from core.transitions import advance
from orders.credit.services import CreditMove
from payments.errors import PaymentChanged, PaymentRefused
from payments.models import Payment
from payments.services.applying import move_after
from payments.services.locking import lock_payments
from payments.services.receiving import CANCELLED_ORDER


@command(permission="payments.reverse_payment")
def reverse_payment(*, payment_id: int, business_date: date, reason: str, actor: User) -> None:
    """Take a payment back: its applications are undone, its invoices open again, its ledger entry is reversed.

    The opposite entry is posted on ``business_date`` at the payment's own rate; realised exchange differences are taken
    back with the applications. Locks invoices, payment, open items, credit, journal.

    Raises:
        PaymentRefused: no reason was given, or the day lies before the payment.
        TransitionRefused: the payment was not received, or is reversed.
        PaymentChanged: something was applied to it at this moment.
    """
    if not Payment.objects.filter(pk=payment_id, company__in=company_ids(actor)).exists():
        raise NotFound("Payment not found.")
    if not reason.strip():
        raise PaymentRefused(
            "Say why this payment is reversed.", fields={"reason": "Say why this payment is reversed."}
        )
    reverse_locked(lock_with_invoices(payment_id), business_date=business_date, reason=reason.strip(), actor=actor)


def reverse_locked(payment: Payment, *, business_date: date, reason: str, actor: User) -> None:
    """Reverse a payment whose row and whose invoices the caller has locked."""
    require_transition([payment], "reverse")
    if business_date < payment.business_date:
        sentence = f"{payment.number} came in on {payment.business_date:%d %b %Y}; it cannot be reversed before that."
        raise PaymentRefused(sentence, fields={"business_date": sentence})
    company = payment.company
    item = OpenItem.objects.get(source_type="payment", source_id=payment.pk, instalment=1)
    undone = unapply_items(
        company=company,
        item_ids=[item.pk],
        business_date=business_date,
        source_type="payment",
        source_id=payment.pk,
        actor=actor,
    )
    (counter_id,) = open_items(company=company, drafts=[_counter_item(payment, item, business_date)], actor=actor)
    apply_items(
        company=company,
        applications=[ApplicationDraft(counter_id, item.pk, -item.amount)],
        business_date=business_date,
        source_type="payment",
        source_id=payment.pk,
        actor=actor,
    )
    back = CreditMove(payment.account_id, "payment", payment.pk, "reverse", unapplied=item.functional_amount)
    move_after(company, undone, business_date=business_date, actor=actor, moves=[back])
    reverse_entries(
        company=company,
        sources=[("payment", payment.pk, "receive")],
        business_date=business_date,
        reason=reason,
        actor=actor,
    )
    advance([payment], "reverse", actor=actor, reason=reason)
    resolve_cases(
        kind=CANCELLED_ORDER,
        document_kind="payment",
        document_ids=[payment.pk],
        resolution="The payment was reversed.",
        actor=actor,
    )


def _counter_item(payment: Payment, item: OpenItem, business_date: date) -> OpenItemDraft:
    """The opposite of the payment's own item in the same control account: together they are nothing."""
    return OpenItemDraft(
        account_id=payment.account_id,
        source_type="payment",
        source_id=payment.pk,
        reference=f"{payment.number} reversed",
        currency=payment.currency,
        amount=-item.amount,
        functional_amount=-item.functional_amount,
        issued_on=business_date,
        due_on=business_date,
        control="unapplied",
        instalment=2,
    )


def lock_with_invoices(payment_id: int) -> Payment:
    """Lock the invoices that the payment is applied to, then the payment, and look again. Raises PaymentChanged."""
    invoice_ids = applied_invoices([payment_id])
    lock_invoices(invoice_ids)
    (payment,) = lock_payments([payment_id])
    if not invoice_ids >= applied_invoices([payment_id]):
        raise PaymentChanged("Something was applied to this payment at this moment. Nothing was changed; try again.")
    return payment


def applied_invoices(payment_ids: Collection[int]) -> set[int]:
    """The invoices that these payments were ever applied to. One query."""
    rows = Application.objects.filter(
        Q(credit_item__source_type="payment", credit_item__source_id__in=payment_ids),
        debit_item__source_type="invoice",
    )
    return set(rows.values_list("debit_item__source_id", flat=True))
