"""The integrity page: a worker asks everything, the page shows what it found."""

import html
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.urls import reverse

from core import invariants, work
from core.audit.sealer import seal
from core.models import Company, Job, User
from core.web.formats import NBSP
from tests.support.horizon import wait_for_horizon


@pytest.fixture
def auditor(db: None, client: Client) -> User:
    """Somebody who may see the integrity page, signed in."""
    person = User.objects.create(username="auditor")
    person.user_permissions.add(Permission.objects.get(codename="see_integrity"))
    client.force_login(person)
    return person


@pytest.fixture
def company(db: None) -> Company:
    return Company.objects.create(code="KEPT", name="Kept GmbH", functional_currency="EUR", country="DE")


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: Any) -> None:
    monkeypatch.setattr("core.outbox.nudge.nudge", lambda ids, queue: None)


def page(client: Client) -> str:
    answer = client.get(reverse("integrity:page"))
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def run(client: Client) -> None:
    assert client.post(reverse("integrity:run"), {"idempotency_key": "k"}).status_code == 303
    work.sweep()


def test_before_the_first_run_it_says_so(client: Client, auditor: User) -> None:
    assert "The checks were never run." in page(client)


def test_a_run_shows_every_invariant_and_the_chain(client: Client, auditor: User) -> None:
    run(client)

    shown = page(client)
    assert "Everything holds" in shown
    for invariant in invariants.registered():
        assert invariant.name in shown
    assert "The audit chain is unbroken" in shown


def break_one_check() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE VIEW site_i15_maker_is_checker AS"
            " SELECT 7::bigint AS order_id, 8::bigint AS hold_id, '<b>x</b>'::varchar(8) AS kind,"
            " 9::bigint AS created_by_id"
        )


@pytest.mark.parametrize("right", ["", "core.administer"])
def test_rows_are_shown_to_who_sees_all_companies_and_counts_to_everybody(
    client: Client, auditor: User, company: Company, right: str
) -> None:
    break_one_check()
    if right:
        auditor.user_permissions.add(Permission.objects.get(codename="administer"))
    run(client)

    shown = page(client)
    assert f"Broken by 1{NBSP}row" in shown
    assert ("<b>x</b>" in shown) is bool(right)
    assert ("their members and administrators see them" in shown) is not bool(right)

    auditor.memberships.create(company=company)
    assert "<b>x</b>" in page(client)


def test_an_offending_row_is_shown_escaped(client: Client, auditor: User) -> None:
    break_one_check()
    run(client)

    assert f"1{NBSP}check broken" in page(client)
    assert "&lt;b&gt;x&lt;/b&gt;" in client.get(reverse("integrity:page")).content.decode()


def test_while_a_run_is_under_way_no_second_one_is_started(client: Client, auditor: User) -> None:
    for key in ("one", "two"):
        client.post(reverse("integrity:run"), {"idempotency_key": key})

    assert Job.objects.count() == 1
    assert "Run all checks</button>" not in page(client)


@pytest.mark.own_database
def test_the_chain_that_is_there_is_told(client: Client, auditor: User) -> None:
    wait_for_horizon()
    seal()
    run(client)

    assert f"in 1{NBSP}block, as they were sealed" in page(client)


@pytest.mark.parametrize(("name", "verb"), [("page", "get"), ("run", "post")])
def test_it_needs_the_right(client: Client, auditor: User, name: str, verb: str) -> None:
    auditor.user_permissions.clear()

    assert getattr(client, verb)(reverse(f"integrity:{name}")).status_code == 403
    assert not Job.objects.exists()


def test_running_by_get_is_refused(client: Client, auditor: User) -> None:
    assert client.get(reverse("integrity:run")).status_code == 405
