"""What the catalog's pages have in common: showing an edit page, and where a successful POST leads."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from catalog.forms.rows import EditPage
from core.web.columns import Column
from core.web.fields import DayField
from core.web.posted import actor_of
from core.web.tables import Table


class EndForm(forms.Form):
    """From which day on something does not hold any more."""

    on = DayField(label="Does not hold from")


def show_edit(
    request: HttpRequest, template: str, page: EditPage, *, title: str, back: str, **context: Any
) -> HttpResponse:
    """Draw an edit page with what was typed and what is wrong with it. ``back`` is where Discard leads."""
    return render(request, template, {"page": page, "title": title, "back": back, **context}, status=page.status)


def row_table(request: HttpRequest, columns: Sequence[Column], rows: Iterable[Any], caption: str) -> Table | None:
    """A table beside a page, or None when there is nothing to show."""
    found = list(rows)
    return Table(columns, found, user=actor_of(request), caption=caption) if found else None
