"""The pages of the first run. Each can be left and taken up again: the next step is read from what is there."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core.dates import business_date
from core.errors import DomainError, NotAllowed
from core.models import Company, User
from core.numbering import fiscal_year
from core.system import system_user
from core.web.access import public, requires
from core.web.parts import Step as Stop
from core.web.posted import actor_of, key_of, see_other
from orders_site.first_run import services
from orders_site.first_run.forms import AdministratorForm, CompanyForm, TaxForm, WarehouseForm
from orders_site.first_run.progress import ADMINISTER, Step, first_company, has_people, is_setup_code, step_of
from orders_site.first_run.proposals import PROPOSALS

METHODS = ["GET", "HEAD", "POST"]
LABELS = {
    Step.ADMINISTRATOR: "You",
    Step.COMPANY: "Company",
    Step.TAXES: "Taxes",
    Step.WAREHOUSE: "Warehouse",
    Step.READY: "Start",
}
BACKEND = "core.web.people.PeopleBackend"


def _stops(here: Step) -> list[Stop]:
    order = list(Step)
    return [
        Stop(
            LABELS[step], state="done" if order.index(step) < order.index(here) else "here" if step == here else "todo"
        )
        for step in order
    ]


def _show(
    request: HttpRequest, step: Step, title: str, lead: str, form: forms.Form, refusal: str = "", button: str = "Go on"
) -> HttpResponse:
    context = {
        "steps": _stops(step),
        "title": title,
        "lead": lead,
        "form": form,
        "refusal": refusal,
        "button": button,
    }
    is_refused = bool(refusal) or (form.is_bound and bool(form.errors))
    return render(request, "first_run/step.html", context, status=422 if is_refused else 200)


def _attempt(form: forms.Form, act: Callable[[], object]) -> str | None:
    """Carry out the step; None when it was done, otherwise what stands on top of the page (perhaps nothing)."""
    try:
        act()
    except NotAllowed:
        raise
    except DomainError as refused:
        known = {name: sentence for name, sentence in refused.fields.items() if name in form.fields}
        for name, sentence in known.items():
            form.add_error(name, sentence)
        return "" if known else refused.sentence
    return None


@require_safe
@public("leads an empty system's first visitor to the set-up, everybody else to the sign-in")
def begin(request: HttpRequest) -> HttpResponse:
    """Go to the step that is next."""
    if not has_people():
        return redirect("first-run:administrator")
    if not isinstance(request.user, User):
        return redirect("login")
    return redirect(f"first-run:{step_of(request.user)}")


@require_http_methods(METHODS)
@public("the first person cannot sign in yet; a code that the set-up printed protects it, and it closes behind him")
def administrator(request: HttpRequest) -> HttpResponse:
    """The first administrator."""
    if has_people():
        return redirect("first-run:begin")
    form, refusal = AdministratorForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        is_right = is_setup_code(form.cleaned_data["code"])
        sealed = services.Sealed(form.cleaned_data["password"])

        def act() -> None:
            pk = services.create_first_administrator(
                code_is_right=is_right, person=form.draft(), sealed=sealed, actor=system_user()
            )
            login(request, User.objects.get(pk=pk), backend=BACKEND)

        problem = _attempt(form, act)
        if problem is None:
            return see_other("first-run:begin")
        refusal = problem
    lead = "You will be the administrator. There is no password that everybody knows: choose one of your own."
    return _show(request, Step.ADMINISTRATOR, "Welcome to Kept", lead, form, refusal)


@require_http_methods(METHODS)
@requires(ADMINISTER)
def company(request: HttpRequest) -> HttpResponse:
    """The company."""
    actor = actor_of(request)
    if step_of(actor) != Step.COMPANY:
        return redirect("first-run:begin")
    form, refusal = CompanyForm(request.POST or None, initial={"country": "GB"}), ""
    if request.method == "POST" and form.is_valid():
        run = services.create_company.once(key_of(request))
        problem = _attempt(form, lambda: run(draft=form.draft(), actor=actor))
        if problem is None:
            return see_other("first-run:begin")
        refusal = problem
    lead = "Its chart of accounts, posting rules, number series and months are made with it."
    return _show(request, Step.COMPANY, "Your company", lead, form, refusal)


def _proposed_taxes(found: Company) -> Mapping[str, Any]:
    usual = PROPOSALS.get(found.country)
    year = fiscal_year(found, business_date(found.time_zone)) - 1
    start = business_date(found.time_zone).replace(year=year, month=found.fiscal_year_start_month, day=1)
    if usual is None:
        return {"name": "VAT", "valid_from": start}
    return {"name": usual.tax, "standard": usual.standard, "reduced": usual.reduced, "valid_from": start}


@require_http_methods(METHODS)
@requires(ADMINISTER)
def taxes(request: HttpRequest) -> HttpResponse:
    """The tax rates of the country, proposed."""
    actor = actor_of(request)
    found = first_company(actor)
    if found is None or step_of(actor) != Step.TAXES:
        return redirect("first-run:begin")
    form, refusal = TaxForm(request.POST or None, initial=dict(_proposed_taxes(found))), ""
    if request.method == "POST" and form.is_valid():
        run = services.set_first_taxes.once(key_of(request))
        problem = _attempt(form, lambda: run(company_id=found.pk, draft=form.draft(), actor=actor))
        if problem is None:
            return see_other("first-run:begin")
        refusal = problem
    lead = "Proposed for your country. Check the rates; more can be entered later under Tax rates."
    return _show(request, Step.TAXES, "Taxes", lead, form, refusal)


@require_http_methods(METHODS)
@requires(ADMINISTER)
def warehouse(request: HttpRequest) -> HttpResponse:
    """The first warehouse."""
    actor = actor_of(request)
    found = first_company(actor)
    if found is None or step_of(actor) != Step.WAREHOUSE:
        return redirect("first-run:begin")
    form, refusal = WarehouseForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        run = services.create_first_warehouse.once(key_of(request))
        problem = _attempt(form, lambda: run(company_id=found.pk, actor=actor, **form.cleaned_data))
        if problem is None:
            return see_other("first-run:ready")
        refusal = problem
    lead = "Goods are received, kept and shipped here. More warehouses can follow."
    return _show(request, Step.WAREHOUSE, "Your warehouse", lead, form, refusal)


@require_safe
@requires(ADMINISTER)
def ready(request: HttpRequest) -> HttpResponse:
    """What to do first, now that everything that an invoice needs is there."""
    actor = actor_of(request)
    if step_of(actor) != Step.READY:
        return redirect("first-run:begin")
    return render(request, "first_run/ready.html", {"steps": _stops(Step.READY), "company": first_company(actor)})
