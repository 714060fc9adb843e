"""The pages of webhooks: works, wrong method, no right and nothing changed, refused, repeated."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import User
from orders_site.webhooks import sending, services
from orders_site.webhooks.models import WebhookDelivery, WebhookSubscription
from orders_site.webhooks.signing import unseal
from tests import factories
from tests.site.conftest import World
from tests.site.webhooks.conftest import Receiver, Subscribe


@pytest.fixture
def client_of_adam(client: Client, adam: User) -> Client:
    client.force_login(adam)
    return client


def fields(receiver: Receiver, **others: Any) -> dict[str, Any]:
    given = {"name": "Shop", "address": receiver.url, "events": ["order.confirmed"], "idempotency_key": "k1"}
    return given | others


def test_a_webhook_is_made_and_its_secret_shown_once(world: World, client_of_adam: Client, receiver: Receiver) -> None:
    for _ in range(2):
        made = client_of_adam.post(reverse("webhooks:new"), fields(receiver, company=world.company.pk))

    found = WebhookSubscription.objects.get()
    page = reverse("webhooks:subscription", args=[found.pk])
    assert (made.status_code, made["Location"]) == (303, page)
    secret = unseal(found.sealed_secret)
    assert secret not in client_of_adam.get(page).content.decode()

    first, second = (client_of_adam.post(reverse("webhooks:secret", args=[found.pk])) for _ in range(2))

    assert secret in re.sub("&#43;", "+", first.content.decode())
    assert first["Cache-Control"] == "no-store"
    assert second.status_code == 422
    assert secret not in second.content.decode()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"address": "https://10.0.0.1/"}, "private network"),
        ({"address": "http://example.com/"}, "starts with https"),
        ({"events": []}, "Select events"),
        ({"events": ["order.stolen"]}, "order.stolen"),
        ({"name": ""}, "Enter name"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    world: World, client_of_adam: Client, receiver: Receiver, settings: Any, wrong: dict[str, Any], sentence: str
) -> None:
    settings.KEPT_WEBHOOKS_INSECURE = False
    settings_of_form = fields(receiver, company=world.company.pk, address="https://8.8.8.8/") | wrong

    answer = client_of_adam.post(reverse("webhooks:new"), settings_of_form)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not WebhookSubscription.objects.exists()


def test_two_editors_do_not_overwrite_each_other(
    client_of_adam: Client, subscribe: Subscribe, receiver: Receiver
) -> None:
    found = subscribe()
    address = reverse("webhooks:edit", args=[found.pk])

    saved = client_of_adam.post(address, fields(receiver, name="One", version=1, idempotency_key="a"))
    stale = client_of_adam.post(address, fields(receiver, name="Two", version=1, idempotency_key="b"))

    found.refresh_from_db()
    assert (saved.status_code, stale.status_code, found.name) == (303, 422, "One")
    assert found.events == ["order.confirmed"]
    assert "Somebody else changed" in stale.content.decode()


def test_verbs_of_the_page(client_of_adam: Client, subscribe: Subscribe) -> None:
    found = subscribe()

    def do(verb: str) -> int:
        return client_of_adam.post(reverse("webhooks:verb", args=[found.pk, verb])).status_code

    assert do("off") == 303
    assert do("test") == 422  # it is off
    assert not WebhookDelivery.objects.exists()
    services.show_secret(subscription_id=found.pk, actor=found.owner)
    assert do("on") == do("test") == do("renew") == 303
    assert do("steal") == 404
    assert WebhookDelivery.objects.get().event == "webhook.test"
    again = WebhookSubscription.objects.get()
    assert again.sealed_old_secret == found.sealed_secret
    assert client_of_adam.get(reverse("webhooks:verb", args=[found.pk, "on"])).status_code == 405


def test_without_the_right_nothing_is_seen_or_changed(client: Client, world: World, subscribe: Subscribe) -> None:
    found = subscribe()
    client.force_login(world.boss)

    for name in ("subscription", "edit"):
        assert client.get(reverse(f"webhooks:{name}", args=[found.pk])).status_code == 403
    for name, args in (("verb", [found.pk, "off"]), ("secret", [found.pk])):
        assert client.post(reverse(f"webhooks:{name}", args=args)).status_code == 403
    again = WebhookSubscription.objects.get()
    assert (again.is_on, again.secret_shown_at) == (True, None)


def test_another_companys_webhook_is_not_there(client: Client, subscribe: Subscribe, adam: User) -> None:
    found = subscribe()
    services.send_test(subscription_id=found.pk, actor=adam)
    delivery = WebhookDelivery.objects.get()
    other = factories.make_company(code="OTHER")
    eve = factories.make_user(name="Eve", roles=("Admin",), companies=(other,))
    client.force_login(eve)

    for name, pk in (("subscription", found.pk), ("edit", found.pk), ("delivery", delivery.pk)):
        assert client.get(reverse(f"webhooks:{name}", args=[pk])).status_code == 404
    for name, args in (("verb", [found.pk, "off"]), ("secret", [found.pk]), ("replay", [delivery.pk])):
        assert client.post(reverse(f"webhooks:{name}", args=args)).status_code == 404
    assert services.replay(delivery_ids=[delivery.pk], actor=eve) == 0
    assert "Shop" not in client.get(reverse("webhooks:subscriptions")).content.decode()
    again = WebhookSubscription.objects.get()
    assert (again.is_on, again.secret_shown_at) == (True, None)


def test_deliveries_are_found_and_sent_again(
    client_of_adam: Client, subscribe: Subscribe, adam: User, receiver: Receiver
) -> None:
    found = subscribe()
    for _ in range(3):
        services.send_test(subscription_id=found.pk, actor=adam)
    sending.send_due()
    one, two, three = WebhookDelivery.objects.order_by("pk")

    listed = client_of_adam.get(reverse("webhooks:deliveries"), {"state": "done", "subscription": found.pk})
    assert "webhook.test" in listed.content.decode()
    picked = client_of_adam.post(reverse("webhooks:replay-picked"), {"picked": [one.pk, two.pk]})
    assert picked.status_code == 303
    sending.send_due()
    assert len(receiver.requests) == 5
    chosen = client_of_adam.get(reverse("webhooks:deliveries"), {"state": "done", "select": "all"}).content.decode()
    word = re.search(r'name="all_matching" value="([^"]+)"', chosen)
    assert word
    client_of_adam.post(reverse("webhooks:replay-picked") + "?state=done", {"all_matching": word[1]})
    sending.send_due()
    assert len(receiver.requests) == 8
    client_of_adam.post(reverse("webhooks:replay", args=[three.pk]))
    sending.send_due()
    assert len(receiver.requests) == 9
    assert len(set(receiver.ids)) == 3


def test_a_delivery_shows_message_and_answer(
    client_of_adam: Client, subscribe: Subscribe, adam: User, receiver: Receiver
) -> None:
    services.send_test(subscription_id=subscribe().pk, actor=adam)
    delivery = WebhookDelivery.objects.get()
    page = reverse("webhooks:delivery", args=[delivery.pk])
    assert "composed at the first try" in client_of_adam.get(page).content.decode()

    sending.send_due()

    html = client_of_adam.get(page).content.decode()
    assert "&#34;type&#34;: &#34;webhook.test&#34;" in html
    assert "Answer 200" in html


@pytest.mark.parametrize("name", ["subscriptions", "deliveries"])
def test_lists_cost_the_same_for_any_number_of_rows(
    name: str, client_of_adam: Client, subscribe: Subscribe, adam: User, count_statements: Any
) -> None:
    counts = []
    for _ in range(2):
        for _ in range(10):
            found = subscribe()
            services.send_test(subscription_id=found.pk, actor=adam)
        with count_statements() as seen:
            client_of_adam.get(reverse(f"webhooks:{name}"))
        counts.append(seen.count)

    assert counts[0] == counts[1]
