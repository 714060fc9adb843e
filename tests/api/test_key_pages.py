"""Keys on their pages: made by administrators, shown once, and ended at once."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import ApiKey, CommandLog, User
from tests import factories
from tests.api.program import Program, make_key
from tests.world import World


@pytest.fixture
def admin(world: World, client: Client) -> User:
    person = factories.make_user(name="Ada", roles=("Admin",), companies=(world.company,))
    client.force_login(person)
    return person


def asked(**changes: object) -> dict[str, object]:
    later = (timezone.now() + timedelta(days=10)).date()
    return {"name": "Web shop", "expires_on": later.isoformat(), "scopes": ["orders.see_orders"]} | changes


def test_a_key_is_made_shown_once_and_works(client: Client, admin: User, world: World) -> None:
    offered = client.get(reverse("keys:new"), {"person": world.alice.pk})
    made = client.post(reverse("keys:make", args=[world.alice.pk]), asked(idempotency_key="k-1"))
    again = client.post(reverse("keys:make", args=[world.alice.pk]), asked(idempotency_key="k-1"))
    token = re.search(r'value="(kept_[^"]+)"', made.content.decode())

    assert "orders.see_orders" in offered.content.decode()
    assert "payments.receive_payment" not in offered.content.decode()
    assert (made.status_code, made["Cache-Control"], again.status_code) == (200, "no-store", 409)
    assert token is not None
    key = ApiKey.objects.get()
    program = Program(token[1])
    assert program.call("read_me").body["rights"] == ["orders.see_orders"]
    page = client.get(reverse("keys:key", args=[key.pk])).content.decode()
    assert token[1] not in page
    assert key.prefix in page
    assert token[1] not in str(list(CommandLog.objects.values()))
    assert "Web shop" in client.get(reverse("keys:list")).content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Enter program"),
        ({"scopes": []}, "Select rights"),
        ({"scopes": ["payments.receive_payment"]}, "payments.receive_payment"),
        ({"expires_on": "2001-01-01"}, "Choose a day in the future"),
        ({"expires_on": "2199-01-01"}, "Choose a day in the future"),
    ],
)
def test_what_cannot_be_a_key_is_told_and_nothing_is_made(
    client: Client, admin: User, world: World, changes: dict[str, object], said: str
) -> None:
    answer = client.post(reverse("keys:make", args=[world.alice.pk]), asked(**changes))

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_a_revoked_key_is_turned_away_at_once(client: Client, admin: User, world: World) -> None:
    program = Program(make_key(world.alice))
    key = ApiKey.objects.get()
    assert program.call("read_me").status == 200

    client.post(reverse("keys:revoke", args=[key.pk]))

    assert program.call("read_me").status == 401
    key.refresh_from_db()
    assert key.revoked_by == admin


def test_only_administrators_come_here(client: Client, world: World) -> None:
    key = ApiKey.objects.get(prefix="_".join(make_key(world.alice).split("_")[:2]))
    client.force_login(world.boss)
    addresses = [("list", []), ("new", []), ("key", [key.pk])]

    seen = {client.get(reverse(f"keys:{name}", args=args)).status_code for name, args in addresses}
    done = {
        client.post(reverse("keys:make", args=[world.alice.pk]), asked()).status_code,
        client.post(reverse("keys:revoke", args=[key.pk])).status_code,
    }

    assert seen | done == {403}
    key.refresh_from_db()
    assert (key.revoked_at, ApiKey.objects.count()) == (None, 1)


def test_people_and_keys_of_other_companies_are_not_there(client: Client, admin: User, world: World) -> None:
    other = factories.make_company(code="OTHER")
    olga = factories.make_user(name="Olga", roles=("Sales",), companies=(other,))
    both = factories.make_user(name="Both", roles=("Sales",), companies=(world.company, other))
    make_key(olga)
    theirs = ApiKey.objects.get()

    offered = client.get(reverse("keys:new")).content.decode()
    made = [client.post(reverse("keys:make", args=[person.pk]), asked()).status_code for person in (olga, both)]
    listed = client.get(reverse("keys:list")).content.decode()
    shown = client.get(reverse("keys:key", args=[theirs.pk])).status_code
    revoked = client.post(reverse("keys:revoke", args=[theirs.pk])).status_code

    assert "Alice" in offered
    assert not {"Olga", "Both"} & set(re.findall(r"\w+", offered))
    assert (made, shown, revoked) == ([404, 404], 404, 404)
    assert "Program of" not in listed
    theirs.refresh_from_db()
    assert (theirs.revoked_at, ApiKey.objects.count()) == (None, 1)
