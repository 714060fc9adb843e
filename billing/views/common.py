"""What the pages of billing share."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from billing.models import Invoice
from billing.selectors import invoices_visible_to
from core.errors import DomainError

SEE = "billing.see_invoices"
POST = "billing.post_invoice"
CREDIT = "billing.credit_invoice"
REVERSE = "billing.reverse_invoice"
MOST_PREVIEWED = 1_000  # deliveries of one preview


def visible_invoice(request: HttpRequest, invoice_id: int) -> Invoice:
    """The document with what its pages show, or 404: absent and invisible answer alike."""
    rows = invoices_visible_to(request.user).select_related("order", "account", "company", "terms", "credits", "rma")
    return get_object_or_404(rows, pk=invoice_id)


def carry_out(request: HttpRequest, work: Callable[[], object], done: str) -> DomainError | None:
    """Do it and say so; or return the refusal, for the page to show in its place."""
    try:
        work()
    except DomainError as refusal:
        return refusal
    messages.success(request, done)
    return None
