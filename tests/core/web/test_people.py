"""The person of a request, with rights and companies, in one statement."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from core.access import company_ids, permissions_of
from core.models import Company, CompanyMembership, User
from core.web.people import PeopleBackend
from tests.core.makers import make_company


@pytest.fixture
def company(db: None) -> Company:
    return make_company()


def _right(name: str) -> Permission:
    app, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def test_a_person_comes_with_the_rights_of_roles_and_own_and_companies(
    reader: User, company: Company, django_assert_num_queries: Callable[..., object]
) -> None:
    role = Group.objects.create(name="Keeper")
    role.permissions.add(_right("core.see_jobs"), _right("core.administer"))
    reader.groups.add(role)
    reader.user_permissions.add(_right("core.see_cost"))
    CompanyMembership.objects.create(user=reader, company=company)
    slow = User.objects.get(pk=reader.pk)

    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        person = PeopleBackend().get_user(reader.pk)
        assert person == reader
        found = permissions_of(person), company_ids(person)

    assert found == (frozenset({"core.see_jobs", "core.administer", "core.see_cost"}), frozenset({company.pk}))
    assert found == (permissions_of(slow), company_ids(slow))


def test_a_person_without_anything_may_nothing(db: None) -> None:
    nobody = User.objects.create_user("nobody")

    person = PeopleBackend().get_user(nobody.pk)

    assert person is not None
    assert permissions_of(person) == frozenset()
    assert company_ids(person) == frozenset()


def test_who_left_or_never_was_is_nobody(reader: User) -> None:
    User.objects.filter(pk=reader.pk).update(is_active=False)

    assert PeopleBackend().get_user(reader.pk) is None
    assert PeopleBackend().get_user(reader.pk + 1_000) is None


def test_a_right_taken_away_is_gone_with_the_next_request(client: Client, reader: User) -> None:
    client.force_login(reader)
    address = reverse("design:catalogue")
    assert client.get(address).status_code == 200

    reader.user_permissions.clear()
    assert client.get(address).status_code == 403

    reader.user_permissions.add(_right("core.administer"))
    assert client.get(address).status_code == 200
    User.objects.filter(pk=reader.pk).update(is_active=False)
    assert client.get(address)["Location"].startswith(reverse("login"))
