"""The provider's door: what is kept, what is refused, and what becomes of it in whatever order it arrives."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from moneyed import Money

from core.models import Company, CompanyMembership, DocumentEvent, ExceptionCase, OutboxMessage
from core.system import system_user
from core.work import run_messages
from orders.services import cancel_orders
from payments import tasks
from payments.errors import PaymentRefused, WebhookRefused
from payments.gateways import LocalGateway, PaymentRequest
from payments.gateways.local import webhook_secret
from payments.gateways.signatures import require_signature, sign
from payments.models import Payment, ProviderEvent, SimulatedCall, SimulatedPayment
from payments.services import request_payment
from payments.services.simulator import deliver_call, simulate_outcome
from payments.webhooks import LARGEST_BODY
from tests.payments.conftest import Cash

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def work_off() -> None:
    """Carry out what waits for workers, as a worker does."""
    run_messages(OutboxMessage.objects.filter(task__startswith="payments.").values_list("pk", flat=True))


def asked(cash: Cash, amount: str = "120", **facts: Any) -> Payment:
    """A payment that the provider was asked for and knows of."""
    draft = cash.draft(amount, **facts)
    payment_id = request_payment(draft=draft, provider="local", actor=cash.world.fay)
    tasks.ask_provider(payment_id=payment_id)
    return Payment.objects.get(pk=payment_id)


def decided(cash: Cash, payment: Payment, outcome: str) -> str:
    return simulate_outcome(reference=payment.provider_reference or "", outcome=outcome, actor=cash.world.fay)


def test_asking_the_provider_books_nothing_until_it_has_the_money(cash: Cash) -> None:
    invoice = cash.invoice(10)
    payment = asked(cash, invoice_id=invoice.pk)
    assert (payment.status, payment.method) == ("pending", "card")

    deliver_call(event_id=decided(cash, payment, "succeeded"))
    work_off()

    payment.refresh_from_db()
    invoice.refresh_from_db()
    assert (payment.status, invoice.payment_state) == ("received", "paid")


def test_failed_after_succeeded_changes_nothing_and_succeeded_after_failed_books(cash: Cash) -> None:
    payment = asked(cash)
    failed = decided(cash, payment, "failed")
    succeeded = decided(cash, payment, "succeeded")

    deliver_call(event_id=succeeded)
    deliver_call(event_id=failed)
    deliver_call(event_id=succeeded)
    work_off()

    payment.refresh_from_db()
    assert payment.status == "received"
    told = DocumentEvent.objects.filter(document_kind="payment").order_by("pk").values_list("verb", flat=True)
    assert list(told) == ["request", "receive"]


def test_a_failed_payment_can_still_succeed(cash: Cash) -> None:
    payment = asked(cash)
    deliver_call(event_id=decided(cash, payment, "failed"))
    tasks.apply_provider_event(provider="local", reference=payment.provider_reference or "")
    payment.refresh_from_db()
    assert payment.status == "failed"

    decided(cash, payment, "succeeded")
    tasks.apply_provider_event(provider="local", reference=payment.provider_reference or "")

    payment.refresh_from_db()
    assert payment.status == "received"


def test_a_refund_that_arrives_before_the_payment_ends_reversed(cash: Cash) -> None:
    invoice = cash.invoice(10)
    payment = asked(cash, invoice_id=invoice.pk)
    decided(cash, payment, "succeeded")
    refunded = decided(cash, payment, "refunded")

    deliver_call(event_id=refunded)
    work_off()
    tasks.apply_provider_event(provider="local", reference=payment.provider_reference or "")

    payment.refresh_from_db()
    invoice.refresh_from_db()
    assert (payment.status, invoice.payment_state) == ("reversed", "open")


def test_money_that_we_did_not_ask_for_is_entered_on_account(cash: Cash) -> None:
    LocalGateway().create_payment(
        PaymentRequest("theirs-1", Money(50, "GBP"), cash.world.company.pk, cash.world.acme.pk)
    )
    deliver_call(event_id=simulate_outcome(reference="theirs-1", outcome="succeeded", actor=cash.world.fay))

    work_off()

    payment = Payment.objects.get()
    assert (payment.status, payment.amount, payment.created_by) == ("received", Money(50, "GBP"), system_user())


def test_money_for_a_cancelled_order_lands_on_somebodys_desk(cash: Cash) -> None:
    order = cash.trade.order({cash.world.bolt: "10"})
    payment = asked(cash, order_id=order.pk)
    cancel_orders(order_ids=[order.pk], reason="changed their mind", actor=cash.world.alice)

    deliver_call(event_id=decided(cash, payment, "succeeded"))
    work_off()

    case = ExceptionCase.objects.get(kind="paid_cancelled_order")
    assert (case.document_id, case.resolved_at) == (payment.pk, None)


def test_another_amount_than_asked_for_is_booked_as_it_came_and_looked_at(cash: Cash) -> None:
    payment = asked(cash, "120")
    SimulatedPayment.objects.filter(reference=payment.provider_reference).update(amount=Money(100, "GBP"))
    decided(cash, payment, "succeeded")

    tasks.apply_provider_event(provider="local", reference=payment.provider_reference or "")

    payment.refresh_from_db()
    assert payment.amount == Money(100, "GBP")
    assert ExceptionCase.objects.get(kind="provider_amount_differs").value_at_risk == 20


def test_an_advance_finds_the_invoice_of_its_order(cash: Cash) -> None:
    order = cash.trade.order({cash.world.bolt: "10"})
    cash.receive("100", order_id=order.pk)

    (invoice,) = cash.trade.bill(cash.trade.ship(order))
    work_off()
    work_off()

    invoice.refresh_from_db()
    assert invoice.payment_state == "part"


def signed(body: bytes, **changes: Any) -> dict[str, Any]:
    """A genuine message of the local gateway over this body."""
    secret = changes.pop("secret", webhook_secret())
    at = changes.pop("at", datetime.now(UTC))
    return {"content_type": "application/json", "headers": {"Kept-Signature": sign(body, secret=secret, at=at)}}


GOOD = json.dumps({"id": "evt-1", "kind": "payment.succeeded", "payment": "theirs-1"}).encode()


def test_a_genuine_message_is_kept_once_and_answered_at_once(cash: Cash) -> None:
    address = reverse("payments:webhook", args=["local"])

    answers = [Client().post(address, GOOD, **signed(GOOD)) for _ in range(3)]

    assert [(answer.status_code, answer.json()["stored"]) for answer in answers] == [
        (200, True),
        (200, False),
        (200, False),
    ]
    assert ProviderEvent.objects.get().payload["payment"] == "theirs-1"
    assert OutboxMessage.objects.filter(task="payments.apply_provider_event").count() == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"id": "evt-1"}',
        b'{"id": 1, "kind": "x", "payment": "y"}',
        b'{"id": "", "kind": "x", "payment": "y"}',
        b'{"id": "a\\u0000b", "kind": "x", "payment": "y"}',
        b'{"id": "a\\ud800b", "kind": "x", "payment": "y"}',
        b'{"id": "a", "kind": "x", "payment": "y", "\\udfff": 1}',
        b'{"id": "' + b"a" * 81 + b'", "kind": "x", "payment": "y"}',
        b'{"id": "a", "kind": "x", "payment": "y", "n": NaN}',
        b"[" * 50_000,
        b'{"a": ' + b"9" * 60_000 + b"}",
        b" " * (LARGEST_BODY + 1),
    ],
)
def test_what_is_not_a_message_is_refused_with_400_and_not_kept(cash: Cash, body: bytes) -> None:
    answer = Client().post(reverse("payments:webhook", args=["local"]), body, **signed(body))

    assert answer.status_code == 400
    assert answer.json()["error"] == "webhook_refused"
    assert not ProviderEvent.objects.exists()


def test_a_message_that_is_not_genuine_or_not_fresh_is_refused(cash: Cash) -> None:
    address, now = reverse("payments:webhook", args=["local"]), datetime.now(UTC)

    answers = [
        Client().post(address, GOOD, content_type="application/json"),
        Client().post(address, GOOD, **signed(GOOD, secret=b"guessed")),
        Client().post(address, GOOD + b" ", **signed(GOOD)),
        Client().post(address, GOOD, **signed(GOOD, at=now - timedelta(minutes=6))),
        Client().post(address, GOOD, **signed(GOOD, at=now + timedelta(minutes=6))),
    ]

    assert {answer.status_code for answer in answers} == {400}
    assert Client().get(address).status_code == 405
    assert Client().post(reverse("payments:webhook", args=["nobody"]), GOOD, **signed(GOOD)).status_code == 404
    assert not ProviderEvent.objects.exists()


@pytest.mark.parametrize("header", ["", "t=1", "v1=00", "t=1,v1=zz", "t=" + "9" * 13 + ",v1=" + "0" * 64])
def test_headers_that_are_no_signature_are_refused(header: str) -> None:
    with pytest.raises(WebhookRefused):
        require_signature(header, GOOD, secret=b"s", now=NOW)


def test_the_simulator_is_open_to_demonstration_companies_only(cash: Cash) -> None:
    payment = asked(cash)
    client = Client()
    client.force_login(cash.world.fay)
    address = reverse("payments:simulator")
    assert client.get(address).status_code == 404
    cash.world.company.is_demo = True
    cash.world.company.save(update_fields=["is_demo"])

    taken = client.post(
        reverse("payments:simulator-outcome", args=[payment.provider_reference, "succeeded"]), {"idempotency_key": "k"}
    )
    call = SimulatedCall.objects.get()
    delivered = [client.post(reverse("payments:simulator-deliver", args=[call.event_id])) for _ in range(2)]
    again = client.post(
        reverse("payments:simulator-outcome", args=[payment.provider_reference, "failed"]), {"idempotency_key": "m"}
    )
    shown = client.get(address).content.decode()

    assert [answer.status_code for answer in (taken, *delivered, again)] == [303, 303, 303, 422]
    assert "Succeeded" in shown
    assert ProviderEvent.objects.count() == 1


def test_a_demonstration_beside_it_opens_no_real_company_to_the_simulator(cash: Cash) -> None:
    payment = asked(cash)
    demonstration = Company.objects.create(
        code="DEMO", name="Demo", country="GB", functional_currency="GBP", is_demo=True
    )
    CompanyMembership.objects.create(user=cash.world.fay, company=demonstration)
    client = Client()
    client.force_login(cash.world.fay)

    shown = client.get(reverse("payments:simulator"))
    played = client.post(reverse("payments:simulator-outcome", args=[payment.provider_reference, "succeeded"]))

    assert (shown.status_code, played.status_code) == (200, 404)
    assert not SimulatedCall.objects.exists()


def test_the_simulator_does_what_a_provider_would_only(cash: Cash) -> None:
    payment = asked(cash)

    with pytest.raises(PaymentRefused, match="cannot become refunded"):
        decided(cash, payment, "refunded")
    with pytest.raises(PaymentRefused):
        decided(cash, payment, "exploded")
