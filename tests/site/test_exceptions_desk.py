"""Whose desk an exception is on: roles for one's own, rights for every desk, and seeing is not resolving."""

import pytest
from django.contrib.auth.models import Permission

from core.cases import CaseDraft, open_cases
from core.commands import command
from core.errors import NotAllowed
from core.models import ExceptionCase, User
from orders_site.exceptions.inbox import cases_visible_to, resolve_case, roles_of
from tests import factories
from tests.world import World


@command(permission=None)
def _open(*, cases: list[CaseDraft], actor: User) -> None:
    open_cases(cases=cases, actor=actor)


@pytest.fixture
def case(world: World) -> ExceptionCase:
    """A broken promise on the desk of Sales."""
    draft = CaseDraft(world.company.pk, "promise_broken", "Sales", "order", 1, "Look.")
    _open(cases=[draft], actor=world.boss)
    return ExceptionCase.objects.get()


def person(world: World, *roles: str) -> User:
    return factories.make_user(name="Kim", roles=roles, companies=(world.company,))


@pytest.mark.parametrize(
    ("roles", "sees", "resolves"),
    [
        (("Sales",), True, True),
        (("Sales lead",), True, True),
        (("Finance",), False, False),
        (("Auditor",), True, False),
        (("Auditor", "Sales"), True, True),  # what one role may, another does not take away
        (("Auditor", "Finance"), True, False),
        (("Manager",), True, True),
        (("Admin",), True, True),
    ],
)
def test_a_case_is_resolved_on_ones_own_desk_or_with_the_right_to_every_desk(
    world: World, case: ExceptionCase, roles: tuple[str, ...], sees: bool, resolves: bool
) -> None:
    kim = person(world, *roles)

    assert cases_visible_to(kim, roles_of(kim)).exists() is sees
    if resolves:
        resolve_case(case_id=case.pk, resolution="Called them.", actor=kim)
    else:
        with pytest.raises(NotAllowed):
            resolve_case(case_id=case.pk, resolution="Called them.", actor=kim)
    assert ExceptionCase.objects.filter(resolved_at=None).exists() is not resolves


def test_a_role_under_another_name_has_its_rights_all_the_same(world: World, case: ExceptionCase) -> None:
    kim = person(world)
    kim.user_permissions.add(Permission.objects.get(codename="see_cases"))

    assert cases_visible_to(kim, roles_of(kim)).exists()
    with pytest.raises(NotAllowed):
        resolve_case(case_id=case.pk, resolution="Called them.", actor=kim)
