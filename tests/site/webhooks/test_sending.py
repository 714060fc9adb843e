"""Sending: signed, at least once, again with growing pauses, given up after three days, and sent again on request."""

import json
import socket
import threading
import time
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from core.models import CommandLog, ExceptionCase, User
from core.retention import prune
from orders.services import confirm_orders
from orders_site.tasks import send_webhooks
from orders_site.webhooks import sending, services
from orders_site.webhooks.address import Target
from orders_site.webhooks.models import WebhookDelivery, WebhookSubscription
from orders_site.webhooks.signing import PREFIX, is_genuine, sign, unseal
from tests import factories
from tests.site.conftest import World
from tests.site.webhooks.conftest import Receiver, Subscribe, let_time_pass


def make_orders(world: World, count: int) -> list[int]:
    """Orders that were entered and confirmed: two events each."""
    found = []
    for _ in range(count):
        order = factories.make_order(
            company=world.company, account=world.acme, warehouse=world.main, lines={world.bolt: "1"}, actor=world.alice
        )
        confirm_orders(order_ids=[order.pk], actor=world.boss, business_date=factories.TODAY)
        found.append(order.pk)
    return found


def test_a_receiver_that_fails_twice_has_each_event_once(
    world: World, subscribe: Subscribe, receiver: Receiver
) -> None:
    subscribe("order.created", "order.confirmed")
    orders = make_orders(world, 3)
    receiver.answers = [500, 503]

    for _ in range(3):
        let_time_pass()
        sending.send_due()

    taken = list(dict.fromkeys(receiver.ids))
    assert len(receiver.requests) == 6 + 2
    assert len(taken) == 6
    assert not WebhookDelivery.objects.exclude(state="done").exists()
    by_id = {json.loads(body)["sequence"]: json.loads(body) for _, body in receiver.requests}
    told = [(by_id[n]["data"]["id"], by_id[n]["type"]) for n in sorted(by_id)]
    assert told == [(pk, event) for pk in orders for event in ("order.created", "order.confirmed")]


def test_a_repeat_is_the_same_message_to_the_byte(world: World, subscribe: Subscribe, receiver: Receiver) -> None:
    subscribe("order.confirmed")
    make_orders(world, 1)
    receiver.answers = [500]

    sending.send_due()
    let_time_pass()
    sending.send_due()

    (first, one), (again, other) = receiver.requests
    assert one == other
    assert first["webhook-id"] == again["webhook-id"]


def test_the_message_says_what_happened_and_no_amount(world: World, subscribe: Subscribe, receiver: Receiver) -> None:
    subscribe("order.confirmed")
    (order_id,) = make_orders(world, 1)

    sending.send_due()

    message = json.loads(receiver.requests[0][1])
    found = WebhookDelivery.objects.get()
    assert message == {
        "type": "order.confirmed",
        "timestamp": found.happened_at.isoformat(),
        "sequence": found.pk,
        "data": {
            "company": "HP",
            "kind": "order",
            "id": order_id,
            "number": message["data"]["number"],
            "page": f"/orders/{order_id}/",
            "from_status": "draft",
            "to_status": "confirmed",
        },
    }
    assert message["data"]["number"].startswith("SO-2026-")


def test_the_receiver_can_tell_a_genuine_message(subscribe: Subscribe, adam: User, receiver: Receiver) -> None:
    found = subscribe()
    services.send_test(subscription_id=found.pk, actor=adam)

    sending.send_due()

    headers, body = receiver.requests[0]
    secret, now = unseal(found.sealed_secret), int(time.time())
    assert is_genuine(secret, headers, body, now=now)
    assert not is_genuine(secret, headers, body + " ", now=now)
    assert not is_genuine(secret, headers | {"webhook-id": "msg_other"}, body, now=now)
    assert not is_genuine(secret, headers, body, now=now + 400)
    assert not is_genuine(secret, headers | {"webhook-timestamp": "soon"}, body, now=now)
    assert not is_genuine(secret, headers | {"webhook-signature": ""}, body, now=now)
    assert not is_genuine(PREFIX + "bm90IHRoZSBzZWNyZXQ=", headers, body, now=now)


