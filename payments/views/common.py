"""What the pages of payments share."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from markupsafe import Markup

from core.models import User

PAGES = {"invoice": "billing:invoice", "payment": "payments:payment"}
WORDS = {"invoice": "Invoice", "payment": "Payment", "rebate_settlement": "Rebate"}


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


def document_link(source_type: str, source_id: int, reference: str) -> Markup:
    """A document behind an open item, by its number, as a link where it has a page."""
    label = reference or WORDS.get(source_type, source_type.replace("_", " ").capitalize())
    if source_type not in PAGES:
        return Markup("{}").format(label)
    return Markup('<a href="{}">{}</a>').format(reverse(PAGES[source_type], args=[source_id]), label)
