"""What every posted form brings along: who acts, against which version, under which key; and where the answer leads."""

import re

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from core.models import User

LONGEST_REASON = 500
MORE_LINES = 6
_KEY = re.compile(r"[0-9A-Za-z_.:-]{1,120}")
_CONTROLS = dict.fromkeys(code for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n")


def actor_of(request: HttpRequest) -> User:
    """Who acts: ``requires`` let nobody in who is not signed in."""
    assert isinstance(request.user, User)
    return request.user


def key_of(request: HttpRequest) -> str | None:
    """The idempotency key of the posted form, which makes a second press harmless; None for what no form of ours
    makes.
    """
    word = request.POST.get("idempotency_key", "")
    return word if _KEY.fullmatch(word) else None


def whole_number(word: str, most_digits: int = 18) -> int | None:
    """The whole number that this word is; None for anything else and for more digits than that. 18 fit every key."""
    return int(word) if len(word) <= most_digits and word.isascii() and word.isdecimal() else None


def text_of(data: QueryDict, name: str, longest: int) -> str:
    """One free text of a query or a form, as it may be kept: no control characters, no outer spaces, not too long."""
    return data.get(name, "").translate(_CONTROLS).strip()[:longest]


def reason_of(request: HttpRequest) -> str:
    """Why, in the words of the person who posted the form; empty when nothing readable was said."""
    return text_of(request.POST, "reason", LONGEST_REASON)


def version_of(request: HttpRequest) -> int:
    """The version that the posted form was made from; 0, which is always stale, for anything else."""
    return whole_number(request.POST.get("version", ""), 9) or 0


def see_other(to: str, *args: object) -> HttpResponse:
    """Answer a POST that was carried out: go and read the result (303)."""
    return HttpResponseRedirect(resolve_url(to, *args), status=303)


def back_to(request: HttpRequest, otherwise: str) -> HttpResponse:
    """Answer a POST of the frame: go back to the page it was sent from (303), if it names one of this site."""
    address = request.POST.get("next", "")
    is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return HttpResponseRedirect(address if is_ours else resolve_url(otherwise), status=303)


def with_more_lines(request: HttpRequest) -> QueryDict:
    """What was posted; “More lines” asks for six more, and keeps what was typed."""
    data = request.POST.copy()
    if "more" in data:
        known = whole_number(data.get("lines-TOTAL_FORMS", ""), 4) or 0
        data["lines-TOTAL_FORMS"] = str(known + MORE_LINES)
    return data
