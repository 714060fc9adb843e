"""Payment providers for programs: have one asked for money."""

from typing import Any

from django.http import HttpRequest
from moneyed import Money as MoneyOf
from pydantic import Field

from catalog.selectors import account_named
from core.api.finding import company_named, known_currency, person_of
from core.api.routes import Routes, key_of
from core.api.schemas import Amount, Code, In, Short
from core.dates import business_date
from payments.api import RECEIVE, SEE, PaidIn, PaymentOut, order_key, payment_answer, wanted_invoices
from payments.drafts import PaymentDraft
from payments.gateways import LocalGateway
from payments.services import request_payment

routes = Routes(tags=["Payments"], sees=SEE)


class AskIn(In):
    """Money that a provider is to collect. It pays the invoice, or is an advance on the order, or stays on account."""

    company: Short = Field(default="", description="Needed where the key works for several companies")
    account: Code
    amount: Amount
    currency: Short = Field(default="", description="Empty: the account's")
    order: Short = Field(default="", description="The order for which it is an advance")
    invoice: Short = Field(default="", description="The invoice that it pays")


@routes.act("/payment-requests", right=RECEIVE, answer=PaymentOut, status=201)
def ask_for_payment(request: HttpRequest, wanted: AskIn) -> dict[str, Any]:
    """Have a provider asked for money. Nothing is booked until it has come: watch the payment, or payment.received."""
    actor, company = person_of(request), company_named(request, wanted.company)
    account = account_named(wanted.account, company)
    named = [PaidIn(number=wanted.invoice)] if wanted.invoice else []
    draft = PaymentDraft(
        company_id=company.pk,
        account_id=account.pk,
        amount=MoneyOf(wanted.amount, known_currency(wanted.currency) or account.currency),
        business_date=business_date(company.time_zone),
        order_id=order_key(request, wanted.order, account, company),
        apply_to=wanted_invoices(request, named, company),
    )
    made = request_payment.once(key_of(request))(draft=draft, provider=LocalGateway.name, actor=actor)
    return payment_answer(request, made)
