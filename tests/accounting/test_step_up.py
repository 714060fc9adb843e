"""Locking a period asks who it is when the sign-in is older than ten minutes, and then does what was asked."""

import pytest
from django.test import Client
from django.urls import reverse

from accounting.models import Period
from core.models import Company, User
from core.web.sessions import CLOCK

PASSWORD = "a long enough secret"


@pytest.fixture
def march(company: Company) -> Period:
    return Period.objects.get(company=company, name="2026-03")


def test_an_old_sign_in_is_confirmed_before_a_period_is_locked(client: Client, ruth: User, march: Period) -> None:
    ruth.set_password(PASSWORD)
    ruth.save(update_fields=["password"])
    client.force_login(ruth)
    _make_old(client)
    address = reverse("accounting:period-lock", args=[march.pk])

    asked = client.post(address, {"idempotency_key": "once"})
    march.refresh_from_db()
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert not march.is_locked
    assert client.get(asked["Location"]).status_code == 200
    assert client.post(asked["Location"], {"password": "wrong", "next": address}).status_code == 422

    done = client.post(asked["Location"], {"password": PASSWORD, "next": address})
    march.refresh_from_db()
    assert (done.status_code, march.is_locked) == (303, True)
    assert client.post(reverse("accounting:period-reopen", args=[march.pk]), {"reason": "late"}).status_code == 303


def test_what_was_typed_is_carried_out_after_the_question(client: Client, ruth: User, march: Period) -> None:
    ruth.set_password(PASSWORD)
    ruth.save(update_fields=["password"])
    client.force_login(ruth)
    client.post(reverse("accounting:period-lock", args=[march.pk]))
    _make_old(client)
    address = reverse("accounting:period-reopen", args=[march.pk])

    asked = client.post(address, {"reason": "a late invoice"})["Location"]
    client.post(asked, {"password": PASSWORD, "next": address})

    march.refresh_from_db()
    assert not march.is_locked


def test_a_right_that_was_taken_away_meanwhile_is_asked_for_again(client: Client, ruth: User, march: Period) -> None:
    ruth.set_password(PASSWORD)
    ruth.save(update_fields=["password"])
    client.force_login(ruth)
    _make_old(client)
    address = reverse("accounting:period-lock", args=[march.pk])
    asked = client.post(address)["Location"]
    ruth.user_permissions.clear()

    answer = client.post(asked, {"password": PASSWORD, "next": address})

    march.refresh_from_db()
    assert (answer.status_code, march.is_locked) == (403, False)


def test_a_part_of_a_page_sends_the_whole_page_to_the_question(client: Client, ruth: User, march: Period) -> None:
    ruth.set_password(PASSWORD)
    ruth.save(update_fields=["password"])
    client.force_login(ruth)
    _make_old(client)

    answer = client.post(reverse("accounting:period-lock", args=[march.pk]), headers={"HX-Request": "true"})

    march.refresh_from_db()
    assert answer["HX-Redirect"].startswith(reverse("account_reauthenticate"))
    assert not march.is_locked


def _make_old(client: Client) -> None:
    session = client.session
    session[CLOCK] = session[CLOCK] | {"confirmed": session[CLOCK]["confirmed"] - 601}
    session.save()
