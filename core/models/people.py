"""How people get in: the invitations that let them, and the sessions in which they are."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from core.audit.history import row_history
from core.models.access import User


class Visit(models.Model):
    """One sign-in: who, from where, with what, until when it was seen. It lives as long as its session does."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="visits", db_index=False)
    session_key = models.CharField(max_length=40, unique=True)
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=60)
    began_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [models.Index(fields=["user", "-seen_at"], name="visit_by_person")]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.device}"


@row_history(leave_out=["token_hash"])
class Invitation(models.Model):
    """A person is asked in: a link that works once and for a time. Only the hash of its token is kept.

    The person exists already, with roles and companies, but is not active and has no password.
    """

    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="invitation")
    token_hash = models.CharField(max_length=64, blank=True, default="")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"invitation of {self.person_id}"
