"""Pages on which an administrator makes, looks at and revokes the keys of programs."""

from typing import Any

import django_filters
from django.contrib import messages
from django.db.models import Case, CharField, QuerySet, Value, When
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core.api.forms import KeyForm, PersonForm
from core.api.keys import NewKey, keys_visible_to, make_api_key, people_to_lend, revoke_api_key
from core.errors import DomainError
from core.models import ApiKey, User
from core.web import formats
from core.web.access import requires
from core.web.columns import Column
from core.web.filters import ListFilterSet
from core.web.lists import ListPage
from core.web.parts import ActionButton, Confirm, DocumentPage, Empty, Fact, Link, Tag
from core.web.posted import actor_of, key_of, see_other
from core.web.step_up import confirmed

ADMINISTER = "core.administer"
LIVE, EXPIRED, REVOKED = "live", "expired", "revoked"
STATES = {LIVE: Tag("Live", "ok"), EXPIRED: Tag("Expired", "neutral"), REVOKED: Tag("Revoked", "bad")}
COLUMNS = (
    Column("name", "Program", "link", sort="name", url="keys:key", card="k1"),
    Column("prefix", "Key", "code", is_muted=True, card="k3"),
    Column("state", "State", "tag", tags=STATES, card="k2"),
    Column("person__username", "Acts as", sort="person__username", card="k5"),
    Column("last_used_at", "Last used", "stamp", sort="last_used_at", hide="not-s"),
    Column("expires_at", "Expires", "stamp", sort="expires_at", card="k4"),
    Column("created_at", "Made", "stamp", sort="created_at", hide="opt"),
)


class KeyFilter(ListFilterSet):
    """Narrow keys by program, prefix, person and state."""

    search_paths = ("name", "prefix", "person__username")
    search_hint = "Program, key, person"

    state = django_filters.ChoiceFilter(choices=[(name, tag.label) for name, tag in STATES.items()], label="State")

    class Meta:
        model = ApiKey
        fields: tuple[str, ...] = ()


def _keys(request: HttpRequest) -> "QuerySet[Any, Any]":
    return keys_visible_to(actor_of(request)).annotate(
        state=Case(
            When(revoked_at__isnull=False, then=Value(REVOKED)),
            When(expires_at__lte=Now(), then=Value(EXPIRED)),
            default=Value(LIVE),
            output_field=CharField(),
        )
    )


@require_safe
@requires(ADMINISTER)
def key_list(request: HttpRequest) -> HttpResponseBase:
    """Every key: which program, as whom, until when, and when it was used last."""
    new = Link("New key", reverse("keys:new"))
    return ListPage(
        request,
        _keys(request),
        COLUMNS,
        noun="keys",
        default_sort="-created_at",
        filterset=KeyFilter,
        empty=Empty("No keys yet. A program needs one to call the API.", icon="lock", action=new),
    ).response("keys/list.html")


@require_safe
@requires(ADMINISTER)
def new(request: HttpRequest) -> HttpResponse:
    """First as whom the program acts, then what of this person's rights it gets."""
    form = PersonForm(request.GET if "person" in request.GET else None, actor_of(request))
    if not form.is_bound or not form.is_valid():
        return render(request, "keys/person.html", {"form": form}, status=422 if form.is_bound else 200)
    person: User = form.cleaned_data["person"]
    return _key_form(request, person, KeyForm(None, person))


def _key_form(
    request: HttpRequest, person: User, form: KeyForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    return render(request, "keys/new.html", {"form": form, "person": person, "refusal": refusal}, status=status)


@require_POST
@requires(ADMINISTER)
@confirmed
def make(request: HttpRequest, person_id: int) -> HttpResponse:
    """Make the key and show it, this once."""
    person = get_object_or_404(people_to_lend(actor_of(request)), pk=person_id)
    form = KeyForm(request.POST, person)
    if not form.is_valid():
        return _key_form(request, person, form, status=422)
    fresh = NewKey.make()
    try:
        key_id = make_api_key.once(key_of(request))(
            name=form.cleaned_data["name"],
            prefix=fresh.prefix,
            digest=fresh.digest,
            person_id=person.pk,
            scopes=form.cleaned_data["scopes"],
            expires_at=form.expires_at,
            actor=actor_of(request),
        )
    except DomainError as refusal:
        return _key_form(request, person, form, refusal=refusal.sentence, status=refusal.status)
    context = {"key": get_object_or_404(ApiKey, pk=key_id), "token": fresh.token}
    answer = render(request, "keys/made.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
@requires(ADMINISTER)
def key(request: HttpRequest, pk: int) -> HttpResponse:
    """One key: as whom, until when, what it may do."""
    found = get_object_or_404(_keys(request).select_related("person", "created_by", "revoked_by"), pk=pk)
    ask = Confirm(
        f"Revoke {found.name}?", "The program is turned away from now on. This cannot be undone.", "Revoke it"
    )
    revoke_it = ActionButton("Revoke", reverse("keys:revoke", args=[pk]), "revoke", style="danger", confirm=ask)
    page = DocumentPage(
        title=found.name,
        crumb=Link("API keys", reverse("keys:list")),
        tag=STATES[found.state],
        meta=found.prefix,
        actions=[revoke_it] if found.state == LIVE else [],
        facts=[
            Fact("Acts as", str(found.person)),
            Fact("Made", f"{formats.stamp(found.created_at)}, {found.created_by}"),
            Fact("Expires", formats.stamp(found.expires_at)),
            Fact("Last used", formats.stamp(found.last_used_at) if found.last_used_at else "Never"),
            Fact("Revoked", f"{formats.stamp(found.revoked_at)}, {found.revoked_by}" if found.revoked_at else ""),
        ],
    )
    return render(request, "keys/key.html", {"page": page, "scopes": found.scopes})


@require_POST
@requires(ADMINISTER)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a key at once."""
    found = get_object_or_404(keys_visible_to(actor_of(request)), pk=pk)
    revoke_api_key.once(key_of(request))(key_id=found.pk, actor=actor_of(request))
    messages.success(request, f"{found.name} is revoked.")
    return see_other("keys:key", pk)
