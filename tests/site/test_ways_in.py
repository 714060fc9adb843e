"""What stays open when something about an account changes: sessions after a new password, links, tries in a minute."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from core import work
from core.errors import DomainError, NotAllowed, NotFound
from core.models import Company, User, Visit
from core.system import system_user
from core.web.sessions import CLOCK
from orders_site.people.drafts import PersonDraft, Secret
from orders_site.people.services.access import deactivate_person, set_access
from orders_site.people.services.inviting import accept_invitation, invite_person, send_invitation_again
from orders_site.roles import sync_roles
from tests.core.makers import make_company, make_person

PASSWORD = "a long enough secret"
NEW = "another secret, as long"


@pytest.fixture
def company(db: None) -> Company:
    sync_roles()
    cache.clear()
    return make_company()


@pytest.fixture
def ada(company: Company) -> User:
    person = User.objects.create_user("ada", "ada@example.com", PASSWORD, first_name="Ada")
    person.groups.set(Group.objects.filter(name="Admin"))
    person.memberships.create(company=company)
    return person


@pytest.fixture
def sam(company: Company) -> User:
    person = User.objects.create_user("sam", "sam@example.com", PASSWORD)
    person.memberships.create(company=company)
    return person


def sign_in(client: Client, name: str, password: str = PASSWORD) -> int:
    return client.post(reverse("login"), {"login": name, "password": password}).status_code


def draft(**more: Any) -> PersonDraft:
    facts = {"username": "nina", "email": "nina@example.com", "first_name": "Nina", "last_name": "Berg"}
    return PersonDraft(**(facts | {"role_ids": (), "company_ids": ()} | more))


def link_in(mail: Any) -> str:
    return str(re.findall(r"http://localhost:\d+(/\S+)", mail.body)[0])


# --- sessions --------------------------------------------------------------------------------------------------------


def test_the_session_of_a_new_password_is_still_seen_and_can_be_ended(
    client: Client, ada: User, sam: User, django_capture_on_commit_callbacks: Any
) -> None:
    sign_in(client, "sam")
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})

    assert client.get(reverse("settings")).status_code == 200
    assert Visit.objects.get(user=sam).session_key == client.session.session_key
    assert "This session" in client.get(reverse("sessions")).content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        set_access(user_id=sam.pk, role_ids=[], company_ids=[], actor=ada)
    assert client.get(reverse("settings"))["Location"].startswith(reverse("login"))


# --- tries -----------------------------------------------------------------------------------------------------------


def test_the_five_tries_are_those_of_the_person_under_every_name(client: Client, sam: User) -> None:
    names = ["sam", "SAM", "sam@example.com", "Sam@Example.com", " sam "]
    answers = [sign_in(client, name, "wrong") for name in names]

    assert answers == [422] * 5
    assert sign_in(client, "sam@example.com") == 429
    assert sign_in(client, "sam") == 429
    assert sign_in(client, "\x00sam") == 429


# --- invitations -----------------------------------------------------------------------------------------------------


def test_a_withdrawn_invitation_opens_nothing_until_it_is_sent_again(
    client: Client, ada: User, mailoutbox: list[Any]
) -> None:
    pk = invite_person(draft=draft(), actor=ada)
    work.sweep()
    office = Client()
    office.force_login(ada)
    page = office.get(reverse("people:person", args=[pk])).content.decode()
    assert "Withdraw invitation" in page

    answer = office.post(reverse("people:verb", args=[pk, "deactivate"]), {"reason": "the address was wrong"})

    assert answer.status_code == 303
    assert client.get(link_in(mailoutbox[0])).status_code == 404
    page = office.get(reverse("people:person", args=[pk])).content.decode()
    assert "Deactivated" in page
    assert "Send invitation again" in page
    assert ">Activate<" not in page

    send_invitation_again(user_id=pk, actor=ada)
    work.sweep()
    assert client.get(link_in(mailoutbox[1])).status_code == 200


def test_an_invitation_on_its_way_is_not_sent_once_it_is_withdrawn(ada: User, mailoutbox: list[Any]) -> None:
    pk = invite_person(draft=draft(), actor=ada)
    deactivate_person(user_id=pk, reason="not her", actor=ada)

    work.sweep()

    assert mailoutbox == []


def test_a_page_that_was_opened_with_an_old_link_lets_nobody_in(ada: User, mailoutbox: list[Any]) -> None:
    pk = invite_person(draft=draft(), actor=ada)
    work.sweep()
    send_invitation_again(user_id=pk, actor=ada)
    token = Secret(link_in(mailoutbox[0]).split("/")[2])

    with pytest.raises(NotFound):
        accept_invitation(token=token, password=Secret(PASSWORD), actor=User.objects.get(pk=pk))


@pytest.mark.own_database
def test_of_those_who_are_invited_at_once_one_has_the_name(run_together: Callable[..., list[Any]], ada: User) -> None:
    system_user()

    def invite(name: str) -> Callable[[], int]:
        return lambda: invite_person(draft=draft(username=name), actor=User.objects.get(pk=ada.pk))

    outcomes = run_together([invite(name) for name in ("nina", "nina", "NINA", "Nina")])

    assert sorted(type(outcome.error).__name__ for outcome in outcomes) == ["DomainError"] * 3 + ["NoneType"]
    assert User.objects.filter(email="nina@example.com").count() == 1


def test_who_has_a_password_is_not_invited_again(ada: User, sam: User) -> None:
    with pytest.raises(DomainError, match="accepted"):
        send_invitation_again(user_id=sam.pk, actor=ada)


def test_the_invitation_of_somebody_with_further_rights_is_not_sent_again(ada: User) -> None:
    pk = invite_person(draft=draft(role_ids=(Group.objects.get(name="Admin").pk,)), actor=ada)
    helper = make_person(rights=["core.maintain_people"])

    with pytest.raises(NotAllowed, match="rights that you do not hold"):
        send_invitation_again(user_id=pk, actor=helper)


# --- changing what somebody may --------------------------------------------------------------------------------------


def test_roles_that_were_taken_meanwhile_are_not_given_back_by_an_older_page(ada: User, sam: User) -> None:
    sales, warehouse = (Group.objects.get(name=name).pk for name in ("Sales", "Warehouse"))
    set_access(user_id=sam.pk, role_ids=[sales], company_ids=[], actor=ada)
    office, address = Client(), reverse("people:access", args=[sam.pk])
    office.force_login(ada)
    seen = seen_on(office, address)
    set_access(user_id=sam.pk, role_ids=[], company_ids=[], actor=ada)

    late = office.post(address, {"roles": [sales, warehouse], "seen": seen})

    assert (late.status_code, sam.groups.count()) == (409, 0)
    assert "meanwhile" in late.content.decode()
    assert not re.findall(r'name="roles"[^>]* checked', late.content.decode())
    assert office.post(address, {"roles": [warehouse], "seen": seen_on(office, address)}).status_code == 303
    assert sam.groups.get().name == "Warehouse"


def seen_on(office: Client, address: str) -> str:
    return re.findall(r'name="seen" value="(\w+)"', office.get(address).content.decode())[0]


def test_what_waits_for_the_password_is_carried_out_with_its_query(client: Client, ada: User, sam: User) -> None:
    sign_in(client, "ada")
    session = client.session
    session[CLOCK] = session[CLOCK] | {"confirmed": 0}
    session.save()

    asked = client.post(reverse("people:verb", args=[sam.pk, "deactivate"]) + "?from=list", {"reason": "left"})
    client.post(asked["Location"], {"password": PASSWORD})

    assert not User.objects.get(pk=sam.pk).is_active
