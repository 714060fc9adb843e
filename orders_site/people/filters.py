"""Narrowing the list of people."""

from typing import Any

import django_filters
from django.contrib.auth.models import Group
from django.db.models import QuerySet

from core.models import User
from core.web.filters import ListFilterSet

STATES = (("active", "Active"), ("invited", "Invited"), ("off", "Deactivated"))
FACTOR = (("yes", "Set up"), ("no", "Not set up"))


class PeopleFilter(ListFilterSet):
    """By name, state, role and second factor."""

    search_paths = ("first_name", "last_name", "username", "email")
    search_hint = "Name or e-mail"

    state = django_filters.ChoiceFilter(choices=STATES, label="State")
    role = django_filters.ModelChoiceFilter(field_name="groups", queryset=Group.objects.order_by("name"), label="Role")
    factor = django_filters.ChoiceFilter(choices=FACTOR, label="Second factor", method="by_factor")

    class Meta:
        model = User
        fields: tuple[str, ...] = ()

    def by_factor(self, people: "QuerySet[Any, Any]", name: str, value: str) -> "QuerySet[Any, Any]":
        """Those with, or those without."""
        return people.filter(has_factor=value == "yes")
