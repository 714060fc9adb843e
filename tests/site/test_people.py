"""Who lets whom in, what people may and why, and what nobody may give."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from core import work
from core.errors import DomainError, NotAllowed, NotFound
from core.models import CommandLog, Company, Invitation, OutboxMessage, User
from core.system import system_user
from core.web.sessions import CLOCK
from orders_site.people.drafts import PersonDraft
from orders_site.people.rules import CONFLICTS, SECOND_FACTOR
from orders_site.people.selectors import conflicts_among, held_rights
from orders_site.people.services.access import (
    activate_person,
    deactivate_person,
    remove_second_factor,
    set_access,
)
from orders_site.people.services.inviting import invite_person, send_invitation_again
from orders_site.roles import ROLES, sync_roles
from tests.core.makers import make_company, make_person

PASSWORD = "a long enough secret"


@pytest.fixture(autouse=True)
def _roles(db: None) -> None:
    sync_roles()
    cache.clear()


@pytest.fixture
def company() -> Company:
    return make_company()


def role(name: str) -> int:
    return Group.objects.get(name=name).pk


def with_role(name: str, *roles: str, companies: tuple[Company, ...] = ()) -> User:
    """A person with these roles, made past every command."""
    person = User.objects.create_user(name.lower(), f"{name.lower()}@example.com", PASSWORD, first_name=name)
    person.groups.set(Group.objects.filter(name__in=roles))
    for company in companies:
        person.memberships.create(company=company)
    return person


@pytest.fixture
def ada(company: Company) -> User:
    return with_role("Ada", "Admin", companies=(company,))


@pytest.fixture
def sam(company: Company) -> User:
    return with_role("Sam", "Sales", companies=(company,))


def give(person: User, *roles: str, by: User, companies: tuple[Company, ...] = ()) -> None:
    set_access(
        user_id=person.pk, role_ids=[role(name) for name in roles], company_ids=[c.pk for c in companies], actor=by
    )


# --- rules -----------------------------------------------------------------------------------------------------------


def test_rules_name_rights_that_some_role_holds() -> None:
    held = {right for rights in ROLES.values() for right in rights}

    assert {right for pair in CONFLICTS for right in (pair.one, pair.other)} <= held
    assert held >= SECOND_FACTOR


@pytest.mark.parametrize("name", ROLES)
def test_no_single_role_holds_rights_that_exclude_each_other(name: str) -> None:
    assert conflicts_among(ROLES[name]) == []


# --- giving ----------------------------------------------------------------------------------------------------------


def test_roles_and_companies_are_given_logged_and_kept_in_the_history(ada: User, sam: User, company: Company) -> None:
    give(sam, "Warehouse", "Purchasing", by=ada, companies=(company,))

    assert set(sam.groups.values_list("name", flat=True)) == {"Warehouse", "Purchasing"}
    assert list(sam.companies.all()) == [company]
    assert CommandLog.objects.get(name="orders_site.set_access").actor == ada


def test_a_change_signs_the_person_out(
    ada: User, sam: User, company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    client = Client()
    client.force_login(sam)
    assert client.get("/").status_code == 200

    with django_capture_on_commit_callbacks(execute=True):
        give(sam, "Sales", by=ada, companies=(company,))

    assert client.get("/")["Location"].startswith(reverse("login"))


@pytest.mark.parametrize(
    ("roles", "one", "other"),
    [
        (("Sales", "Credit manager"), "Enter", "credit"),
        (("Finance lead", "Controller"), "Post", "Lock periods"),
        (("Master data", "Finance"), "accounts", "payment"),
        (("Purchasing", "Warehouse lead"), "inbound", "stock"),
        (("Warehouse", "Finance"), "Receive", "Credit"),
        (("Admin", "Finance"), "Invite", "payment"),
    ],
)
def test_rights_that_exclude_each_other_are_refused_by_both_names(
    ada: User, sam: User, roles: tuple[str, ...], one: str, other: str
) -> None:
    with pytest.raises(DomainError) as refused:
        give(sam, *roles, by=ada)

    names = re.findall("“(.+?)”", refused.value.sentence)
    assert len(names) == 2
    assert one.lower() in " ".join(names).lower()
    assert other.lower() in " ".join(names).lower()
    assert list(sam.groups.values_list("name", flat=True)) == ["Sales"]


def test_a_conflict_that_was_there_before_does_not_stop_taking_rights_away(ada: User) -> None:
    old = with_role("Olga", "Sales", "Credit manager", "Warehouse")

    give(old, "Sales", "Credit manager", by=ada)

    assert old.groups.count() == 2


def test_nobody_gives_or_takes_what_he_does_not_hold(sam: User, company: Company) -> None:
    leader = make_person(rights=["core.maintain_people", *ROLES["Warehouse"]], companies=[company])

    with pytest.raises(NotAllowed, match="Finance"):
        give(sam, "Sales", "Finance", by=leader)
    with pytest.raises(NotAllowed, match="Sales"):
        give(sam, by=leader)
    give(sam, "Sales", "Warehouse", by=leader, companies=(company,))
    assert set(sam.groups.values_list("name", flat=True)) == {"Sales", "Warehouse"}


def test_nobody_opens_a_company_that_he_does_not_see_or_closes_it(ada: User, sam: User, company: Company) -> None:
    other = make_company()
    with pytest.raises(NotFound):
        give(sam, "Sales", by=ada, companies=(other,))

    sam.memberships.create(company=other)
    give(sam, "Sales", by=ada)
    assert list(sam.companies.all()) == [other]


def test_nobody_changes_himself(ada: User, company: Company) -> None:
    with pytest.raises(NotAllowed):
        give(ada, "Admin", "Manager", by=ada, companies=(company,))
    with pytest.raises(NotAllowed):
        deactivate_person(user_id=ada.pk, reason="holiday", actor=ada)
    with pytest.raises(NotAllowed):
        remove_second_factor(user_id=ada.pk, reason="lost", actor=ada)


def test_the_last_administrator_stays(ada: User, company: Company) -> None:
    rights = [right for right in ROLES["Admin"] if right != "core.administer"]
    helper = make_person(rights=["core.maintain_people", *rights], companies=[company])
    system = system_user()

    with pytest.raises(NotAllowed, match="Ada"):
        deactivate_person(user_id=ada.pk, reason="gone", actor=helper)
    for change in (
        lambda: give(ada, by=system),
        lambda: deactivate_person(user_id=ada.pk, reason="gone", actor=system),
    ):
        with pytest.raises(DomainError, match="last administrator"):
            change()

    with_role("Ann", "Admin", companies=(company,))
    give(ada, by=system)
    assert not ada.groups.exists()


@pytest.mark.own_database
def test_two_administrators_cannot_remove_each_other_at_once(
    run_together: Callable[..., list[Any]], company: Company
) -> None:
    sync_roles()
    one, two = with_role("One", "Admin", companies=(company,)), with_role("Two", "Admin", companies=(company,))

    def remove(person: User, by: User) -> Callable[[], None]:
        return lambda: deactivate_person(user_id=person.pk, reason="race", actor=User.objects.get(pk=by.pk))

    outcomes = run_together([remove(one, two), remove(two, one)])

    assert sorted(type(outcome.error).__name__ for outcome in outcomes) == ["DomainError", "NoneType"]
    assert User.objects.filter(is_active=True, groups__name="Admin").count() == 1


def test_who_was_let_go_is_out_and_can_come_back(ada: User, sam: User) -> None:
    deactivate_person(user_id=sam.pk, reason="left", actor=ada)
    assert not Client().login(username="sam", password=PASSWORD)

    activate_person(user_id=sam.pk, actor=ada)
    assert Client().login(username="sam", password=PASSWORD)


def test_a_lost_second_factor_is_taken_away(ada: User, sam: User) -> None:
    TOTP.activate(sam, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")

    remove_second_factor(user_id=sam.pk, reason="telephone stolen", actor=ada)

    assert not Authenticator.objects.exists()


def test_what_somebody_can_do_names_every_role_behind_it(sam: User) -> None:
    sam.groups.add(Group.objects.get(name="Warehouse"))
    found = {right.name: right for right in held_rights(sam)}

    assert set(found) == set(ROLES["Sales"]) | set(ROLES["Warehouse"])
    assert found["orders.see_orders"].roles == ("Sales", "Warehouse")
    assert found["orders.enter_order"].roles == ("Sales",)
    assert found["orders.enter_order"].room == "Orders"


# --- invitations -----------------------------------------------------------------------------------------------------


def draft(**more: Any) -> PersonDraft:
    facts = {"username": "nina", "email": "nina@example.com", "first_name": "Nina", "last_name": "Berg"}
    return PersonDraft(**(facts | {"role_ids": (role("Sales"),), "company_ids": ()} | more))


def link_in(mail: Any) -> str:
    return str(re.findall(r"http://localhost:\d+(/\S+)", mail.body)[0])


def test_an_invited_person_chooses_a_password_once(
    ada: User, company: Company, client: Client, mailoutbox: list[Any]
) -> None:
    pk = invite_person(draft=draft(company_ids=(company.pk,)), actor=ada)
    work.sweep()
    link = link_in(mailoutbox[0])
    token = link.split("/")[2]
    assert mailoutbox[0].to == ["nina@example.com"]
    assert not User.objects.get(pk=pk).is_active

    assert client.get(link).status_code == 200
    assert client.post(link, {"password1": "short", "password2": "short"}).status_code == 422
    assert client.post(link, {"password1": PASSWORD, "password2": "another"}).status_code == 422
    assert client.post(link, {"password1": PASSWORD, "password2": PASSWORD})["Location"] == reverse("login")

    assert client.post(reverse("login"), {"login": "nina", "password": PASSWORD}).status_code == 302
    assert Client().get(link).status_code == 404
    nina = User.objects.get(pk=pk)
    assert (list(nina.companies.all()), nina.groups.get().name) == ([company], "Sales")
    kept = [
        *CommandLog.objects.values_list("arguments", flat=True),
        *OutboxMessage.objects.values_list("payload", flat=True),
    ]
    assert token not in str(kept) + str(list(Invitation.objects.values()))
    assert PASSWORD not in str(kept)


def test_an_old_link_and_the_one_before_a_new_one_open_nothing(
    ada: User, client: Client, mailoutbox: list[Any]
) -> None:
    pk = invite_person(draft=draft(), actor=ada)
    work.sweep()
    send_invitation_again(user_id=pk, actor=ada)
    work.sweep()
    first, second = map(link_in, mailoutbox)

    assert [client.get(link).status_code for link in (first, second)] == [404, 200]
    Invitation.objects.update(expires_at="2020-01-01T00:00Z")
    assert client.get(second).status_code == 404
    assert client.get("/invited//").status_code == 404


def test_names_and_addresses_are_given_once(ada: User, sam: User) -> None:
    with pytest.raises(DomainError) as refused:
        invite_person(draft=draft(username="SAM", email="Sam@example.com"), actor=ada)

    assert set(refused.value.fields) == {"username", "email"}


def test_nobody_is_invited_to_what_excludes_itself_and_nothing_is_left_behind(ada: User) -> None:
    with pytest.raises(DomainError, match="together"):
        invite_person(draft=draft(role_ids=(role("Sales"), role("Credit manager"))), actor=ada)

    assert not User.objects.filter(username="nina").exists()


def test_who_never_accepted_is_not_activated(ada: User) -> None:
    pk = invite_person(draft=draft(), actor=ada)

    with pytest.raises(DomainError, match="invitation"):
        activate_person(user_id=pk, actor=ada)


# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def office(ada: User) -> Client:
    client = Client()
    client.force_login(ada)
    return client


def test_the_pages_are_for_who_maintains_people(sam: User, ada: User) -> None:
    client = Client()
    client.force_login(sam)

    for name, args in (("list", []), ("roles", []), ("invite", []), ("person", [ada.pk]), ("access", [ada.pk])):
        assert client.get(reverse(f"people:{name}", args=args)).status_code == 403
    assert client.post(reverse("people:verb", args=[ada.pk, "deactivate"]), {"reason": "x"}).status_code == 403
    assert User.objects.get(pk=ada.pk).is_active


def test_people_of_other_companies_are_not_there(office: Client) -> None:
    stranger = with_role("Stan", "Sales", companies=(make_company(),))

    assert "Stan" not in office.get(reverse("people:list")).content.decode()
    assert office.get(reverse("people:person", args=[stranger.pk])).status_code == 404
    assert office.post(reverse("people:access", args=[stranger.pk]), {}).status_code == 404


def test_the_list_costs_the_same_for_many(office: Client, count_statements: Callable[..., Any]) -> None:
    address = reverse("people:list")
    with_role("First", "Sales")
    office.get(address)
    with count_statements() as few:
        office.get(address)
    for number in range(30):
        with_role(f"Person{number}", "Sales", "Warehouse")
    with count_statements() as many:
        assert office.get(address).content.decode().count("<tr>") >= 30

    assert many.count == few.count


@pytest.mark.parametrize("query", ["?q=sam", "?state=active", "?factor=no", "?sort=-name", "?format=csv", "?role=1"])
def test_the_list_is_narrowed_sorted_and_exported(office: Client, sam: User, query: str) -> None:
    assert office.get(reverse("people:list") + query).status_code == 200


def test_a_person_page_says_what_and_why(office: Client, sam: User) -> None:
    TOTP.activate(sam, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    html = office.get(reverse("people:person", args=[sam.pk])).content.decode()

    assert "What Sam can do, and why" in html
    assert html.count("Sales") > 10
    assert "Remove second factor" in html


def test_roles_are_shown_as_sentences(office: Client, sam: User) -> None:
    assert "Credit manager" in office.get(reverse("people:roles")).content.decode()
    html = office.get(reverse("people:role", args=[role("Sales")])).content.decode()

    assert "Kept apart" in html
    assert "Orders" in html


def test_roles_are_changed_by_the_page_after_a_question(office: Client, ada: User, sam: User, company: Company) -> None:
    ada.set_password(PASSWORD)
    ada.save(update_fields=["password"])
    office.force_login(ada)
    session = office.session
    session[CLOCK] = session[CLOCK] | {"confirmed": 0}
    session.save()
    address = reverse("people:access", args=[sam.pk])
    typed = {"roles": [role("Warehouse"), role("Purchasing")], "companies": [company.pk]}

    asked = office.post(address, typed)["Location"]
    assert sam.groups.get().name == "Sales"
    done = office.post(asked, {"password": PASSWORD, "next": address})

    assert done["Location"] == reverse("people:person", args=[sam.pk])
    assert set(sam.groups.values_list("name", flat=True)) == {"Warehouse", "Purchasing"}


def test_a_refused_change_says_why_and_keeps_the_boxes(office: Client, sam: User) -> None:
    both = [role("Sales"), role("Credit manager")]
    answer = office.post(reverse("people:access", args=[sam.pk]), {"roles": both})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "together" in html
    assert html.count("checked") >= 2


def test_a_person_is_invited_by_the_page(office: Client, company: Company) -> None:
    typed = {"first_name": "Nina", "last_name": "Berg", "email": "nina@example.com", "username": "nina"}
    address = reverse("people:invite")
    assert office.post(address, typed | {"email": "no address"}).status_code == 422
    assert office.post(address, typed | {"username": "ada"}).status_code == 422

    answer = office.post(address, typed | {"roles": [role("Sales")], "companies": [company.pk]})

    nina = User.objects.get(username="nina")
    assert answer["Location"] == reverse("people:person", args=[nina.pk])
    assert "Invited" in office.get(answer["Location"]).content.decode()


@pytest.mark.parametrize("verb", ["sign-out", "deactivate", "remove-factor"])
def test_verbs_of_a_person_page(office: Client, sam: User, verb: str) -> None:
    answer = office.post(reverse("people:verb", args=[sam.pk, verb]), {"reason": "because"})

    assert answer.status_code == 303
    assert CommandLog.objects.filter(name__startswith="orders_site.", actor__username="ada").exists()


def test_a_refused_verb_says_why_on_the_page(office: Client, ada: User) -> None:
    answer = office.post(reverse("people:verb", args=[ada.pk, "deactivate"]), {"reason": "because"})

    assert answer.status_code == 403
    assert "another administrator" in answer.content.decode()
    assert office.post(reverse("people:verb", args=[ada.pk, "nothing"])).status_code == 404
