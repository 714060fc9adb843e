"""The administrators' pages: people, one person with all it may do and why, and roles."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core.errors import DomainError, NotFound
from core.models import User
from core.web import formats
from core.web.access import requires
from core.web.lists import ListPage
from core.web.parts import ActionButton, Confirm, DocumentPage, Empty, Fact, Link, Tab, Tag
from core.web.posted import actor_of, key_of, reason_of, see_other
from core.web.sessions import live_visits
from core.web.step_up import confirmed
from core.web.tables import Table
from orders_site.people import selectors, tables
from orders_site.people.filters import PeopleFilter
from orders_site.people.services.access import activate_person, deactivate_person, remove_second_factor
from orders_site.people.services.inviting import send_invitation_again
from orders_site.people.services.sessions import MAINTAIN, end_sessions

MOST_NAMED = 20


def _tabs(here: str) -> list[Tab]:
    places = (("People", "people:list"), ("Roles", "people:roles"))
    return [Tab(label, reverse(name), is_current=name == here) for label, name in places]


@require_safe
@requires(MAINTAIN)
def people_list(request: HttpRequest) -> HttpResponseBase:
    """Everybody of the companies that one works for."""
    return ListPage(
        request,
        selectors.people_with_facts(selectors.people_visible_to(actor_of(request))),
        tables.PEOPLE,
        noun="people",
        default_sort="name",
        filterset=PeopleFilter,
        tabs=_tabs("people:list"),
        empty=Empty("Nobody here.", icon="customer"),
    ).response("people/list.html")


@require_safe
@requires(MAINTAIN)
def role_list(request: HttpRequest) -> HttpResponseBase:
    """Every role with how many hold it."""
    return ListPage(
        request,
        selectors.roles_with_counts(),
        tables.ROLES,
        noun="roles",
        default_sort="name",
        tabs=_tabs("people:roles"),
        empty=Empty("No roles yet: the set-up makes them."),
    ).response("people/roles.html")


@require_safe
@requires(MAINTAIN)
def role(request: HttpRequest, pk: int) -> HttpResponse:
    """What one role lets people do, by room."""
    found = get_object_or_404(selectors.roles_with_counts(), pk=pk)
    rights = selectors.rights_of_role(found)
    people = selectors.people_visible_to(actor_of(request)).filter(groups=found, is_active=True)
    page = DocumentPage(
        title=found.name,
        crumb=Link("Roles", reverse("people:roles")),
        tag=Tag(formats.plural(len(rights), "right")),
    )
    rows = [_right_row(right) for right in rights]
    holders = list(people.order_by("last_name", "first_name", "pk")[: MOST_NAMED + 1])
    context = {
        "page": page,
        "rights": _table(tables.ROLE_RIGHTS, rows, f"What {found.name} may do", request),
        "conflicts": selectors.conflicts_of({right.name for right in rights}),
        "people": holders[:MOST_NAMED],
        "all_url": f"{reverse('people:list')}?role={found.pk}&state=active" if len(holders) > MOST_NAMED else "",
    }
    return render(request, "people/role.html", context)


def _right_row(right: selectors.HeldRight) -> dict[str, object]:
    return {"pk": 0, "room": right.room, "label": right.label, "roles": [name for name in right.roles if name]}


@require_safe
@requires(MAINTAIN)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: account, sessions, and what it can do and why."""
    return person_page(request, _visible(request, pk))


def _visible(request: HttpRequest, pk: int) -> User:
    people = selectors.people_with_facts(selectors.people_visible_to(actor_of(request)))
    return get_object_or_404(people, pk=pk)


def person_page(request: HttpRequest, found: User, refusal: DomainError | None = None) -> HttpResponse:
    """Draw the page of a person, with what was refused."""
    rights = selectors.held_rights(found)
    visits = live_visits(found)[:MOST_NAMED]
    context = {
        "page": _person_page(request, found, refusal),
        "person": found,
        "rights": _table(
            tables.HELD, [_right_row(right) for right in rights], f"What {found} can do, and why", request
        ),
        "sessions": [Fact(visit.device, formats.stamp(visit.seen_at)) for visit in visits],
    }
    return render(request, "people/person.html", context, status=refusal.status if refusal else 200)


