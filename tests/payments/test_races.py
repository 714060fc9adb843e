"""Payments at the same moment: real threads, real locks."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from moneyed import Money

from accounting.errors import NotApplicable
from accounting.models import Application, OpenItem
from core.errors import DomainError
from core.events import subscribe
from core.models import ExceptionCase, OutboxMessage, User
from orders.events import OrdersCancelled
from orders.models import Order
from orders.services import cancel_orders
from payments import tasks
from payments.errors import NothingToApply
from payments.gateways import LocalGateway, PaymentRequest
from payments.handlers import note_cancelled_orders
from payments.models import Payment, ProviderEvent, SimulatedCall
from payments.services import apply_payment, receive_payments, reverse_payment
from payments.services.simulator import deliver_call, simulate_outcome
from tests import factories
from tests.factories import TODAY
from tests.payments.conftest import Cash

pytestmark = pytest.mark.own_database
Together = Callable[..., list[Any]]


def again(user: User) -> User:
    """The same person as another request finds them."""
    return User.objects.get(pk=user.pk)


def refusals(outcomes: list[Any]) -> list[BaseException]:
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    assert all(isinstance(error, DomainError) for error in errors), errors
    return errors


def test_one_webhook_eight_times_is_one_message_and_one_payment(cash: Cash, run_together: Together) -> None:
    gateway = LocalGateway()
    gateway.create_payment(PaymentRequest("theirs-1", Money(120, "GBP"), cash.world.company.pk, cash.world.acme.pk))
    event_id = simulate_outcome(reference="theirs-1", outcome="succeeded", actor=cash.world.fay)

    stored = run_together([lambda: deliver_call(event_id=event_id)] * 8)
    message = OutboxMessage.objects.get(task="payments.apply_provider_event")
    followed = run_together([lambda: tasks.apply_provider_event(**message.payload)] * 8)

    assert sorted(outcome.value for outcome in stored) == [False] * 7 + [True]
    assert ProviderEvent.objects.count() == 1
    assert [outcome.error for outcome in followed] == [None] * 8
    payment = Payment.objects.get()
    assert (payment.status, payment.amount) == ("received", Money(120, "GBP"))
    assert SimulatedCall.objects.get().delivered_count == 8


def test_two_applications_that_fit_alone_do_not_both_pass(cash: Cash, run_together: Together) -> None:
    payment = cash.receive("100")
    first, second = cash.invoice(5), cash.invoice(5)

    outcomes = run_together(
        [
            lambda invoice=invoice: apply_payment(
                payment_id=payment.pk,
                applications=[(invoice.pk, Decimal(60))],
                business_date=TODAY,
                actor=again(cash.world.fay),
            )
            for invoice in (first, second)
        ]
    )

    (refused,) = refusals(outcomes)
    assert isinstance(refused, (NothingToApply, NotApplicable))
    assert Application.objects.count() == 1
    assert OpenItem.objects.get(source_type="payment").open_amount == -40


def test_two_payments_of_one_invoice_pay_it_once_and_leave_the_rest_on_account(
    cash: Cash, run_together: Together
) -> None:
    invoice = cash.invoice(10)

    outcomes = run_together(
        [lambda: receive_payments(drafts=[cash.draft("120", invoice_id=invoice.pk)], actor=again(cash.world.fay))] * 4
    )

    assert refusals(outcomes) == []
    left = OpenItem.objects.filter(source_type="payment").values_list("open_amount", flat=True)
    assert sorted(left) == [-120, -120, -120, 0]


def test_a_double_click_books_once(cash: Cash, run_together: Together) -> None:
    drafts = [cash.draft("120")]

    outcomes = run_together([lambda: receive_payments.once("click")(drafts=drafts, actor=again(cash.world.fay))] * 4)

    answers = {tuple(outcome.value) for outcome in outcomes if outcome.error is None}
    refusals(outcomes)
    assert len(answers) == 1
    assert Payment.objects.count() == 1


def test_applying_and_reversing_at_once_leave_the_books_in_order(cash: Cash, run_together: Together) -> None:
    payment, invoice = cash.receive("100"), cash.invoice(5)

    outcomes = run_together(
        [
            lambda: apply_payment(
                payment_id=payment.pk,
                applications=[(invoice.pk, None)],
                business_date=TODAY,
                actor=again(cash.world.fay),
            ),
            lambda: reverse_payment(
                payment_id=payment.pk, business_date=TODAY, reason="bounced", actor=again(cash.world.fay)
            ),
        ]
    )

    refusals(outcomes)
    assert sum(OpenItem.objects.filter(source_type="payment").values_list("open_amount", flat=True)) in (0, -40)


def test_paying_and_cancelling_an_order_at_once_never_loses_the_case(cash: Cash, run_together: Together) -> None:
    subscribe(OrdersCancelled, note_cancelled_orders)
    fay, alice = again(cash.world.fay), again(cash.world.alice)
    world = cash.world  # drafts: a confirmed order would also meet the payment at the credit total
    orders = [
        factories.make_order(
            company=world.company, account=world.acme, warehouse=world.main, lines={world.bolt: "1"}, actor=alice
        )
        for _ in range(8)
    ]

    def pay_and_cancel(order: Order, head_start_s: float) -> list[Any]:
        def cancel() -> None:
            time.sleep(head_start_s)
            cancel_orders(order_ids=[order.pk], reason="changed their mind", actor=alice)

        return run_together([lambda: receive_payments(drafts=[cash.draft("12", order_id=order.pk)], actor=fay), cancel])

    outcomes = [pay_and_cancel(order, 0.005 * number) for number, order in enumerate(orders)]

    assert [refusals(pair) for pair in outcomes] == [[]] * 8
    assert ExceptionCase.objects.filter(kind="paid_cancelled_order").count() == 8
