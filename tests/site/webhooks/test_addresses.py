"""Where webhooks may go: public addresses, looked up at saving and at sending; never into our own network."""

import socket
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from core.models import User
from orders_site.webhooks import sending, services
from orders_site.webhooks.address import AddressRefused, Target, read_address, resolve
from orders_site.webhooks.models import WebhookDelivery, WebhookSubscription
from orders_site.webhooks.services import SubscriptionDraft
from orders_site.webhooks.signing import seal
from tests.site.conftest import World
from tests.site.webhooks.conftest import Receiver, Subscribe, let_time_pass

NOT_PUBLIC = [
    "127.0.0.1", "127.8.9.10", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254",
    "192.168.0.1", "192.168.255.255", "169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200",
    "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]",
    "[::ffff:169.254.169.254]", "[::127.0.0.1]", "[fc00::1]", "[fd00:ec2::254]", "[fe80::1]", "[febf::1]",
    "[ff02::1]", "[64:ff9b::a00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::1]", "[2002:a00:1::]",
    "[2002:7f00:1::1]", "[2001::1]", "[2001:db8::1]", "[100::1]", "2130706433", "017700000001", "0x7f000001",
    "127.1", "0", "localhost", "192.0.0.192", "192.88.99.1", "168.63.129.16", "[fec0::1]", "[3fff::1]", "[4000::1]",
    "[::ffff:8.8.8.8]",
]  # fmt: skip
UNREADABLE = [
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "//example.com/",
    "example.com",
    "https://",
    "https:///path",
    "https://user@example.com/",
    "https://user:word@example.com/",
    "https://example.com@127.0.0.1/",
    "https://example.com/#part",
    "https://example.com:22/",
    "https://example.com:25/",
    "https://example.com:80/",
    "https://example.com:0/",
    "https://example.com:99999/",
    "https://example.com:port/",
    "https://example.com/a b",
    "https://example.com/\r\nHost: internal",
    "https://example.com\\@127.0.0.1/",
    "https://[fe80::1%25eth0]/",
    "https://[::1",
    "https://" + "a" * 64 + ".example/",
    "https://example.com/ä",
    "https://example.com/" + "a" * 500,
    "javascript:alert(1)",
    "",
]


@pytest.mark.parametrize("host", NOT_PUBLIC)
def test_what_is_not_public_is_refused(host: str) -> None:
    with pytest.raises(AddressRefused):
        resolve(read_address(f"https://{host}/hooks"))


@pytest.mark.parametrize("address", UNREADABLE)
def test_what_is_no_plain_https_address_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused):
        read_address(address)


@pytest.mark.parametrize("host", ["8.8.8.8", "1.1.1.1", "[2606:4700:4700::1111]", "172.32.0.1", "100.128.0.1"])
def test_public_addresses_are_taken(host: str) -> None:
    assert len(resolve(read_address(f"https://{host}:8443/hooks?x=1"))) == 1


def test_an_address_is_taken_apart() -> None:
    assert read_address("https://bücher.example/a?b=c") == Target(True, "xn--bcher-kva.example", 443, "/a?b=c")
    assert read_address("https://Example.com:8443").host_header == "example.com:8443"


def names(monkeypatch: pytest.MonkeyPatch, *hosts: str) -> None:
    """Let every name lead to these addresses."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 443)) for host in hosts]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, "8.8.8.8", "10.0.0.1")

    with pytest.raises(AddressRefused, match="private network"):
        resolve(read_address("https://example.com/"))


def test_a_private_address_is_refused_at_saving(world: World, adam: User) -> None:
    draft = SubscriptionDraft(
        world.company.pk, "Shop", "https://169.254.169.254/latest/meta-data", ("order.confirmed",)
    )

    with pytest.raises(AddressRefused):
        services.subscribe(draft=draft, actor=adam)

    assert not WebhookSubscription.objects.exists()


def test_a_name_that_leads_inside_later_is_refused_at_sending(
    monkeypatch: pytest.MonkeyPatch, world: World, adam: User
) -> None:
    names(monkeypatch, "8.8.8.8")
    draft = SubscriptionDraft(world.company.pk, "Shop", "https://rebind.example/", ("order.confirmed",))
    pk = services.subscribe(draft=draft, actor=adam)
    services.send_test(subscription_id=pk, actor=adam)
    names(monkeypatch, "127.0.0.1")

    def connect(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a connection was made")

    monkeypatch.setattr(socket, "create_connection", connect)
    assert sending.send_due() == 1

    (found,) = WebhookDelivery.objects.all()
    assert (found.state, found.answer_status) == ("waiting", None)
    assert "private network" in found.answer


def test_the_connection_goes_to_the_addresses_that_were_checked(
    monkeypatch: pytest.MonkeyPatch, world: World, adam: User
) -> None:
    names(monkeypatch, "8.8.8.8", "8.8.4.4")
    draft = SubscriptionDraft(world.company.pk, "Shop", "https://example.com/", ("order.confirmed",))
    services.send_test(subscription_id=services.subscribe(draft=draft, actor=adam), actor=adam)
    asked: list[Any] = []

    def connect(address: Any, timeout: float) -> None:
        asked.append((address, timeout))
        raise ConnectionRefusedError("not today")

    monkeypatch.setattr(socket, "create_connection", connect)
    sending.send_due()

    assert asked == [((host, 443), sending.CONNECT_SECONDS) for host in ("8.8.8.8", "8.8.4.4")]


def test_redirects_are_not_followed(subscribe: Subscribe, adam: User, receiver: Receiver) -> None:
    services.send_test(subscription_id=subscribe().pk, actor=adam)
    receiver.answers = [302]

    sending.send_due()

    assert len(receiver.requests) == 1
    assert WebhookDelivery.objects.get().state == "waiting"


def test_a_secret_that_no_key_opens_is_said(
    subscribe: Subscribe, adam: User, receiver: Receiver, settings: Any
) -> None:
    services.send_test(subscription_id=subscribe().pk, actor=adam)
    settings.SECRET_KEY = "another key altogether, without fallback"

    sending.send_due()

    assert "Renew it" in WebhookDelivery.objects.get().answer
    assert receiver.requests == []


def test_a_secret_that_cannot_be_shown_does_not_count_as_shown(
    subscribe: Subscribe, adam: User, settings: Any, client: Client
) -> None:
    found = subscribe()
    client.force_login(adam)
    with override_settings(SECRET_KEY="another key altogether", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        services.renew_secret(subscription_id=found.pk, actor=adam)

    answer = client.post(reverse("webhooks:secret", args=[found.pk]))

    assert (answer.status_code, "Renew it" in answer.content.decode()) == (422, True)
    found.refresh_from_db()
    assert found.secret_shown_at is None


def test_an_older_key_of_the_application_still_opens_secrets(
    subscribe: Subscribe, adam: User, receiver: Receiver, settings: Any
) -> None:
    services.send_test(subscription_id=subscribe().pk, actor=adam)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key", [settings.SECRET_KEY]

    let_time_pass()
    sending.send_due()

    assert WebhookDelivery.objects.get().state == "done"
    assert seal("whsec_x") != "whsec_x"