def _table(columns: object, rows: list[dict[str, object]], caption: str, request: HttpRequest) -> Table | None:
    return Table(columns, rows, user=request.user, caption=caption) if rows else None  # type: ignore[arg-type]


def _person_page(request: HttpRequest, found: User, refusal: DomainError | None) -> DocumentPage:
    facts = vars(found)
    companies = ", ".join(found.companies.order_by("name").values_list("name", flat=True))
    return DocumentPage(
        title=str(found),
        crumb=Link("People", reverse("people:list")),
        tag=tables.STATES[facts["state"]],
        meta=found.username,
        actions=[] if found == request.user else _verbs(found),
        facts=[
            Fact("Roles", facts["role_names"] or "None"),
            Fact("Companies", companies or "None"),
            Fact("Second factor", "On" if facts["has_factor"] else "Off"),
            Fact("E-mail", found.email),
            Fact("Last seen", formats.stamp(facts["last_seen"]) if facts["last_seen"] else ""),
        ],
        refusal=refusal.sentence if refusal else "",
    )


def _verbs(found: User) -> list[ActionButton]:
    """What can be done with this person now."""
    facts = vars(found)

    def verb(label: str, name: str, **more: object) -> ActionButton:
        return ActionButton(label, reverse("people:verb", args=[found.pk, name]), name=name, **more)  # type: ignore[arg-type]

    buttons = [verb("Sign out everywhere", "sign-out")]
    if facts["has_factor"]:
        question = Confirm(
            f"Remove the second factor of {found}?",
            "Do this only after you have spoken with the person. Signing in asks for another one to be set up.",
            "Remove it",
            "Keep it",
        )
        buttons.append(verb("Remove second factor", "remove-factor", needs_reason=True, confirm=question))
    if not found.has_usable_password():  # asked in, not here yet
        buttons.append(verb("Send invitation again", "send-again"))
        if facts["state"] == "invited":
            question = Confirm(
                f"Withdraw the invitation of {found}?", "Its link opens nothing any more.", "Withdraw", "Keep"
            )
            buttons.append(verb("Withdraw invitation", "deactivate", needs_reason=True, confirm=question))
    elif facts["state"] == "off":
        buttons.append(verb("Activate", "activate"))
    else:
        question = Confirm(
            f"Deactivate {found}?", "The person is out at once. What it did stays.", "Deactivate", "Keep"
        )
        buttons.append(verb("Deactivate", "deactivate", style="danger", needs_reason=True, confirm=question))
    change = reverse("people:access", args=[found.pk])
    return [*buttons, ActionButton("Change roles", change, style="primary", is_link=True)]


def _sign_out(request: HttpRequest, found: User) -> str:
    visits = [visit.pk for visit in live_visits(found)]
    count = end_sessions.once(key_of(request))(user_id=found.pk, visit_ids=visits, actor=actor_of(request))
    return f"{formats.plural(count, 'session')} of {found} ended."


def _deactivate(request: HttpRequest, found: User) -> str:
    deactivate_person.once(key_of(request))(user_id=found.pk, reason=reason_of(request), actor=actor_of(request))
    return f"{found} is out."


def _activate(request: HttpRequest, found: User) -> str:
    activate_person.once(key_of(request))(user_id=found.pk, actor=actor_of(request))
    return f"{found} may sign in again."


def _remove_factor(request: HttpRequest, found: User) -> str:
    remove_second_factor.once(key_of(request))(user_id=found.pk, reason=reason_of(request), actor=actor_of(request))
    return f"{found} has no second factor any more."


def _send_again(request: HttpRequest, found: User) -> str:
    send_invitation_again.once(key_of(request))(user_id=found.pk, actor=actor_of(request))
    return f"A new link goes to {found.email}."


VERBS: dict[str, Callable[[HttpRequest, User], str]] = {
    "sign-out": _sign_out,
    "deactivate": _deactivate,
    "activate": _activate,
    "remove-factor": _remove_factor,
    "send-again": _send_again,
}


@require_POST
@requires(MAINTAIN)
@confirmed
def verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do something with a person's account."""
    found = _visible(request, pk)
    if verb not in VERBS:
        raise Http404
    try:
        said = VERBS[verb](request, found)
    except NotFound:
        raise
    except DomainError as refusal:
        return person_page(request, found, refusal)
    messages.success(request, said)
    return see_other("people:person", pk)
