"""The first page of everybody, the jump box, and how the pages look to a person."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core.access import company_ids, may
from core.dates import business_date, hour_in
from core.models import Company, User
from core.web.access import signed_in
from core.web.companies import CHOSEN_COMPANY, working_companies
from core.web.parts import Empty, Link
from core.web.posted import back_to, text_of, whole_number
from orders_site.exceptions.inbox import cases_visible_to, roles_of
from orders_site.home.day import greeting, last_orders, leaving_today, month_facts, moved_promises, system_facts
from orders_site.home.jump import jump_targets
from orders_site.home.queues import queues_for

GO_ON = (
    ("See performance", "analytics:dashboard", "analytics.see_performance"),
    ("Credit desk", "orders:credit-desk", "orders.release_credit"),
    ("Look at the orders", "orders:list", "orders.see_orders"),
    ("Look at the people", "people:list", "core.maintain_people"),
    ("Check the integrity", "integrity:page", "core.see_integrity"),
)


@require_safe
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """What needs me now: queues with counts, each leading to the list that mends it, and how my month goes."""
    user = request.user
    assert isinstance(user, User)
    companies = working_companies(request)
    company = Company.objects.filter(pk__in=companies).order_by("code").first()
    queues = queues_for(user, companies)
    cases = cases_visible_to(user, roles_of(user)).filter(company_id__in=companies, resolved_at=None)
    context = {
        "title": greeting(user, hour_in(company.time_zone)) if company else f"Welcome, {user.first_name or user}",
        "today": business_date(company.time_zone) if company else None,
        "queues": queues,
        "waiting": sum(item.count for item in queues),
        "cases": cases.count(),
        "last_orders": last_orders(user, companies),
        "month": month_facts(user, company, business_date(company.time_zone)) if company else [],
        "leaving": leaving_today(user, companies, business_date(company.time_zone)) if company else [],
        "moved": moved_promises(user, companies),
        "system": system_facts(user),
        "nothing": _nothing(user),
    }
    return render(request, "home/home.html", context)


def _nothing(user: User) -> Empty:
    """What an empty day says: where this person most likely goes on."""
    ways = [Link(label, reverse(name)) for label, name, right in GO_ON if may(user, right)] or [
        Link("My settings", reverse("settings"))
    ]
    return Empty("Nothing is waiting for you.", action=ways[0], link=ways[1] if len(ways) > 1 else None)


@require_safe
@signed_in
def search(request: HttpRequest) -> HttpResponse:
    """Jump to a document by its number or reference, or list what the words could mean."""
    user = request.user
    assert isinstance(user, User)
    text = text_of(request.GET, "q", 80)
    found = jump_targets(text, user) if text else []
    if len(found) == 1:
        return redirect(found[0].url)
    return render(request, "home/search.html", {"text": text, "found": found})


@require_POST
@signed_in
def appearance(request: HttpRequest) -> HttpResponse:
    """Keep the theme and density that the person chose; unknown values are left alone."""
    user = request.user
    assert isinstance(user, User)
    theme, density = request.POST.get("theme", ""), request.POST.get("density", "")
    User.objects.filter(pk=user.pk).update(
        theme=theme if theme in User.Theme.values else user.theme,
        density=density if density in User.Density.values else user.density,
    )
    return HttpResponse(status=204) if request.headers.get("HX-Request") else back_to(request, "settings")


@require_POST
@signed_in
def choose_company(request: HttpRequest) -> HttpResponse:
    """Work for one company, or for all of one's own: lists and counts show the documents of those only."""
    chosen = whole_number(request.POST.get("company", ""))
    if chosen in company_ids(request.user):
        request.session[CHOSEN_COMPANY] = chosen
    else:
        request.session.pop(CHOSEN_COMPANY, None)
    return back_to(request, "home")


@require_safe
@signed_in
def palette(request: HttpRequest) -> HttpResponse:
    """What the words in the command palette lead to, for htmx: at most eight of each kind, in one statement."""
    user = request.user
    assert isinstance(user, User)
    text = text_of(request.GET, "q", 80)
    found = jump_targets(text, user) if text else []
    return render(request, "home/_palette.html", {"found": found, "text": text})


@require_safe
@signed_in
def settings_page(request: HttpRequest) -> HttpResponse:
    """My settings: how pages look, and which roles I have."""
    user = request.user
    assert isinstance(user, User)
    context = {"themes": User.Theme.choices, "densities": User.Density.choices, "roles": user.groups.all()}
    return render(request, "home/settings.html", context)
