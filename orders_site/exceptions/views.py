"""The exceptions inbox: by role and money, each with the page that mends it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core.errors import DomainError, NotAllowed, NotFound
from core.web.access import signed_in
from core.web.companies import working_companies
from core.web.parts import Tab
from core.web.posted import actor_of, key_of
from orders_site.exceptions.inbox import grouped, open_items, resolve_case, resolved_since, sums_of

VIEWS = {"team": "All mine and my team’s", "mine": "Mine", "late": "Past their norm", "done": "Resolved today"}


def _page(request: HttpRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    user = actor_of(request)
    asked = request.GET.get("view", "team")
    view = asked if asked in VIEWS else "team"
    companies = working_companies(request)
    items = [] if view == "done" else open_items(user, companies, view)
    context = {
        "tabs": [Tab(label, f"?view={name}", is_current=name == view) for name, label in VIEWS.items()],
        "view": view,
        "groups": grouped(items),
        "count": len(items),
        "sums": sums_of(items),
        "done": list(resolved_since(user, companies, timezone.localdate())) if view == "done" else [],
        "refusal": refusal,
    }
    return render(request, "exceptions/list.html", context, status=status)


@require_safe
@signed_in
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for this person and team, the costliest first."""
    return _page(request)


@require_POST
@signed_in
def resolve(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take one off the desk, saying what was done."""
    run = resolve_case.once(key_of(request))
    try:
        run(case_id=case_id, resolution=request.POST.get("reason", "").replace("\x00", ""), actor=actor_of(request))
    except (NotAllowed, NotFound):
        raise
    except DomainError as refusal:
        return _page(request, refusal=refusal.sentence, status=refusal.status)
    messages.success(request, "Taken off the desk.")
    return redirect("exceptions:list")