def test_the_example_of_the_documentation_works(subscribe: Subscribe, adam: User, receiver: Receiver) -> None:
    found = subscribe()
    services.send_test(subscription_id=found.pk, actor=adam)
    sending.send_due()
    text = (Path(settings.BASE_DIR) / "docs/webhooks.md").read_text(encoding="utf-8")
    example: dict[str, Any] = {}
    exec(text.split("```python")[1].split("```")[0], example)

    headers, body = receiver.requests[0]

    assert example["is_genuine"](unseal(found.sealed_secret), headers, body.encode())
    assert not example["is_genuine"](unseal(found.sealed_secret), headers, body.encode() + b" ")


def test_the_signature_is_the_one_of_the_specification() -> None:
    # The example of the Standard Webhooks specification's own libraries.
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", '{"test": 2432232314}'

    assert sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_during_a_rotation_both_secrets_sign(subscribe: Subscribe, adam: User, receiver: Receiver) -> None:
    found = subscribe()
    services.show_secret(subscription_id=found.pk, actor=adam)
    services.renew_secret(subscription_id=found.pk, actor=adam)
    new = WebhookSubscription.objects.get()
    services.send_test(subscription_id=found.pk, actor=adam)
    sending.send_due()
    WebhookSubscription.objects.update(old_secret_until=timezone.now() - timedelta(seconds=1))
    services.send_test(subscription_id=found.pk, actor=adam)
    sending.send_due()

    (during, one), (after, other) = receiver.requests
    old_secret, new_secret, now = unseal(found.sealed_secret), unseal(new.sealed_secret), int(time.time())
    assert old_secret != new_secret
    assert is_genuine(old_secret, during, one, now=now)
    assert is_genuine(new_secret, during, one, now=now)
    assert not is_genuine(old_secret, after, other, now=now)
    assert is_genuine(new_secret, after, other, now=now)


def test_the_pauses_grow_and_last_three_days() -> None:
    pauses = list(sending.PAUSES_SECONDS)

    assert pauses == sorted(pauses)
    assert timedelta(days=3) < timedelta(seconds=sum(pauses)) < timedelta(days=3.5)
    assert {sending.pause_seconds(1) for _ in range(50)} <= {4, 5}
    assert all(64_800 <= sending.pause_seconds(9) <= 79_200 for _ in range(50))


def test_after_the_last_try_it_is_given_up_and_on_the_desk(
    subscribe: Subscribe, adam: User, receiver: Receiver
) -> None:
    found = subscribe()
    services.send_test(subscription_id=found.pk, actor=adam)
    receiver.answers = [500] * sending.MOST_TRIES

    for _ in range(sending.MOST_TRIES + 1):
        let_time_pass()
        sending.send_due()

    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.tries, delivery.answer_status) == ("dead", sending.MOST_TRIES, 500)
    assert len(receiver.requests) == sending.MOST_TRIES
    assert len(delivery.answer) == sending.MOST_ANSWER_BYTES
    case = ExceptionCase.objects.get()
    assert (case.kind, case.document_id, case.owner, case.resolved_at) == ("webhook_dead", found.pk, adam, None)

    services.replay(delivery_ids=[delivery.pk], actor=adam)
    sending.send_due()

    delivery.refresh_from_db()
    case.refresh_from_db()
    assert delivery.state == "done"
    assert len(set(receiver.ids)) == 1
    assert case.resolved_at is not None


def test_a_receiver_that_takes_nothing_for_days_is_switched_off_and_its_owner_told(
    subscribe: Subscribe, adam: User, receiver: Receiver
) -> None:
    found = subscribe()
    services.send_test(subscription_id=found.pk, actor=adam)
    receiver.answers = [500, 500]
    sending.send_due()
    assert WebhookSubscription.objects.get().is_on
    WebhookSubscription.objects.update(failing_since=timezone.now() - timedelta(days=sending.FAILING_DAYS, minutes=1))
    let_time_pass()

    sending.send_due()

    found.refresh_from_db()
    assert not found.is_on
    assert "5 days" in found.off_because
    assert ExceptionCase.objects.get(kind="webhook_off").owner == adam
    let_time_pass()
    assert sending.send_due() == 0  # what waits, waits

    services.switch(subscription_id=found.pk, on=True, actor=adam)
    assert ExceptionCase.objects.get(kind="webhook_off").resolved_at is not None
    sending.send_due()
    assert WebhookDelivery.objects.get().state == "done"


