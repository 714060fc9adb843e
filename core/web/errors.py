"""Pages for what went wrong: what happened, what was not done, what to do next, and a reference to name.

They stand on the bare frame and touch neither the database nor the session, because these may be what is broken.
"""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from core.context import current_context
from core.errors import DomainError


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an error page says. ``next_step`` tells what the person can do about it."""

    status: int
    title: str
    what: str
    next_step: str


_UNCHANGED = "Nothing was changed."
TROUBLES = {
    trouble.status: trouble
    for trouble in (
        Trouble(
            400, "This request could not be read", "The address or the form is malformed.", "Go back and try again."
        ),
        Trouble(403, "You may not do this", _UNCHANGED, "An administrator can grant the right."),
        Trouble(
            404,
            "There is no such page",
            "The address is wrong, or the record is not one you may see.",
            "Check the address, or search for it.",
        ),
        Trouble(409, "Somebody else was faster", _UNCHANGED, "Reload the page, look at the new state, decide again."),
        Trouble(422, "This cannot be done", _UNCHANGED, "Go back and correct what is named."),
        Trouble(429, "Too many tries", _UNCHANGED, "Wait a little, then try again."),
        Trouble(
            500,
            "Something broke",
            "What you asked for was not carried out.",
            "Try again. If it happens again, tell your administrator the reference.",
        ),
        Trouble(503, "Kept is busy", _UNCHANGED, "Try again in a few seconds; pressing twice does no harm."),
    )
}


def trouble_page(request: HttpRequest, status: int, what: str = "") -> HttpResponse:
    """The page for a status; ``what`` replaces the general sentence by the refusal's own."""
    trouble = TROUBLES.get(status, TROUBLES[500])
    body = render_to_string(
        "errors/trouble.html",
        {"trouble": trouble, "what": what or trouble.what, "reference": current_context().request_id},
        using="jinja2",
    )
    answer = HttpResponse(body, status=status)
    if status == 503:
        answer["Retry-After"] = "2"
    return answer


def refusal_page(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """The page for a refusal that no form or document page has shown in its own place."""
    answer = trouble_page(request, refusal.status, refusal.sentence)
    if refusal.retry_after_seconds is not None:
        answer["Retry-After"] = str(refusal.retry_after_seconds)
    return answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """``handler400``."""
    return trouble_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """``handler403``."""
    return trouble_page(request, 403, str(exception))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """``CSRF_FAILURE_VIEW``: nearly always a page that was open while the person signed in again."""
    return trouble_page(
        request, 403, "The page was opened under an earlier sign-in, so nothing was changed. Reload it and try again."
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """``handler404``."""
    return trouble_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """``handler500``."""
    return trouble_page(request, 500)
