"""Columns of the lists of people, sessions and roles."""

from typing import Any

from django.db.models import BooleanField, Case, QuerySet, Value, When

from core.models import Visit
from core.web.columns import Column
from core.web.formats import plural
from core.web.parts import Tag


def visits_with_marks(visits: "QuerySet[Visit]", here: str) -> "QuerySet[Visit, Any]":
    """Sessions, this one marked."""
    is_here = Case(When(session_key=here, then=Value(True)), default=Value(False), output_field=BooleanField())
    return visits.annotate(is_here=is_here)


def _here(row: Any) -> Tag | None:
    return Tag("This session", "ok") if row["is_here"] else None


VISITS = (
    Column("device", "Device", sort="device", card="k1"),
    Column("is_here", "Here", "tag", value=_here, reads=("is_here",), card="k2", is_label_hidden=True),
    Column("address", "Address", "code", sort="address", card="k3"),
    Column("seen_at", "Last seen", "stamp", sort="seen_at", card="k4"),
    Column("began_at", "Signed in", "stamp", sort="began_at", hide="not-s"),
)

STATES = {
    "active": Tag("Active", "ok"),
    "invited": Tag("Invited", "info"),
    "off": Tag("Deactivated"),
}


def _factor(row: Any) -> Tag | None:
    return Tag("On", "ok") if row["has_factor"] else None


def _name(row: Any) -> str:
    return f"{row['first_name']} {row['last_name']}".strip() or str(row["username"])


def _roles(row: Any) -> str:
    return ", ".join(row["roles"]) or "given directly"


def _rights(row: Any) -> str:
    return plural(row["rights"], "right")


def _holders(row: Any) -> str:
    return plural(row["people"], "person", "people")


PEOPLE = (
    Column(
        "name", "Name", "link", sort="last_name", reads=("first_name", "last_name", "username"), value=_name,
        url="people:person", card="k1",
    ),
    Column("username", "User name", sort="username", card="k3"),
    Column("state", "State", "tag", sort="state", tags=STATES, card="k2"),
    Column("role_names", "Roles", card="kw", width="wrap"),
    Column("has_factor", "Second factor", "tag", value=_factor, reads=("has_factor",), hide="not-s"),
    Column("last_seen", "Last seen", "stamp", card="k4"),
    Column("email", "E-mail", sort="email", hide="opt", is_muted=True),
)  # fmt: skip
ROLES = (
    Column("name", "Role", "link", sort="name", url="people:role", card="k1"),
    Column("rights", "Rights", sort="rights", value=_rights, reads=("rights",), card="k3"),
    Column("people", "People", sort="people", value=_holders, reads=("people",), card="k2"),
)
HELD = (
    Column("room", "Where", card="k3", is_muted=True),
    Column("label", "Right", card="k1", width="wrap"),
    Column("roles", "Because of the role", value=_roles, card="kw", width="wrap"),
)
ROLE_RIGHTS = HELD[:2]
