"""What every posted form brings along: who acts, against which version, under which key; and where the answer leads."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url

from core.models import User

LONGEST_KEY = 120
MORE_LINES = 6


def actor_of(request: HttpRequest) -> User:
    """Who acts: ``requires`` let nobody in who is not signed in."""
    assert isinstance(request.user, User)
    return request.user


def key_of(request: HttpRequest) -> str | None:
    """The idempotency key of the posted form, which makes a second press harmless; too long a one is cut."""
    return request.POST.get("idempotency_key", "")[:LONGEST_KEY] or None


def version_of(request: HttpRequest) -> int:
    """The version that the posted form was made from; 0, which is always stale, for anything else."""
    word = request.POST.get("version", "")
    return int(word) if word.isascii() and word.isdecimal() and len(word) < 10 else 0


def see_other(to: str, *args: object) -> HttpResponse:
    """Answer a POST that was carried out: go and read the result (303)."""
    return HttpResponseRedirect(resolve_url(to, *args), status=303)


def with_more_lines(request: HttpRequest) -> QueryDict:
    """What was posted; “More lines” asks for six more, and keeps what was typed."""
    data = request.POST.copy()
    if "more" in data:
        count = data.get("lines-TOTAL_FORMS", "")
        known = int(count) if count.isascii() and count.isdecimal() and len(count) < 5 else 0
        data["lines-TOTAL_FORMS"] = str(known + MORE_LINES)
    return data
