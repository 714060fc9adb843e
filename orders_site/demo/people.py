"""The people of the demonstration company: one per role, known to everybody, so never outside a demonstration."""

from typing import NamedTuple

from django.contrib.auth.models import Group

from core.models import Company, CompanyMembership, User

PASSWORD = "kept-demo-2026"  # noqa: S105 - printed on purpose; the deployment check refuses databases that have it


class DemoLogin(NamedTuple):
    """A login as it is printed."""

    role: str
    username: str
    password: str


PEOPLE = (
    ("Sales", "ana", "Ana", "Petrie"),
    ("Sales lead", "ruth", "Ruth", "Hallam"),
    ("Master data", "mia", "Mia", "Strand"),
    ("Warehouse", "tom", "Tom", "Okafor"),
    ("Warehouse lead", "wes", "Wes", "Byrne"),
    ("Purchasing", "priya", "Priya", "Nair"),
    ("Finance", "fay", "Fay", "Lindqvist"),
    ("Finance lead", "leo", "Leo", "Marchetti"),
    ("Controller", "connie", "Connie", "Aubert"),
    ("Credit manager", "cora", "Cora", "Voss"),
    ("Manager", "max", "Max", "Aldridge"),
    ("Auditor", "odile", "Odile", "Renard"),
    ("Admin", "adam", "Adam", "Kerr"),
)
DEMO_LOGINS = tuple(DemoLogin(role, username, PASSWORD) for role, username, _, _ in PEOPLE)


def make_people(company: Company) -> dict[str, User]:
    """Create one person per role and return them by role. Idempotent."""
    found = {}
    for role, username, first, last in PEOPLE:
        user, is_new = User.objects.get_or_create(username=username, defaults={"first_name": first, "last_name": last})
        if is_new:
            user.set_password(PASSWORD)
            user.save(update_fields=["password"])
        user.groups.set([Group.objects.get(name=role)])
        CompanyMembership.objects.get_or_create(user=user, company=company)
        found[role] = user
    return found


def known_logins() -> list[str]:
    """User names that let everybody in: active people of the demonstration with the printed password."""
    people = User.objects.filter(username__in=[login.username for login in DEMO_LOGINS], is_active=True)
    return [user.username for user in people.order_by("username") if user.check_password(PASSWORD)]
