"""Receivers that hang, fail or come back: nobody else waits for them, and nothing delivered is called given up."""

import socket

import pytest
from django.utils import timezone

from core.models import ExceptionCase, User
from orders_site.tasks import send_webhooks
from orders_site.webhooks import sending, services
from orders_site.webhooks.models import WebhookDelivery, WebhookSubscription
from orders_site.webhooks.signing import unseal
from tests.site.webhooks.conftest import Receiver, Subscribe, let_time_pass


def states() -> list[tuple[str, int]]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("state", "tries"))


def test_one_that_takes_calls_and_says_nothing_keeps_nobody_waiting(
    subscribe: Subscribe, adam: User, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "TRY_SECONDS", 0.1)
    hanging, lively = subscribe(name="Hanging"), subscribe(name="Lively")
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"http://127.0.0.1:{mute.getsockname()[1]}/"
        WebhookSubscription.objects.filter(pk=hanging.pk).update(address=address, failing_since=timezone.now())
        for pk in (hanging.pk, hanging.pk, lively.pk):
            services.send_test(subscription_id=pk, actor=adam)

        sending.send_due(budget_s=0.05)

    assert states() == [("waiting", 1), ("waiting", 0), ("done", 1)]


def test_a_slow_one_has_one_turn_in_a_round(
    subscribe: Subscribe, adam: User, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SLOW_SECONDS", 0.0)
    slow, other = subscribe(name="Slow"), subscribe(name="Other")
    for pk in (slow.pk, slow.pk, other.pk):
        services.send_test(subscription_id=pk, actor=adam)

    assert sending.send_due() == 2

    assert states() == [("done", 1), ("waiting", 0), ("done", 1)]


def test_right_after_a_command_nobody_waits_for_one_that_is_away(
    subscribe: Subscribe, adam: User, receiver: Receiver
) -> None:
    found = subscribe()
    WebhookSubscription.objects.update(failing_since=timezone.now())
    made = services.send_test(subscription_id=found.pk, actor=adam)

    send_webhooks([made])
    assert receiver.requests == []

    send_webhooks()
    assert states() == [("done", 1)]
    assert WebhookSubscription.objects.get().failing_since is None


def test_what_was_delivered_or_sent_again_meanwhile_is_not_given_up(
    subscribe: Subscribe, adam: User, receiver: Receiver
) -> None:
    made = services.send_test(subscription_id=subscribe().pk, actor=adam)
    WebhookDelivery.objects.update(tries=sending.MOST_TRIES)
    held = WebhookDelivery.objects.get()  # by a worker whose lease runs out
    services.replay(delivery_ids=[made], actor=adam)

    sending._note(held, sending.Answer(500, "too late"))
    assert states() == [("waiting", 0)]

    sending.send_due()
    sending._note(held, sending.Answer(500, "too late"))
    assert states() == [("done", 1)]
    assert WebhookDelivery.objects.get().answer_status == 200
    assert not ExceptionCase.objects.exists()


def test_a_case_is_over_when_all_that_was_given_up_is_sent_again(
    subscribe: Subscribe, adam: User, receiver: Receiver
) -> None:
    found = subscribe()
    one, two = (services.send_test(subscription_id=found.pk, actor=adam) for _ in range(2))
    for pk in (one, two):
        services.give_up(delivery_id=pk, tries=0, actor=adam)
    services.send_test(subscription_id=found.pk, actor=adam)
    sending.send_due()  # it takes again, but what was given up still lies there

    services.replay(delivery_ids=[one], actor=adam)
    assert ExceptionCase.objects.get().resolved_at is None
    services.replay(delivery_ids=[two], actor=adam)

    assert ExceptionCase.objects.get().resolved_by == adam


def test_a_message_that_breaks_in_our_hands_is_a_failed_try(
    subscribe: Subscribe, adam: User, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = subscribe()
    poison, other = (services.send_test(subscription_id=found.pk, actor=adam) for _ in range(2))
    compose = sending.compose

    def break_one(delivery: WebhookDelivery) -> str:
        if delivery.pk == poison:
            raise ZeroDivisionError("inside")
        return compose(delivery)

    monkeypatch.setattr(sending, "compose", break_one)
    sending.send_due()
    sending.send_due()

    assert states() == [("waiting", 1), ("done", 1)]
    assert "inside" not in WebhookDelivery.objects.get(pk=poison).answer
    assert other


def test_a_secret_that_nobody_saw_takes_no_secrets_place(subscribe: Subscribe, adam: User, receiver: Receiver) -> None:
    found = subscribe()
    given = services.show_secret(subscription_id=found.pk, actor=adam)
    for _ in range(2):
        services.renew_secret(subscription_id=found.pk, actor=adam)

    found.refresh_from_db()
    assert unseal(found.sealed_old_secret) == given
    services.send_test(subscription_id=found.pk, actor=adam)
    let_time_pass()
    sending.send_due()
    assert len(receiver.requests[0][0]["webhook-signature"].split()) == 2