def test_a_success_ends_the_failing(subscribe: Subscribe, adam: User, receiver: Receiver) -> None:
    services.send_test(subscription_id=subscribe().pk, actor=adam)
    receiver.answers = [404]
    sending.send_due()
    assert WebhookSubscription.objects.get().failing_since is not None

    let_time_pass()
    sending.send_due()

    assert WebhookSubscription.objects.get().failing_since is None


def test_one_that_does_not_answer_keeps_nobody_waiting(
    world: World, subscribe: Subscribe, adam: User, receiver: Receiver
) -> None:
    silent, lively = subscribe(name="Silent"), subscribe(name="Lively")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    WebhookSubscription.objects.filter(pk=silent.pk).update(address=f"http://127.0.0.1:{port}/")
    for pk in (silent.pk, silent.pk, silent.pk, lively.pk):
        services.send_test(subscription_id=pk, actor=adam)

    assert sending.send_due() == 2

    assert list(WebhookDelivery.objects.order_by("pk").values_list("tries", flat=True)) == [1, 0, 0, 1]


def test_a_receiver_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "TRY_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            channel, _ = server.accept()
            with channel:
                for _ in range(100):
                    try:
                        channel.sendall(b"H")
                    except OSError:
                        return
                    time.sleep(0.05)

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        started = time.monotonic()
        target = Target(False, "127.0.0.1", server.getsockname()[1], "/")

        answer = sending.post(target, [ip_address("127.0.0.1")], {}, b"{}")

        assert answer.status is None
        assert time.monotonic() - started < 3
        thread.join(timeout=10)


def test_a_delivery_that_a_worker_holds_is_left_alone(subscribe: Subscribe, adam: User, receiver: Receiver) -> None:
    services.send_test(subscription_id=subscribe().pk, actor=adam)
    WebhookDelivery.objects.update(next_try_at=timezone.now() + timedelta(seconds=50), tries=1)  # a claim

    send_webhooks()

    assert receiver.requests == []


def test_the_worker_is_told_of_the_deliveries_of_a_command(
    world: World, subscribe: Subscribe, receiver: Receiver, monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    subscribe("order.created")
    told: list[Any] = []
    monkeypatch.setattr("core.nudge.current_app.send_task", lambda name, **given: told.append((name, given)))

    with django_capture_on_commit_callbacks(execute=True):
        factories.make_order(
            company=world.company, account=world.acme, warehouse=world.main, lines={world.bolt: "1"}, actor=world.alice
        )

    _, given = next(each for each in told if "webhooks" in each[0])
    assert given["queue"] == "integration"
    send_webhooks(*given["args"])
    assert len(receiver.requests) == 1


def test_old_deliveries_are_forgotten(subscribe: Subscribe, adam: User, receiver: Receiver) -> None:
    found = subscribe()
    for _ in range(2):
        services.send_test(subscription_id=found.pk, actor=adam)
    sending.send_due()
    WebhookDelivery.objects.filter(pk=WebhookDelivery.objects.order_by("pk")[0].pk).update(
        done_at=timezone.now() - timedelta(days=91)
    )

    assert prune()["orders_site_webhookdelivery"] == 1
    assert WebhookDelivery.objects.count() == 1


def test_the_secret_is_in_no_log(subscribe: Subscribe, adam: User) -> None:
    found = subscribe()
    shown = services.show_secret(subscription_id=found.pk, actor=adam)

    assert shown == unseal(found.sealed_secret)
    assert shown not in found.sealed_secret
    logged = json.dumps(list(CommandLog.objects.values_list("arguments", flat=True)))
    assert shown not in logged
    assert found.sealed_secret not in logged
