"""Saved views of lists: who sees which, and how they are made, changed, shared and chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, BooleanField, CharField, ExpressionWrapper, Q, TextField, Value
from django.db.models.functions import Cast

from core.access import may
from core.commands import command
from core.errors import DomainError, NotAllowed, NotFound
from core.models import SavedView, User, ViewChoice
from core.models.views import LONGEST_NAME, LONGEST_QUERY

SHARE = "core.share_views"
MOST_OF_ONE = 30  # views of one person and list


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as a list shows it."""

    id: int
    name: str
    query: str
    columns: Sequence[str]
    sharing: str
    owner_id: int
    is_of_my_role: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose for one view: its columns (none: as the view has them), and whether the list opens so."""

    view_key: str
    columns: Sequence[str]
    is_default: bool


def views_for(user: User, list_key: str) -> tuple[list[View], list[Choice]]:
    """The saved views of a list that this person sees, by name, and what they chose. One statement."""
    # A role's view comes first in the list of those who hold the role; who may share sees them all.
    mine = Q(owner=user, sharing="personal") | Q(sharing="shared") | Q(role__in=user.groups.all())
    if may(user, SHARE):
        mine |= Q(sharing="role")
    text = TextField()
    views = SavedView.objects.filter(mine, list_key=list_key).values_list(
        Value("view"), "id", Cast("name", text), Cast("query", text), Cast("columns", ArrayField(text)),
        Cast("sharing", text), "owner_id",
        ExpressionWrapper(Q(role__in=user.groups.all()), output_field=BooleanField()),
    )  # fmt: skip
    none = Value(None, output_field=BigIntegerField(null=True))
    choices = ViewChoice.objects.filter(person=user, list_key=list_key).values_list(
        Value("choice"), none, Cast("view_key", text), Value("", output_field=text),
        Cast("columns", ArrayField(text)), Value("", output_field=CharField()), none, "is_default",
    )  # fmt: skip
    rows: list[Any] = list(views.union(choices, all=True))
    saved = [View(*row[1:]) for row in rows if row[0] == "view"]
    chosen = [Choice(row[2], row[4], row[7]) for row in rows if row[0] == "choice"]
    return sorted(saved, key=lambda view: (view.sharing == "personal", view.name.lower())), chosen


def may_change(user: User, view: SavedView | View) -> bool:
    """One's own personal views are one's own; what is shared is changed by whoever may share."""
    return view.owner_id == user.pk if view.sharing == "personal" else may(user, SHARE)


@dataclass(frozen=True, slots=True)
class ViewDraft:
    """A view as it is to be kept."""

    name: str
    query: str
    columns: Sequence[str] = ()
    sharing: str = SavedView.Sharing.PERSONAL
    role_id: int | None = None


def _require_sound(draft: ViewDraft, actor: User) -> None:
    if not draft.name:
        raise DomainError("Enter a name for the view.", fields={"name": "Enter a name for the view"})
    if len(draft.name) > LONGEST_NAME or len(draft.query) > LONGEST_QUERY:
        raise DomainError("The name or the filters are too long to be kept.")
    if draft.sharing not in SavedView.Sharing.values:
        raise DomainError("Select who sees the view.", fields={"sharing": "Select who sees the view"})
    if draft.sharing != SavedView.Sharing.PERSONAL and not may(actor, SHARE):
        raise NotAllowed("You may not share views: the right “core.share_views” is missing.")
    is_known = draft.role_id is not None and Group.objects.filter(pk=draft.role_id).exists()
    if draft.sharing == SavedView.Sharing.ROLE and not is_known:
        raise DomainError("Select the role.", fields={"role": "Select the role"})


def _facts(draft: ViewDraft) -> dict[str, Any]:
    role_id = draft.role_id if draft.sharing == SavedView.Sharing.ROLE else None
    return {
        "name": draft.name,
        "query": draft.query,
        "columns": list(draft.columns),
        "sharing": draft.sharing,
        "role_id": role_id,
    }


@command(permission=None)
def create_view(*, list_key: str, draft: ViewDraft, actor: User) -> int:
    """Keep a list's filters, sort and columns under a name; returns the view's id.

    Raises DomainError (no name, too many, name taken), NotAllowed (shared without the right).
    """
    _require_sound(draft, actor)
    if SavedView.objects.filter(owner=actor, list_key=list_key).count() >= MOST_OF_ONE:
        raise DomainError(f"You have {MOST_OF_ONE} views of this list. Delete one first.")
    return SavedView.objects.create(list_key=list_key, owner=actor, **_facts(draft)).pk


def _own(view_id: int, actor: User) -> SavedView:
    view = SavedView.objects.filter(pk=view_id).first()
    if view is None or (view.sharing == "personal" and view.owner_id != actor.pk):
        raise NotFound("There is no such view.")
    if not may_change(actor, view):
        raise NotAllowed("You may not change shared views: the right “core.share_views” is missing.")
    return view


@command(permission=None)
def change_view(*, view_id: int, draft: ViewDraft, actor: User) -> None:
    """Rename a view, share it otherwise, or keep other filters under it.

    Raises NotFound, NotAllowed, DomainError as ``create_view``.
    """
    view = _own(view_id, actor)
    _require_sound(draft, actor)
    for name, value in _facts(draft).items():
        setattr(view, name, value)
    view.save()


@command(permission=None)
def delete_view(*, view_id: int, actor: User) -> None:
    """Forget a view, and what anybody chose for it. Raises NotFound, NotAllowed."""
    view = _own(view_id, actor)
    ViewChoice.objects.filter(list_key=view.list_key, view_key=key_of_saved(view.pk)).delete()
    view.delete()


def key_of_saved(view_id: int) -> str:
    """How a saved view is named among a person's choices."""
    return f"saved-{view_id}"


@command(permission=None)
def choose_columns(*, list_key: str, view_key: str, columns: Sequence[str], actor: User) -> None:
    """Show one person these columns in this view; none means as the view has them."""
    ViewChoice.objects.update_or_create(
        person=actor, list_key=list_key, view_key=view_key, defaults={"columns": list(columns)}
    )


@command(permission=None)
def choose_first_view(*, list_key: str, view_key: str, is_first: bool, actor: User) -> None:
    """Let the list open with this view for one person, or as it does by itself."""
    ViewChoice.objects.filter(person=actor, list_key=list_key, is_default=True).update(is_default=False)
    if is_first:
        ViewChoice.objects.update_or_create(
            person=actor, list_key=list_key, view_key=view_key, defaults={"is_default": True}
        )
