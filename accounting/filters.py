"""What the journal and an account can be narrowed by."""

import django_filters
from django import forms

from accounting.models import JournalEntry, JournalLine
from core.web.filters import ListFilterSet


def _days() -> django_filters.DateFromToRangeFilter:
    widget = django_filters.widgets.DateRangeWidget(attrs={"type": "date"})
    return django_filters.DateFromToRangeFilter(field_name="business_date", label="Date", widget=widget)


class EntryFilter(ListFilterSet):
    """Narrow the journal. ``company`` is read by the page, and kept here so that every link carries it."""

    search_paths = ("number", "description")
    search_hint = "Number or description"

    day = _days()
    source_type = django_filters.CharFilter(label="Made from", lookup_expr="exact")
    purpose = django_filters.CharFilter(label="Purpose", lookup_expr="exact")

    class Meta:
        model = JournalEntry
        fields: tuple[str, ...] = ()


class LineFilter(ListFilterSet):
    """Narrow the lines of an account."""

    search_paths = ("entry__number", "entry__description", "partner__name")
    search_hint = "Entry, description, customer"

    day = _days()
    currency = django_filters.CharFilter(
        label="Currency", lookup_expr="exact", widget=forms.TextInput(attrs={"size": 3})
    )

    class Meta:
        model = JournalLine
        fields: tuple[str, ...] = ()
