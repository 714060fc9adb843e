"""What is done with a list as it stands: its file, its saved views, its columns. Each form names the list's address."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from core.access import may
from core.errors import DomainError, NotFound
from core.models import SavedView, User
from core.models.views import LONGEST_NAME
from core.saved_views import (
    SHARE,
    ViewDraft,
    change_view,
    choose_columns,
    choose_first_view,
    create_view,
    delete_view,
)
from core.web.access import signed_in
from core.web.companies import chosen_company
from core.web.exports import list_at, start_export
from core.web.lists import ListPage
from core.web.posted import actor_of, key_of, see_other, text_of, whole_number

LONGEST_ADDRESS = 4_000
Sharing = SavedView.Sharing


def _address(data: Any) -> str:
    """The list's address as the form brought it: a path of this site, never another place."""
    address: str = text_of(data, "list", LONGEST_ADDRESS)
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not address.startswith("/") or address.startswith(("//", "/\\")):
        raise NotFound("There is no such list.")
    return address


def _listing(request: HttpRequest) -> ListPage:
    return list_at(_address(request.POST), actor_of(request), chosen_company(request))


def _opened(listing: ListPage, view_id: int) -> str:
    query = listing.viewing.query
    return f"{listing.request.path}?{query}{'&' if query else ''}saved={view_id}"


@require_POST
@signed_in
def export(request: HttpRequest) -> HttpResponse:
    """Have a worker make the file of a long list."""
    job_id = start_export(
        address=_address(request.POST),
        kind=text_of(request.POST, "kind", 8),
        company_id=chosen_company(request),
        actor=actor_of(request),
        key=key_of(request),
    )
    return see_other("work:job", job_id)


class ViewForm(forms.Form):
    """Name of a view and who has it; sharing only for those who may."""

    name = forms.CharField(
        label="Name", max_length=LONGEST_NAME, error_messages={"required": "Enter a name for the view"}
    )
    sharing = forms.ChoiceField(label="Who has it", choices=Sharing.choices, widget=forms.RadioSelect)
    role = forms.ModelChoiceField(label="Role", queryset=Group.objects.order_by("name"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].help_text = "Whose list opens with this view"
        if not may(user, SHARE):
            del self.fields["sharing"], self.fields["role"]

    def draft(self, query: str, columns: list[str]) -> ViewDraft:
        """The view that was asked for."""
        role = self.cleaned_data.get("role")
        return ViewDraft(
            name=self.cleaned_data["name"],
            query=query,
            columns=columns,
            sharing=self.cleaned_data.get("sharing") or Sharing.PERSONAL,
            role_id=role.pk if role else None,
        )


def _form_page(
    request: HttpRequest, form: ViewForm, address: str, view: SavedView | None, refusal: DomainError | None = None
) -> HttpResponse:
    context = {"form": form, "view": view, "address": address, "refusal": refusal.sentence if refusal else ""}
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "core/view.html", context, status=status)


def _keep(
    request: HttpRequest, form: ViewForm, view: SavedView | None, keep: Callable[[], HttpResponse]
) -> HttpResponse:
    """Carry out what the form asks, or show it again with what is wrong."""
    if not form.is_valid():
        return _form_page(request, form, _address(request.POST), view)
    try:
        return keep()
    except DomainError as refusal:
        return _form_page(request, form, _address(request.POST), view, refusal)


@require_POST
@signed_in
def create(request: HttpRequest) -> HttpResponse:
    """Keep the list as it stands under a name, and open it."""
    data = request.POST.copy()
    data.setdefault("sharing", Sharing.PERSONAL)
    form = ViewForm(data, user=actor_of(request))

    def keep() -> HttpResponse:
        listing = _listing(request)
        viewing = listing.viewing
        draft = form.draft(viewing.query, list(viewing.columns))
        made = create_view.once(key_of(request))(list_key=viewing.list_key, draft=draft, actor=actor_of(request))
        return see_other(_opened(listing, made))

    return _keep(request, form, None, keep)


def _view(request: HttpRequest, pk: int) -> SavedView:
    user = actor_of(request)
    view = get_object_or_404(SavedView.objects.select_related("role"), pk=pk)
    if view.sharing == Sharing.PERSONAL and view.owner_id != user.pk:
        raise NotFound("There is no such view.")
    return view


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def view(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a view or share it otherwise."""
    found, user = _view(request, pk), actor_of(request)
    address = _address(request.POST if request.method == "POST" else request.GET)
    if request.method != "POST":
        known = {"name": found.name, "sharing": found.sharing, "role": found.role_id}
        return _form_page(request, ViewForm(initial=known, user=user), address, found)
    form = ViewForm(request.POST, user=user)

    def keep() -> HttpResponse:
        draft = form.draft(found.query, found.columns)
        change_view.once(key_of(request))(view_id=pk, draft=draft, actor=user)
        return see_other(address)

    return _keep(request, form, found, keep)


@require_POST
@signed_in
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what the list shows now in the view that it was opened from."""
    found, listing = _view(request, pk), _listing(request)
    if listing.viewing.list_key != found.list_key:
        raise NotFound("There is no such view of this list.")
    draft = ViewDraft(
        found.name, listing.viewing.query, list(listing.viewing.columns), found.sharing, role_id=found.role_id
    )
    change_view.once(key_of(request))(view_id=pk, draft=draft, actor=actor_of(request))
    return see_other(_opened(listing, pk))


@require_POST
@signed_in
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a view; the list opens without it."""
    found, address = _view(request, pk), _address(request.POST)
    delete_view.once(key_of(request))(view_id=pk, actor=actor_of(request))
    messages.success(request, f"The view “{found.name}” is deleted.")
    return see_other(urlsplit(address).path)


@require_POST
@signed_in
def columns(request: HttpRequest) -> HttpResponseBase:
    """Show this person the picked columns in this view; all or none picked means as they were."""
    listing = _listing(request)
    offered = [column.name for column in listing.offered[1:]]
    picked = [name for name in offered if name in request.POST.getlist("columns")]
    wanted = [] if "all" in request.POST or picked == offered else picked
    viewing = listing.viewing
    choose_columns.once(key_of(request))(
        list_key=viewing.list_key, view_key=viewing.view_key, columns=wanted, actor=actor_of(request)
    )
    return see_other(listing.address)


@require_POST
@signed_in
def first_view(request: HttpRequest) -> HttpResponse:
    """Let the list open with this view for this person, or no longer."""
    listing = _listing(request)
    viewing = listing.viewing
    choose_first_view.once(key_of(request))(
        list_key=viewing.list_key,
        view_key=viewing.view_key,
        is_first=whole_number(request.POST.get("first", "")) == 1,
        actor=actor_of(request),
    )
    return see_other(listing.address)
