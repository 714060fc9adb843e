"""Forms for credits and charges of value only."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from billing.drafts import ValueCreditDraft
from billing.forms import AccountValueForm, ValueForm
from billing.models import Invoice
from billing.selectors import creditable_left
from billing.services import charge_fees, credit_value
from billing.views.common import CREDIT, POST, visible_invoice
from core.dates import business_date
from core.errors import DomainError
from core.web.access import requires
from core.web.formats import money
from core.web.posted import actor_of, key_of, see_other


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CREDIT)
def credit(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Credit an amount of one invoice."""
    invoice = visible_invoice(request, invoice_id)
    form = ValueForm(request.POST if request.method == "POST" else None, company_ids=[invoice.company_id])
    refusal = ""
    if form.is_bound and form.is_valid():
        draft = ValueCreditDraft(
            company=invoice.company,
            account_id=invoice.account_id,
            lines=form.lines(),
            reason=form.cleaned_data["reason"],
            business_date=business_date(invoice.company.time_zone),
            invoice_id=invoice.pk,
        )
        try:
            return _done(request, credit_value.once(key_of(request))(drafts=[draft], actor=actor_of(request)))
        except DomainError as error:
            refusal = form.refuse(error)
    return _show(request, form, refusal, title=f"Credit {invoice.number}", invoice=invoice)


def _show(
    request: HttpRequest, form: ValueForm, refusal: str, *, title: str, invoice: Invoice | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "refusal": refusal,
        "title": title,
        "invoice": invoice,
        "left": money(creditable_left(invoice), invoice.currency, show="code") if invoice else "",
    }
    return render(request, "billing/value.html", context, status=422 if form.errors or refusal else 200)


def _done(request: HttpRequest, ids: list[int]) -> HttpResponse:
    invoice = Invoice.objects.get(pk=ids[0])
    messages.success(request, f"{invoice.number} is posted.")
    return see_other("billing:invoice", invoice.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CREDIT)
def credit_new(request: HttpRequest) -> HttpResponse:
    """Credit an amount to an account, without an invoice."""
    return _of_account(request, is_credit=True)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(POST)
def fee_new(request: HttpRequest) -> HttpResponse:
    """Charge an amount to an account."""
    return _of_account(request, is_credit=False)


def _of_account(request: HttpRequest, *, is_credit: bool) -> HttpResponse:
    form = AccountValueForm(request.POST if request.method == "POST" else None, user=request.user)
    refusal = ""
    if form.is_bound and form.is_valid():
        found = form.cleaned_data
        draft = ValueCreditDraft(
            company=found["company"],
            account_id=found["account"].pk,
            lines=form.lines(),
            reason=found["reason"],
            business_date=business_date(found["company"].time_zone),
        )
        verb = credit_value if is_credit else charge_fees
        try:
            return _done(request, verb.once(key_of(request))(drafts=[draft], actor=actor_of(request)))
        except DomainError as error:
            refusal = form.refuse(error)
    return _show(request, form, refusal, title="New credit note" if is_credit else "New charge")
