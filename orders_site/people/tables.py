"""Columns of the lists of people, sessions and roles."""

from typing import Any

from django.db.models import BooleanField, Case, QuerySet, Value, When

from core.models import Visit
from core.web.columns import Column
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
