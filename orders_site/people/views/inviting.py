"""Asking people in, changing what they may, and the invited person's own page."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from core.errors import Conflict, DomainError, NotFound
from core.models import CompanyMembership, UserRole
from core.web.access import public, requires
from core.web.posted import actor_of, key_of, see_other
from core.web.step_up import confirmed
from orders_site.people.drafts import Secret
from orders_site.people.forms import AccessForm, ChangeAccessForm, FirstPasswordForm, InviteForm
from orders_site.people.selectors import access_word, people_visible_to
from orders_site.people.services.access import set_access
from orders_site.people.services.inviting import accept_invitation, invitation_of, invite_person
from orders_site.people.services.sessions import MAINTAIN
from orders_site.people.views.doors import count_address


def _show(
    request: HttpRequest, template: str, form: AccessForm, refusal: str, *, status: int = 0, **more: object
) -> HttpResponse:
    status = status or (422 if form.errors or refusal else 200)
    return render(request, template, {"form": form, "refusal": refusal, **more}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
@confirmed
def invite(request: HttpRequest) -> HttpResponse:
    """Ask somebody in."""
    form = InviteForm(request.POST if request.method == "POST" else None, actor=actor_of(request))
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            pk = invite_person.once(key_of(request))(draft=form.draft(), actor=actor_of(request))
        except DomainError as error:
            for name, sentence in error.fields.items():
                form.add_error(name if name in form.fields else None, sentence)
            refusal = "" if error.fields else error.sentence
        else:
            messages.success(request, f"The invitation goes to {form.cleaned_data['email']}.")
            return see_other("people:person", pk)
    return _show(request, "people/invite.html", form, refusal)


def _access_of(pk: int) -> dict[str, Any]:
    """What a person has now, as the form begins with it."""
    return {
        "roles": list(UserRole.objects.filter(user_id=pk).values_list("group_id", flat=True)),
        "companies": list(CompanyMembership.objects.filter(user_id=pk).values_list("company_id", flat=True)),
        "seen": access_word(pk),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
@confirmed
def access(request: HttpRequest, pk: int) -> HttpResponse:
    """Change roles and companies of somebody."""
    found = get_object_or_404(people_visible_to(actor_of(request)), pk=pk)
    initial = _access_of(pk)
    had, back = set(initial["roles"]), reverse("people:person", args=[pk])
    form = ChangeAccessForm(
        request.POST if request.method == "POST" else None,
        actor=actor_of(request),
        initial=initial,
    )
    refusal = ""
    if request.method == "POST" and form.is_valid():
        roles = {*form.cleaned_data["roles"], *(had - form.within_reach("roles"))}  # what cannot be shown stays
        change = set_access.once(key_of(request))
        try:
            change(
                user_id=pk,
                role_ids=sorted(roles),
                company_ids=form.cleaned_data["companies"],
                seen=form.cleaned_data["seen"],
                actor=actor_of(request),
            )
        except Conflict as conflict:  # drawn anew as it is now: what was picked was picked from something else
            now = ChangeAccessForm(actor=actor_of(request), initial=_access_of(pk))
            return _show(request, "people/access.html", now, conflict.sentence, person=found, back=back, status=409)
        except NotFound:
            raise
        except DomainError as error:
            refusal = error.sentence
        else:
            messages.success(request, f"Changed. {found} signs in again to work with it.")
            return see_other("people:person", pk)
    return _show(request, "people/access.html", form, refusal, person=found, back=back)


@public("opened with the link of an invitation, once")
@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """The invited person chooses a password."""
    count_address(request)
    invitation = invitation_of(token)
    if invitation is None:
        return render(request, "people/invited_void.html", status=404)
    person = invitation.person
    form = FirstPasswordForm(request.POST if request.method == "POST" else None, person=person)
    if request.method == "POST" and form.is_valid():
        password = Secret(form.cleaned_data["password1"])
        accept_invitation(token=Secret(token), password=password, actor=person)
        messages.success(request, "Your password is kept. Sign in with it now.")
        return see_other("login")
    return render(request, "people/invited.html", {"form": form, "person": person}, status=422 if form.errors else 200)
