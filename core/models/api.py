"""Keys with which programs come in: whose rights they use, how far, and until when."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.audit.history import row_history


@row_history(leave_out=["last_used_at"])
class ApiKey(models.Model):
    """A program's key: it acts as ``person``, within ``scopes``, until it expires or is revoked.

    Only the digest of the secret is kept; the key itself is shown once. ``prefix`` is its readable beginning, by which
    it is found and named. A scope that the person no longer holds gives nothing.
    """

    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    scopes = ArrayField(models.CharField(max_length=100))
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    last_used_at = models.DateTimeField(null=True)  # to the minute
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        verbose_name = "API key"
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="api_key_revoked_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(scopes__len=0), name="api_key_may_something"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"
