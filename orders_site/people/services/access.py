"""Giving and taking: roles, companies, the account itself and its second factor. Each change ends the sessions."""

from collections.abc import Collection, Iterable

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group

from core.access import company_ids
from core.commands import command
from core.errors import Conflict, DomainError, NotAllowed, NotFound
from core.locks import Rank, lock_rows
from core.models import CompanyMembership, Invitation, User, UserRole
from orders_site.people.selectors import (
    access_word,
    administrators,
    conflicts_among,
    held_rights,
    labels_of,
    people_visible_to,
    reaches,
    rights_of_roles,
)
from orders_site.people.services.sessions import MAINTAIN, end_every_session


def lock_person(user_id: int, actor: User) -> User:
    """Lock this person and every administrator, so that the last of them is counted by one at a time.

    Raises NotFound (nobody whom the actor sees), NotAllowed (oneself).
    """
    if user_id == actor.pk:
        raise NotAllowed("Nobody changes his own account here: ask another administrator.")
    if not people_visible_to(actor).filter(pk=user_id).exists():
        raise NotFound("There is no such person.")
    ids = {user_id, *administrators().values_list("pk", flat=True)}
    return next(person for person in lock_rows(User, ids, Rank.MASTER_DATA) if person.pk == user_id)


@command(permission=MAINTAIN)
def set_access(
    *,
    user_id: int,
    role_ids: Collection[int],
    company_ids: Collection[int],
    seen: str = "",
    actor: User,
    reason: str = "",
) -> None:
    """Give a person exactly these roles and, among the actor's companies, exactly these; its sessions end.

    ``seen`` is the ``access_word`` of what the actor saw; empty: whatever the person has.

    Raises NotFound (person, role or company), NotAllowed (oneself, or rights that the actor does not hold),
    Conflict (somebody changed them since), DomainError (rights that exclude each other, or nobody could administer any
    more).
    """
    person = lock_person(user_id, actor)
    if seen and seen != access_word(person.pk):
        raise Conflict(f"Somebody changed the roles or companies of {person} meanwhile. Nothing was changed.")
    was_administrator = is_administrator(person)
    write_roles(person, role_ids, actor)
    write_companies(person, company_ids, actor)
    require_an_administrator(was_administrator)
    end_every_session(user_id=person.pk, actor=actor)


def write_roles(person: User, role_ids: Collection[int], actor: User) -> None:
    """Make these the roles of a locked person. Raises as ``set_access`` does."""
    had = set(UserRole.objects.filter(user_id=person.pk).values_list("group_id", flat=True))
    wanted = set(role_ids)
    names = dict(Group.objects.filter(pk__in=wanted | had).values_list("pk", "name"))
    if wanted - set(names):
        raise NotFound("There is no such role.")
    rights = rights_of_roles(wanted | had)
    _require_reach(actor, [(names[role_id], rights[role_id]) for role_id in sorted(wanted ^ had)])
    before = {right.name for right in held_rights(person)}
    own = {right.name for right in held_rights(person) if "" in right.roles}
    _require_no_conflict(own.union(*(rights[role_id] for role_id in wanted)), before)
    UserRole.objects.filter(user_id=person.pk, group_id__in=had - wanted).delete()
    UserRole.objects.bulk_create(UserRole(user_id=person.pk, group_id=role_id) for role_id in sorted(wanted - had))


def write_companies(person: User, wanted: Collection[int], actor: User) -> None:
    """Make these the companies of a locked person, among those of the actor; others stay as they are."""
    known = company_ids(actor)
    if set(wanted) - known:
        raise NotFound("There is no such company.")
    mine = CompanyMembership.objects.filter(user=person, company__in=known)
    had = set(mine.values_list("company_id", flat=True))
    mine.filter(company__in=had - set(wanted)).delete()
    CompanyMembership.objects.bulk_create(
        CompanyMembership(user=person, company_id=company_id) for company_id in sorted(set(wanted) - had)
    )


def require_reach(actor: User, person: User) -> None:
    """Refuse to touch the account of somebody who holds rights that the actor does not. Raises NotAllowed."""
    _require_reach(actor, [(str(person), frozenset(right.name for right in held_rights(person)))])


def _require_reach(actor: User, roles: Iterable[tuple[str, frozenset[str]]]) -> None:
    for name, rights in roles:
        if not reaches(actor, rights):
            raise NotAllowed(f"You cannot give or take {name}: it holds rights that you do not hold yourself.")


def _require_no_conflict(rights: Collection[str], before: Collection[str]) -> None:
    """Refuse pairs that would be new. Raises DomainError naming both rights of the first."""
    new = [conflict for conflict in conflicts_among(rights) if conflict not in conflicts_among(before)]
    if new:
        labels = labels_of([new[0].one, new[0].other])
        raise DomainError(
            f"Nobody holds “{labels[new[0].one]}” and “{labels[new[0].other]}” together: {new[0].because}."
        )


def is_administrator(person: User) -> bool:
    """Whether this locked person may administer the system now."""
    return administrators().filter(pk=person.pk).exists()


def require_an_administrator(was_administrator: bool) -> None:
    """Refuse to take the system's last administrator from it. Raises DomainError."""
    if was_administrator and not administrators().exists():
        raise DomainError("This is the last administrator. Make somebody else one first.")


@command(permission=MAINTAIN)
def deactivate_person(*, user_id: int, reason: str, actor: User) -> None:
    """Keep somebody out from now on; what the person did stays, an invitation that is open does not.

    Raises NotFound, NotAllowed, DomainError.
    """
    person = lock_person(user_id, actor)
    require_reach(actor, person)
    was_administrator = is_administrator(person)
    person.is_active = False
    person.save(update_fields=["is_active"])
    Invitation.objects.filter(person=person, accepted_at=None).delete()
    require_an_administrator(was_administrator)
    end_every_session(user_id=person.pk, actor=actor)


@command(permission=MAINTAIN)
def activate_person(*, user_id: int, actor: User) -> None:
    """Let somebody in again with the old password. Raises NotFound, NotAllowed, DomainError (never accepted)."""
    person = lock_person(user_id, actor)
    require_reach(actor, person)
    if not person.has_usable_password():
        raise DomainError("This person has no password yet: send the invitation again.")
    person.is_active = True
    person.save(update_fields=["is_active"])


@command(permission=MAINTAIN)
def remove_second_factor(*, user_id: int, reason: str, actor: User) -> None:
    """Take the authenticator app and recovery codes of somebody who lost them; who must have one sets up another.

    Raises NotFound, NotAllowed.
    """
    person = lock_person(user_id, actor)
    require_reach(actor, person)
    Authenticator.objects.filter(user_id=person.pk).delete()
    end_every_session(user_id=person.pk, actor=actor)
