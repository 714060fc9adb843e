"""What is known about people: who is seen by whom, what somebody can do and why. Nothing here writes."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When

from core.access import company_ids, may, permissions_of
from core.models import Company, CompanyMembership, User, UserRole, Visit
from orders_site.people.rules import CONFLICTS, Conflict

ADMINISTER = "core.administer"
ROOMS = {
    "core": "System",
    "catalog": "Products, customers and prices",
    "accounting": "Ledger",
    "inventory": "Stock",
    "quotes": "Quotes and contracts",
    "orders": "Orders",
    "fulfillment": "Deliveries and returns",
    "billing": "Invoices",
    "payments": "Payments",
    "rebates": "Rebates",
    "analytics": "Insight",
    "orders_site": "Imports and programs",
}


@dataclass(frozen=True, slots=True)
class HeldRight:
    """A right in words, and the roles through which it is held; "" stands for a right given directly."""

    room: str
    name: str
    label: str
    roles: tuple[str, ...]


def people_visible_to(user: User) -> "QuerySet[User]":
    """Everybody who works for a company of this person, or for none yet; the system itself is nobody."""
    shared = CompanyMembership.objects.filter(user=OuterRef("pk"), company__in=company_ids(user))
    any_company = CompanyMembership.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(shared) | ~Exists(any_company), is_system=False)


def account_named(typed: str) -> str:
    """What tries to sign in are counted under: the person whose user name or e-mail this is, else what was typed."""
    named = User.objects.filter(Q(username__iexact=typed) | Q(email__iexact=typed)).order_by("pk")
    pk = named.values_list("pk", flat=True).first() if typed else None
    return typed if pk is None else f"person {pk}"


def access_word(person_id: int) -> str:
    """A word for the roles and companies that this person has now: it changes with them. Two queries."""
    roles = UserRole.objects.filter(user_id=person_id).order_by("group_id").values_list("group_id", flat=True)
    companies = CompanyMembership.objects.filter(user_id=person_id).order_by("company_id")
    has = [list(roles), list(companies.values_list("company_id", flat=True))]
    return hashlib.sha256(str(has).encode()).hexdigest()[:16]


def people_with_facts(people: "QuerySet[User]") -> "QuerySet[User]":
    """With state, roles, second factor and the day last seen, in the statement that reads them."""
    roles = Group.objects.filter(user=OuterRef("pk")).order_by().values("user")
    factor = Authenticator.objects.filter(user=OuterRef("pk")).exclude(type=Authenticator.Type.RECOVERY_CODES)
    seen = Visit.objects.filter(user=OuterRef("pk")).order_by("-seen_at").values("seen_at")[:1]
    invited = Q(is_active=False, invitation__isnull=False, invitation__accepted_at=None)
    return people.annotate(
        role_names=Subquery(roles.annotate(names=StringAgg("name", ", ", order_by=["name"])).values("names")),
        has_factor=Exists(factor),
        last_seen=Subquery(seen),
        state=Case(
            When(invited, then=Value("invited")),
            When(is_active=True, then=Value("active")),
            default=Value("off"),
            output_field=CharField(),
        ),
    )


def roles_with_counts() -> "QuerySet[Group]":
    """Every role with the number of its rights and of active people who hold it."""
    return Group.objects.annotate(
        rights=Count("permissions", distinct=True),
        people=Count("user", filter=Q(user__is_active=True, user__is_system=False), distinct=True),
    )


def rights_of_roles(role_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """The rights of each role, ``app.codename``. One query."""
    found: dict[int, set[str]] = {role_id: set() for role_id in role_ids}
    rows = Permission.objects.filter(group__in=found).values_list("group", "content_type__app_label", "codename")
    for role_id, app, codename in rows:
        found[role_id].add(f"{app}.{codename}")
    return {role_id: frozenset(rights) for role_id, rights in found.items()}


def held_rights(user: User) -> list[HeldRight]:
    """What this person can do, and through which roles, by room. One query."""
    through = Permission.objects.filter(group__user=user).annotate(role=F("group__name"))
    direct = Permission.objects.filter(user=user).annotate(role=Value("", output_field=CharField()))
    return _grouped([*through.values_list(*_RIGHT), *direct.values_list(*_RIGHT)])


def rights_of_role(role: Group) -> list[HeldRight]:
    """What a role lets people do, by room. One query."""
    return _grouped(role.permissions.annotate(role=Value(role.name)).values_list(*_RIGHT))


_RIGHT = ("content_type__app_label", "codename", "name", "role")


def in_words(label: str) -> str:
    """A right as a sentence: Django's own “Can view price list” becomes “See price lists”."""
    noun = label.removeprefix("Can view ")
    return label if noun == label else f"See {noun}s"


def _grouped(rows: Iterable[tuple[str, str, str, str]]) -> list[HeldRight]:
    roles: dict[tuple[str, str, str], set[str]] = {}
    for app, codename, label, role in rows:
        roles.setdefault((app, codename, label), set()).add(role)
    rank = list(ROOMS)
    return sorted(
        (
            HeldRight(ROOMS.get(app, app), f"{app}.{codename}", in_words(label), tuple(sorted(names)))
            for (app, codename, label), names in roles.items()
        ),
        key=lambda right: (
            rank.index(right.name.split(".")[0]) if right.name.split(".")[0] in rank else 99,
            right.label,
        ),
    )


def conflicts_among(rights: Collection[str]) -> list[Conflict]:
    """The pairs of rights among these that one person must not hold together."""
    return [conflict for conflict in CONFLICTS if conflict.one in rights and conflict.other in rights]


def conflicts_of(rights: Collection[str]) -> list[str]:
    """In sentences: which rights outside of these exclude a person who holds these. One query."""
    met = [conflict for conflict in CONFLICTS if conflict.one in rights or conflict.other in rights]
    labels = labels_of({right for conflict in met for right in (conflict.one, conflict.other)})
    return [f"“{labels[pair.one]}” and “{labels[pair.other]}”: {pair.because}." for pair in met]


def labels_of(rights: Collection[str]) -> dict[str, str]:
    """The sentence of each right. One query."""
    rows = Permission.objects.filter(codename__in=[right.split(".")[1] for right in rights])
    return {
        f"{app}.{codename}": label
        for app, codename, label in rows.values_list(*_RIGHT[:3])
        if f"{app}.{codename}" in rights
    }


def reaches(actor: User, rights: Collection[str]) -> bool:
    """Whether this person may give (or take) these rights: administrators any, others what they hold themselves."""
    return may(actor, ADMINISTER) or permissions_of(actor).issuperset(rights)


def roles_within_reach(actor: User) -> list[Group]:
    """The roles that this person may give, by name."""
    roles = list(Group.objects.order_by("name"))
    rights = rights_of_roles(role.pk for role in roles)
    return [role for role in roles if reaches(actor, rights[role.pk])]


def companies_within_reach(actor: User) -> "QuerySet[Company]":
    """The companies whose papers this person may open to others: his own."""
    return Company.objects.filter(pk__in=company_ids(actor)).order_by("code")


def administrators() -> "QuerySet[User]":
    """Active people who may administer the system."""
    right = Q(content_type__app_label="core", codename="administer")
    holding = Permission.objects.filter(right).filter(Q(group__user=OuterRef("pk")) | Q(user=OuterRef("pk")))
    return User.objects.filter(Exists(holding), is_active=True, is_system=False)
