"""One's own sessions: where one is signed in, and ending it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core.web import formats
from core.web.lists import ListPage
from core.web.parts import ActionButton, Empty
from core.web.posted import actor_of, key_of, see_other
from core.web.sessions import live_visits
from orders_site.people.services.sessions import end_sessions
from orders_site.people.tables import VISITS, visits_with_marks

MOST_AT_ONCE = 200


def _listing(request: HttpRequest) -> ListPage:
    return ListPage(
        request,
        visits_with_marks(live_visits(actor_of(request)), request.session.session_key or ""),
        VISITS,
        noun="sessions",
        default_sort="-seen_at",
        empty=Empty("You are signed in nowhere else."),
        bulk=[ActionButton("Sign out there", reverse("sessions-end"))],
    )


@require_safe
def session_list(request: HttpRequest) -> HttpResponseBase:
    """Where one is signed in now."""
    others = ActionButton("Sign out everywhere else", reverse("sessions-end-others"), name="end-others")
    return _listing(request).response("people/sessions.html", {"verbs": [others]})


@require_POST
def end_picked(request: HttpRequest) -> HttpResponse:
    """Sign out of the picked sessions."""
    mine = live_visits(actor_of(request))
    return _end(request, _listing(request).picked_keys(limit=MOST_AT_ONCE, among=mine)[:MOST_AT_ONCE])


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    here = request.session.session_key
    return _end(request, [visit.pk for visit in live_visits(actor_of(request)) if visit.session_key != here])


def _end(request: HttpRequest, visits: list[int]) -> HttpResponse:
    person = actor_of(request)
    count = end_sessions.once(key_of(request))(user_id=person.pk, visit_ids=visits, actor=person)
    messages.success(request, f"{formats.plural(count, 'session')} ended.")
    return see_other("sessions")
