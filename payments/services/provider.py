"""What a payment provider says, carried into our books: once per fact, whatever the number and order of messages."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from core import bulk, outbox
from core.cases import CaseDraft, open_cases
from core.commands import command
from core.dates import business_date
from core.fx import rates_on
from core.models import Company, User
from core.rounding import round_amount
from core.timeline import TimelineEntry, record
from core.transitions import advance
from core.wording import amount_text
from payments.drafts import PaymentDraft, WantedInvoice
from payments.errors import PaymentRefused
from payments.gateways import PaymentRequest, ProviderMessage, ProviderPayment
from payments.loading import look_up
from payments.models import Payment, ProviderEvent
from payments.services.locking import Wishes, lock_claims, lock_payments
from payments.services.receiving import (
    Receipt,
    book,
    insert_payments,
    lock_named_orders,
    require_sane,
)
from payments.services.reversing import lock_with_invoices, reverse_locked
from payments.states import PaymentStatus

OTHER_AMOUNT = "provider_amount_differs"


@command(permission="payments.receive_payment")
def request_payment(*, draft: PaymentDraft, provider: str, actor: User) -> int:
    """Note that a provider is asked for this money, and have a worker ask it. Nothing is booked until it has come.

    The reference is made here, before the provider knows of it, so that asking twice is asking once.
    Raises PaymentRefused, NotFound.
    """
    known = look_up([draft], actor=actor)
    require_sane([draft])
    known.require([draft])
    asked = _as_provider_draft(draft, provider, f"kept-{uuid.uuid4().hex}")
    rates = rates_on({(draft.amount.currency.code, draft.business_date)}, to=known.company.functional_currency)
    (payment,) = insert_payments([asked], rates, status=PaymentStatus.PENDING, actor=actor)
    record([TimelineEntry.about(payment, "request", to_status=PaymentStatus.PENDING)], actor=actor)
    outbox.emit("payments.ask_provider", [{"payment_id": payment.pk}], queue="integration")
    return payment.pk


def request_of(payment: Payment) -> PaymentRequest:
    """What the provider is asked for a pending payment."""
    assert payment.provider_reference is not None
    return PaymentRequest(
        reference=payment.provider_reference,
        amount=payment.amount,
        company_id=payment.company_id,
        account_id=payment.account_id,
        order_id=payment.order_id,
        invoice_id=payment.invoice_id,
    )


@command(permission=None)
def store_provider_event(*, message: ProviderMessage, actor: User) -> bool:
    """Keep a provider's message, once by its id (I10), and have a worker act on it. Says whether it was new.

    Eight deliveries of one message at the same moment store one row and emit one task: the unique key decides.
    """
    new = bulk.insert(
        ProviderEvent,
        {"payload": [dict(message.payload)]},
        same={"provider": message.provider, "event_id": message.event_id, "kind": message.kind},
        skip_known=True,
    )
    payload = {"provider": message.provider, "reference": message.reference}
    outbox.emit("payments.apply_provider_event", [payload] * len(new), queue="integration")
    return bool(new)


def follow(state: ProviderPayment, *, actor: User) -> None:
    """Bring our payment to where the provider's is, in one transaction per step.

    What was refunded had come first: it is booked and then reversed, also when its message never arrived.
    """
    if state.state == "refunded":
        follow_provider(state=replace(state, state="succeeded"), actor=actor)
    follow_provider(state=state, actor=actor)


@command(permission=None)
def follow_provider(*, state: ProviderPayment, actor: User) -> None:
    """Bring our payment to where the provider's is: received, failed or reversed. What is there already stays.

    States only move forward, so that a late message about an earlier state changes nothing. A payment that we did not
    start is entered from what the provider knows of it. Locks orders, invoices, payment, open items, credit.

    Raises PaymentRefused when the provider names no company or account of ours.
    """
    payment_id = _find(state) or _enter_unknown(state, actor=actor)
    if state.state == "succeeded":
        _receive(payment_id, state, actor=actor)
    elif state.state == "failed":
        (payment,) = lock_payments([payment_id])
        if payment.status == PaymentStatus.PENDING:
            advance([payment], "fail", actor=actor)
    elif state.state == "refunded":
        _refund(payment_id, state, actor=actor)


def _find(state: ProviderPayment) -> int | None:
    return (
        Payment.objects.filter(provider=state.provider, provider_reference=state.reference)
        .values_list("pk", flat=True)
        .first()
    )


def _enter_unknown(state: ProviderPayment, *, actor: User) -> int:
    """Money came without a payment of ours: enter it as pending. A twin that enters it at the same moment wins."""
    if state.company_id is None or state.account_id is None:
        raise PaymentRefused(f"The provider {state.provider} names no account for payment {state.reference}.")
    draft = PaymentDraft(
        company_id=state.company_id,
        account_id=state.account_id,
        amount=state.amount,
        business_date=_day(Company.objects.get(pk=state.company_id), state),
        order_id=state.order_id,
        invoice_id=state.invoice_id,
    )
    known = look_up([draft], actor=actor)
    require_sane([draft])
    known.require([draft])
    rates = rates_on({(draft.amount.currency.code, draft.business_date)}, to=known.company.functional_currency)
    insert_payments(
        [_as_provider_draft(draft, state.provider, state.reference)],
        rates,
        status=PaymentStatus.PENDING,
        actor=actor,
        skip_known=True,
    )
    found = _find(state)
    assert found is not None
    return found


def _receive(payment_id: int, state: ProviderPayment, *, actor: User) -> None:
    """Book a payment that succeeded, if it is not booked yet. Its status is read under its lock."""
    seen = Payment.objects.select_related("company").get(pk=payment_id)
    company, order_id, invoice_id = seen.company, seen.order_id, seen.invoice_id
    lock_named_orders({order_id} if order_id is not None else set())
    wanted: Sequence[WantedInvoice] = [(invoice_id, None)] if invoice_id is not None else []
    locked = lock_claims(company, Wishes({pk for pk, _ in wanted}, ()), payment_ids=[payment_id])
    (payment,) = lock_payments([payment_id])
    if payment.status not in (PaymentStatus.PENDING, PaymentStatus.FAILED):
        return
    day = _day(company, state)
    rate = rates_on({(state.amount.currency.code, day)}, to=company.functional_currency)[
        state.amount.currency.code, day
    ]
    if state.amount != payment.amount:
        _note_other_amount(payment, state, actor=actor)
    facts: dict[str, Any] = {"business_date": day, "fx_rate": rate.rate, "fx_date": rate.valid_from}
    bulk.update(
        Payment,
        [payment.pk],
        {"currency": [payment.currency], "amount": [state.amount], **{name: [facts[name]] for name in facts}},
    )
    advance([payment], "receive", actor=actor)
    payment.refresh_from_db()
    book(company, [Receipt(payment, rate, wanted)], locked, actor=actor)


def _refund(payment_id: int, state: ProviderPayment, *, actor: User) -> None:
    payment = lock_with_invoices(payment_id)
    if payment.status == PaymentStatus.RECEIVED:
        day = max(_day(payment.company, state), payment.business_date)
        reverse_locked(payment, business_date=day, reason="Refunded by the provider", actor=actor)


def _note_other_amount(payment: Payment, state: ProviderPayment, *, actor: User) -> None:
    """The provider has another amount than we asked for: it is booked as it came, and a person looks at it.

    Raises PaymentRefused for another currency.
    """
    if state.amount.currency.code != payment.currency:
        raise PaymentRefused(f"{payment.number} is in {payment.currency}; the provider says {state.amount}.")
    asked, came = (
        amount_text(round_amount(money.amount, payment.currency), payment.currency)
        for money in (payment.amount, state.amount)
    )
    open_cases(
        cases=[
            CaseDraft(
                company_id=payment.company_id,
                kind=OTHER_AMOUNT,
                role="Finance",
                document_kind="payment",
                document_id=payment.pk,
                sentence=f"{payment.number} was to be {asked}; the provider {state.provider} took {came}.",
                currency=payment.currency,
                value_at_risk=abs(payment.amount.amount - state.amount.amount),
            )
        ],
        actor=actor,
    )


def _as_provider_draft(draft: PaymentDraft, provider: str, reference: str) -> PaymentDraft:
    return replace(draft, method=Payment.Method.CARD, provider=provider, provider_reference=reference)


def _day(company: Company, state: ProviderPayment) -> date:
    """The company's calendar day on which the provider's payment came into its state."""
    return business_date(company.time_zone, at=state.changed_at)
