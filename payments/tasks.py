"""Payments' work for workers: each asks a provider outside of any transaction, then calls one command."""

from collections.abc import Sequence

from core.system import system_user
from payments.gateways import gateway
from payments.models import Payment
from payments.services.advances import apply_advances
from payments.services.provider import follow, request_of


def ask_provider(*, payment_id: int) -> None:
    """Ask the provider for the money of a pending payment; it may have come already, so its state is followed."""
    payment = Payment.objects.get(pk=payment_id)
    state = gateway(payment.provider).create_payment(request_of(payment))
    follow(state, actor=system_user())


def apply_provider_event(*, provider: str, reference: str) -> None:
    """Fetch the payment that a message is about, and bring ours to where it is."""
    state = gateway(provider).fetch_payment(reference)
    if state is not None:
        follow(state, actor=system_user())


def apply_advances_task(*, company_id: int, invoice_ids: Sequence[int]) -> None:
    """Set advances against the invoices of their orders."""
    apply_advances(company_id=company_id, invoice_ids=invoice_ids, actor=system_user())
