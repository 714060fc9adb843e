"""Billing's work for workers: shells around services."""

from billing.services.files import render_invoice
from core.system import system_user


def render_invoice_pdf(*, invoice_id: int) -> None:
    """Make the PDF of a posted document; a repeated message finds it made."""
    render_invoice(invoice_id=invoice_id, actor=system_user())
