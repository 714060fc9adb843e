"""How people look at lists: saved views that are shared or one's own, and what each person chose for each view."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.audit.history import row_history

LONGEST_NAME = 40
LONGEST_QUERY = 2_000


@row_history()
class SavedView(models.Model):
    """A list with its filters, sort and columns under a name: a tab of its owner, of everybody, or of a role.

    ``list_key`` is the name of the list's address. ``columns`` are those shown beside the first; none means all.
    """

    class Sharing(models.TextChoices):
        PERSONAL = "personal", "Only me"
        SHARED = "shared", "Everybody who sees this list"
        ROLE = "role", "A role, as its first view"

    list_key = models.CharField(max_length=80)
    name = models.CharField(max_length=LONGEST_NAME)
    query = models.CharField(max_length=LONGEST_QUERY, blank=True, default="")
    columns = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    sharing = models.CharField(max_length=8, choices=Sharing, default=Sharing.PERSONAL)
    role = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+", null=True, blank=True, db_index=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["list_key", "owner", "name"],
                condition=Q(sharing="personal"),
                name="saved_view_once_per_owner",
                violation_error_message="You already have a view of this name here.",
            ),
            models.UniqueConstraint(
                fields=["list_key", "name"],
                condition=~Q(sharing="personal"),
                name="saved_view_once_for_all",
                violation_error_message="There is already a shared view of this name here.",
            ),
            models.UniqueConstraint(
                fields=["list_key", "role"],
                condition=Q(sharing="role"),
                name="saved_view_one_per_role",
                violation_error_message="This role already has its first view here.",
            ),
            models.CheckConstraint(
                condition=Q(sharing="role", role__isnull=False) | (~Q(sharing="role") & Q(role__isnull=True)),
                name="saved_view_role_where_shared_so",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.list_key}"


class ViewChoice(models.Model):
    """What one person chose for one view of a list: the columns, and whether the list opens with it.

    ``view_key`` is ``saved-`` and the view's key, or the address part of a tab that the list brings itself. How pages
    look to one person is no evidence: it has no history.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    list_key = models.CharField(max_length=80)
    view_key = models.CharField(max_length=120, blank=True, default="")
    columns = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "list_key", "view_key"], name="view_choice_once"),
            models.UniqueConstraint(
                fields=["person", "list_key"], condition=Q(is_default=True), name="view_choice_one_default"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.list_key} {self.view_key}"
