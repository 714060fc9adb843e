"""Payments for programs: money that came in, and what it pays."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from moneyed import Money as MoneyOf
from ninja import Path, Query
from pydantic import Field

from billing.selectors import invoices_visible_to
from catalog.models import Account
from catalog.selectors import account_named
from core.access import SEE_BANK, day_problem
from core.api.finding import (
    CallRefused,
    company_named,
    document_numbered,
    known_currency,
    only,
    person_of,
    wanted_fields,
)
from core.api.paging import Turn, listed
from core.api.routes import Routes, key_of
from core.api.schemas import Amount, Code, Day, In, Listed, Money, OfCompany, Out, ReasonIn, Short, one_of, only_asked
from core.dates import business_date
from core.models import Company
from core.rounding import round_amount
from core.web.cells import Row
from orders.selectors import orders_visible_to
from payments.drafts import PaymentDraft, WantedInvoice
from payments.models import Payment
from payments.selectors import applications_of, payments_visible_to, with_rest
from payments.services import apply_payment, receive_payments, reverse_payment
from payments.states import PaymentStatus

SEE, RECEIVE = "payments.see_payments", "payments.receive_payment"
routes = Routes(tags=["Payments"], sees=SEE)
SENSITIVE = {"bank": SEE_BANK}


class PaymentShort(Out):
    """A payment in a list. ``left`` is what pays nothing yet."""

    number: str
    company: str
    status: str
    account: str
    order: str | None
    method: str
    business_date: date
    currency: str
    amount: Money
    left: Money


class AppliedOut(Out):
    """So much of the payment was set against a document; below zero where that was undone."""

    document: str
    amount: Money
    on: date


class PaymentOut(PaymentShort):
    """A payment with what it paid."""

    applied: list[AppliedOut]
    bank: str = only_asked("bank", "What the payer wrote.")


class PaymentFilter(Turn):
    """Which payments."""

    company: Short = ""
    status: Short = one_of(PaymentStatus)
    account: Short = ""


class Shown(OfCompany):
    """What is shown of one payment."""

    fields: Short = Field(default="", description="Sensitive fields, by comma: bank. Each by its right")


class PaidIn(In):
    """An invoice that is paid, and how much of it."""

    number: Code
    amount: Amount | None = Field(default=None, description="Empty: what is open, as far as the money goes")


class PaymentIn(In):
    """Money that came in. What pays no invoice stays on account."""

    company: Short = Field(default="", description="Needed where the key works for several companies")
    account: Code
    amount: Amount
    currency: Short = Field(default="", description="Empty: the account's")
    business_date: Day | None = Field(default=None, description="Empty: today")
    method: Literal["bank", "card", "cash"] = "bank"
    reference: Short = Field(default="", description="What the payer wrote")
    order: Short = Field(default="", description="The order for which it is an advance")
    invoices: list[PaidIn] = Field(default=[], max_length=200)
    apply_oldest: bool = Field(default=False, description="Pay the account's oldest open invoices")


class ApplyIn(In):
    """Which invoices what is left of the payment pays."""

    invoices: list[PaidIn] = Field(default=[], max_length=200)
    apply_oldest: bool = False


LISTED = ("number", "company__code", "status", "account__code", "order__number", "method", "business_date", "currency",
          "amount", "left")  # fmt: skip


def _short(row: Row) -> dict[str, Any]:
    names = {"company": "company__code", "account": "account__code", "order": "order__number"}
    amounts = {name: round_amount(row[name], row["currency"]) for name in ("amount", "left")}
    return {**row, **{name: row[path] for name, path in names.items()}, **amounts}


@routes.read("/payments", right=SEE, answer=Listed[PaymentShort])
def list_payments(request: HttpRequest, asked: Query[PaymentFilter]) -> dict[str, Any]:
    """Payments, the newest first."""
    given = {"company__code": asked.company, "status": asked.status, "account__code__iexact": asked.account}
    rows = payments_visible_to(person_of(request)).filter(**{name: value for name, value in given.items() if value})
    return listed(request, with_rest(rows), asked, reads=LISTED, row=_short)


@routes.read("/payments/{number}", right=SEE, answer=PaymentOut)
def read_payment(request: HttpRequest, number: Path[Code], asked: Query[Shown]) -> dict[str, Any]:
    """One payment, and what it paid."""
    wanted = wanted_fields(request, asked.fields, SENSITIVE)
    found = document_numbered(payments_visible_to(person_of(request)), number, asked.company)
    return payment_answer(request, found.pk, wanted)


def payment_answer(request: HttpRequest, payment_id: int, wanted: frozenset[str] = frozenset()) -> dict[str, Any]:
    rows = with_rest(payments_visible_to(person_of(request)).filter(pk=payment_id))
    row = rows.values("pk", "reference", *LISTED).get()
    applied = [
        {
            "document": each.reference,
            "amount": round_amount(each.amount, row["currency"]),
            "on": each.business_date,
        }
        for each in applications_of(payment_id)
    ]
    return only({**_short(row), "applied": applied, "bank": row["reference"]}, SENSITIVE, wanted)


def wanted_invoices(request: HttpRequest, wanted: Sequence[PaidIn], company: Company) -> tuple[WantedInvoice, ...]:
    """The invoices by their numbers. One query. Raises CallRefused naming those that are not there."""
    if not wanted:
        return ()
    rows = invoices_visible_to(person_of(request)).filter(company=company, number__in={each.number for each in wanted})
    ids = {found.number: found.pk for found in rows.only("number")}
    faults = {
        f"body.invoices.{place}.number": f"There is no invoice {each.number}."
        for place, each in enumerate(wanted)
        if each.number not in ids
    }
    if faults:
        raise CallRefused(" ".join(list(faults.values())[:5]), fields=faults)
    return tuple((ids[each.number], each.amount) for each in wanted)


def order_key(request: HttpRequest, number: str, account: Account, company: Company) -> int | None:
    """The account's order of which an advance is meant; None for no number. One query. Raises CallRefused."""
    if not number:
        return None
    rows = orders_visible_to(person_of(request)).filter(company=company, number=number, account=account)
    found = rows.values_list("pk", flat=True).first()
    if found is None:
        sentence = f"{account.name} has no order {number}."
        raise CallRefused(sentence, fields={"body.order": sentence})
    return found


