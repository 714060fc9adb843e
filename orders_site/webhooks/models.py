"""Who is told of what, and every telling with what became of it."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.audit.history import row_history


@row_history(leave_out=["sealed_secret", "sealed_old_secret", "failing_since"])
class WebhookSubscription(models.Model):
    """One address of another system that is told of these events of one company, as long as it is on.

    Secrets are sealed with the application's key (``signing.seal``). ``failing_since`` is the first of the tries that
    failed since the last that did not.
    """

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="webhooks")
    name = models.CharField(max_length=60)
    address = models.CharField(max_length=500)
    events = ArrayField(models.CharField(max_length=40))
    is_on = models.BooleanField(default=True)
    off_because = models.CharField(max_length=200, default="", blank=True)
    sealed_secret = models.TextField()
    secret_shown_at = models.DateTimeField(null=True)
    sealed_old_secret = models.TextField(default="", blank=True)
    old_secret_until = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        permissions: ClassVar = [("maintain_webhooks", "Maintain webhooks and see what they delivered")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(events__len__gt=0),
                name="webhook_names_an_event",
                violation_error_message="Pick at least one event.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One event told to one subscriber. Written in the transaction of what happened, sent afterwards.

    ``uid`` is the webhook-id of every try, so that the receiver can drop repeats. ``body`` is composed at the first
    try and never again: numbers without gaps do not exist before the commit.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Delivered"
        DEAD = "dead", "Given up"

    uid = models.UUIDField(unique=True, db_default=RandomUUID())
    subscription = models.ForeignKey(
        WebhookSubscription, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    event = models.CharField(max_length=40)
    document_kind = models.CharField(max_length=24, db_default="", blank=True)
    document_id = models.BigIntegerField(null=True)
    facts = models.JSONField()
    happened_at = models.DateTimeField(db_default=Now())
    command_uid = models.UUIDField()
    body = models.TextField(db_default="", blank=True)
    state = models.CharField(max_length=8, choices=State, db_default=State.WAITING)
    tries = models.PositiveSmallIntegerField(db_default=0)
    next_try_at = models.DateTimeField(db_default=Now())
    tried_at = models.DateTimeField(null=True)
    answer_status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(db_default="", blank=True)  # the first 2 kB, or why there was none
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        default_permissions = ()
        indexes: ClassVar = [
            models.Index(fields=["next_try_at", "id"], condition=Q(state="waiting"), name="webhook_delivery_waiting"),
            models.Index(fields=["subscription", "-id"], name="webhook_delivery_by_subscriber"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.uid}"
