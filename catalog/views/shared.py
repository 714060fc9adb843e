"""What the catalog's pages have in common: showing an edit page, and where a successful POST leads."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from catalog.forms.rows import DayInput, EditPage
from core.models import User
from core.web.columns import Column
from core.web.tables import Table


class EndForm(forms.Form):
    """From which day on something does not hold any more."""

    on = forms.DateField(label="Does not hold from", widget=DayInput())


class SeeOther(HttpResponseRedirect):
    """The answer to a POST that was carried out: 303, so that a reload repeats nothing."""

    status_code = 303


def done(name: str, *args: Any) -> SeeOther:
    """Lead to a page after a POST."""
    return SeeOther(reverse(name, args=args))


def user_of(request: HttpRequest) -> User:
    """The signed-in person: ``requires`` let nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def key_of(request: HttpRequest) -> str | None:
    """The idempotency key of the posted form; too long a one is none."""
    return request.POST.get("idempotency_key", "")[:120] or None


def show_edit(
    request: HttpRequest, template: str, page: EditPage, *, title: str, back: str, **context: Any
) -> HttpResponse:
    """Draw an edit page with what was typed and what is wrong with it. ``back`` is where Discard leads."""
    return render(request, template, {"page": page, "title": title, "back": back, **context}, status=page.status)


def row_table(request: HttpRequest, columns: Sequence[Column], rows: Iterable[Any], caption: str) -> Table | None:
    """A table beside a page, or None when there is nothing to show."""
    found = list(rows)
    return Table(columns, found, user=user_of(request), caption=caption) if found else None
