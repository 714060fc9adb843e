"""Narrowing a list: django-filter sets with a search box, chips for what is set, and rights per filter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

import django_filters
from django import forms
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, QueryDict

from core.access import may
from core.web import formats

if TYPE_CHECKING:
    from django.forms import BoundField

_RANGE_ENDS = ("", "_min", "_max", "_after", "_before")


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that is set, and the address of the list without it."""

    label: str
    value: str
    remove_url: str


class ListFilterSet(django_filters.FilterSet):
    """The base of every list's filters. ``search_paths`` are what the box looks in; every word must be found somewhere.

    ``permissions`` maps a filter to the right it needs: who lacks it cannot narrow by what they may not see.
    """

    search_paths: ClassVar[tuple[str, ...]] = ()
    search_hint: ClassVar[str] = "Search"
    permissions: ClassVar[Mapping[str, str]] = {}

    q = django_filters.CharFilter(method="search", label="Search")

    def __init__(self, data: QueryDict, queryset: "QuerySet[Any, Any]", *, request: HttpRequest) -> None:
        super().__init__(data, queryset=queryset, request=request)
        for name, permission in self.permissions.items():
            if not may(request.user, permission):
                del self.filters[name]
        if not self.search_paths:
            del self.filters["q"]

    def search(self, queryset: "QuerySet[Any, Any]", name: str, text: str) -> "QuerySet[Any, Any]":
        """Keep rows in which every word occurs in one of the searched fields."""
        for word in text.split()[:8]:
            found = Q()
            for path in self.search_paths:
                found |= Q(**{f"{path}__icontains": word})
            queryset = queryset.filter(found)
        return queryset

    @property
    def is_readable(self) -> bool:
        """Whether every given value was understood. An unreadable filter shows nothing, never everything."""
        return bool(self.form.is_valid())

    @property
    def panel_fields(self) -> "list[BoundField]":
        """The fields behind “Filter”, all but the search box."""
        return [bound for bound in self.form if bound.name != "q" and not bound.is_hidden]

    @property
    def chips(self) -> list[Chip]:
        """One chip for every filter that is set."""
        if not self.is_readable:
            return []
        return [
            Chip(str(self.form[name].label), _words(self.form.fields[name], value), self._without(name))
            for name, value in self.form.cleaned_data.items()
            if name != "q" and value not in (None, "", []) and not _is_empty(value)
        ]

    def _without(self, name: str) -> str:
        rest = self.data.copy()
        for key in (f"{name}{end}" for end in _RANGE_ENDS):
            rest.pop(key, None)
        for key in ("after", "before", "format"):
            rest.pop(key, None)
        return f"?{rest.urlencode()}"


def _is_empty(value: Any) -> bool:
    if isinstance(value, slice):
        return value.start is None and value.stop is None
    return isinstance(value, QuerySet) and not value


def _word(value: Any) -> str:
    return formats.day(value) if isinstance(value, date | datetime) else str(value)


def _words(field: forms.Field, value: Any) -> str:
    """What a chip says: the choice's word, the day, or the range."""
    if isinstance(value, slice):
        if value.start is None:
            return f"to {_word(value.stop)}"
        return f"from {_word(value.start)}" if value.stop is None else f"{_word(value.start)} to {_word(value.stop)}"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list | tuple | QuerySet):
        return ", ".join(_words(field, part) for part in value)
    if isinstance(field, forms.ChoiceField) and not isinstance(value, Model):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    return _word(value)
