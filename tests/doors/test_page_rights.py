"""Every role at every route of the pages by every method, by htmx and without: as the route declares, and no other way.

The routes, their rights and their methods are read from the resolver. What is behind each guard is tried twice: with
a probe in the place of the view, which shows for each of all cells whether somebody came in, and as it stands, through
all middlewares, by those who must not come in: a stranger, and a person who holds every right but the one.
"""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory

from core.access import permissions_of
from core.errors import NotAllowed
from core.models import CompanyMembership, User
from core.web.sessions import CLOCK
from orders_site.roles import ROLES
from tests import factories
from tests.corpus.company import Place
from tests.corpus.examples import CONVERTER, addresses
from tests.corpus.ready import place  # noqa: F401 - the company's fixture
from tests.corpus.shots import Range
from tests.doors.routes import VERBS, Route, page_routes

ROUTES = page_routes()
LET_IN = 299
Request = Any


def _answer(route: Route, request: Request) -> int:
    try:
        return int(route.view(request).status_code)
    except NotAllowed as refusal:
        return refusal.status


def _expected(route: Route, verb: str, person: User | None, rights: frozenset[str]) -> set[int]:
    """What may be answered: whoever must not come in is told so before or after the method is looked at."""
    denied = 302 if person is None else None if route.is_let_in(rights) else 403
    if verb not in route.methods:
        return {405, denied or 405}
    return {denied or LET_IN}


@pytest.fixture
def people(place: Place) -> dict[str, User]:  # noqa: F811
    """One person of each role, and one of none."""
    return {
        name: factories.make_user(name=f"In {name}", roles=(name,), companies=(place.company,))
        for name in (*ROLES, "nobody")
    }


def _requests(people: dict[str, User]) -> Iterator[tuple[User | None, frozenset[str], str, Request]]:
    factory = RequestFactory()
    for person in (None, *people.values()):
        rights = permissions_of(person) if person else frozenset()
        for verb in VERBS:
            for headers in ({}, {"HX-Request": "true", "HX-Target": "list"}):
                request: Request = factory.generic(verb, "/", headers=headers)
                request.user = person or AnonymousUser()
                request.session = {CLOCK: {"confirmed": time.time()}}
                yield person, rights, verb, request


def test_who_comes_in_is_as_declared(people: dict[str, User]) -> None:
    cells, wrong = 0, []
    requests = list(_requests(people))
    guarded = [route for route in ROUTES if not route.is_public]
    with connection.execute_wrapper(_no_statements):
        for route in guarded:
            with route.probed(lambda *_, **__: HttpResponse(status=LET_IN)):
                for person, rights, verb, request in requests:
                    cells += 1
                    found, expected = _answer(route, request), _expected(route, verb, person, rights)
                    if found not in expected:
                        wrong.append(f"{verb} {route.pattern} as {person}: {found}, not {sorted(expected)}")

    assert wrong == []
    assert len(guarded) > 200
    assert cells == len(guarded) * (len(ROLES) + 2) * len(VERBS) * 2


def _no_statements(execute: Any, text: Any, *_: Any) -> None:
    raise AssertionError(f"a guard asked the database: {text}")


@pytest.fixture
def lacking(place: Place) -> dict[str, Client]:  # noqa: F811
    """For each right that a route asks for a person who holds all others, signed in."""
    wanted = sorted({route.right for route in ROUTES if "." in route.right})
    every = {
        f"{app}.{name}": pk
        for pk, app, name in Permission.objects.values_list("pk", "content_type__app_label", "codename")
    }
    people = User.objects.bulk_create(User(username=f"all-but-{right}") for right in wanted)
    CompanyMembership.objects.bulk_create(CompanyMembership(user=person, company=place.company) for person in people)
    holds = User.user_permissions.through
    holds.objects.bulk_create(
        holds(user=person, permission_id=pk)
        for person, right in zip(people, wanted, strict=True)
        for name, pk in every.items()
        if name != right
    )
    found = {}
    for person, right in zip(people, wanted, strict=True):
        found[right] = Client(raise_request_exception=False)
        found[right].force_login(person)
    return found


def test_who_must_not_come_in_is_told_so_and_changes_nothing(place: Place, lacking: dict[str, Client]) -> None:  # noqa: F811
    range_, wrong, cells = Range(place), [], 0
    stranger = Client(raise_request_exception=False)
    for number, route in enumerate(ROUTES):
        address = next(iter(addresses(route.pattern)), f"/{CONVERTER.sub('1', route.pattern)}")
        since = range_._written()
        clients = [(stranger, 302)] + ([(lacking[route.right], 403)] if route.right in lacking else [])
        for client, denied in clients:
            for place_of_verb, verb in enumerate(VERBS if client is stranger else sorted(route.methods)):
                is_htmx = (number + place_of_verb + len(clients)) % 2
                answer = client.generic(verb, address, headers={"HX-Request": "true"} if is_htmx else {})
                cells += 1
                expected = {denied} if verb in route.methods else {denied, 405}
                if answer.status_code not in expected and not (route.is_public and answer.status_code < 500):
                    wrong.append(f"{verb} {address}: {answer.status_code}, not {sorted(expected)}")
        changes = [] if route.is_public else range_.changes(since)
        wrong += [f"{address}: {name} was changed" for name in changes]

    assert wrong == []
    assert cells > len(ROUTES) * len(VERBS)
