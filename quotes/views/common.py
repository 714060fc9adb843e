"""What the pages of quotes share."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from core.models import User

MOST_DIGITS = 5


def actor_of(request: HttpRequest) -> User:
    """Who acts: ``requires`` let nobody in who is not signed in."""
    assert isinstance(request.user, User)
    return request.user


def key_of(request: HttpRequest) -> str | None:
    """The idempotency key of the posted form; too long a one is cut."""
    return request.POST.get("idempotency_key", "")[:120] or None


def see_other(to: str, *args: object) -> HttpResponse:
    """Answer a POST that was carried out: go and read the result (303)."""
    return HttpResponse(status=303, headers={"Location": resolve_url(to, *args)})


def with_more_lines(request: HttpRequest) -> Any:
    """What was posted; “More lines” asks for six more, and keeps what was typed."""
    data = request.POST.copy()
    if "more" in data:
        count = data.get("lines-TOTAL_FORMS", "")
        data["lines-TOTAL_FORMS"] = str(int(count) + 6 if count.isdecimal() and len(count) < MOST_DIGITS else 6)
    return data