@routes.act("/payments", right=RECEIVE, answer=PaymentOut, status=201)
def receive_payment(request: HttpRequest, wanted: PaymentIn) -> dict[str, Any]:
    """Book money that came in, and set it against the invoices it names."""
    actor, company = person_of(request), company_named(request, wanted.company)
    account = account_named(wanted.account, company)
    today = business_date(company.time_zone)
    on = wanted.business_date or today
    if why_not := day_problem(actor, on, today):
        raise CallRefused(why_not, fields={"body.business_date": why_not})
    draft = PaymentDraft(
        company_id=company.pk,
        account_id=account.pk,
        amount=MoneyOf(wanted.amount, known_currency(wanted.currency) or account.currency),
        business_date=on,
        method=wanted.method,
        reference=wanted.reference,
        order_id=order_key(request, wanted.order, account, company),
        apply_to=wanted_invoices(request, wanted.invoices, company),
        apply_oldest=wanted.apply_oldest,
    )
    made = receive_payments.once(key_of(request))(drafts=[draft], actor=actor)
    return payment_answer(request, made[0])


def _payment(request: HttpRequest, number: str, company: str) -> Payment:
    return document_numbered(payments_visible_to(person_of(request)).select_related("company"), number, company)


@routes.act("/payments/{number}/apply", right=RECEIVE, answer=PaymentOut)
def apply_received_payment(
    request: HttpRequest, wanted: ApplyIn, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Set what is left of a payment against invoices."""
    payment = _payment(request, number, asked.company)
    apply_payment.once(key_of(request))(
        payment_id=payment.pk,
        applications=wanted_invoices(request, wanted.invoices, payment.company),
        oldest=wanted.apply_oldest,
        business_date=business_date(payment.company.time_zone),
        actor=person_of(request),
    )
    return payment_answer(request, payment.pk)


@routes.act("/payments/{number}/reverse", right="payments.reverse_payment", answer=PaymentOut)
def reverse_received_payment(
    request: HttpRequest, wanted: ReasonIn, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Take a payment back, today: what it paid is open again."""
    payment = _payment(request, number, asked.company)
    reverse_payment.once(key_of(request))(
        payment_id=payment.pk,
        business_date=max(business_date(payment.company.time_zone), payment.business_date),
        reason=wanted.reason,
        actor=person_of(request),
    )
    return payment_answer(request, payment.pk)
