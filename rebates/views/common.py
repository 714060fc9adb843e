"""What the pages of rebates share."""

from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from markupsafe import Markup

from core.models import User

WORDS = {"rebate_agreement": "New expected rate", "rebate_settlement": "Settlement"}


def actor_of(request: HttpRequest) -> User:
    """Who acts: ``requires`` let nobody in who is not signed in."""
    assert isinstance(request.user, User)
    return request.user


def key_of(request: HttpRequest) -> str | None:
    """The idempotency key of the posted form; too long a one is cut."""
    return request.POST.get("idempotency_key", "")[:120] or None


def version_of(request: HttpRequest) -> int:
    """The version that the posted form was made from; 0, which is always stale, for anything else."""
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0


def typed(number: Decimal) -> str:
    """A stored number as a person would type it: without idle zeros."""
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"


def see_other(to: str, *args: object) -> HttpResponse:
    """Answer a POST that was carried out: go and read the result (303)."""
    return HttpResponse(status=303, headers={"Location": resolve_url(to, *args)})


def source_link(source_type: str, source_id: int, number: str) -> Markup:
    """The document behind a movement."""
    if source_type != "invoice":
        return Markup("{}").format(WORDS.get(source_type, source_type))
    return Markup('<a href="{}">{}</a>').format(reverse("billing:invoice", args=[source_id]), number or "Invoice")
