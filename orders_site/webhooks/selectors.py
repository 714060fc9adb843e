"""Questions about webhooks: subscriptions and deliveries of a person's companies, and how they fare."""

from django.db.models import Count, Max, Q, QuerySet

from core.access import company_ids
from core.models import User
from orders_site.webhooks.models import WebhookDelivery, WebhookSubscription


def subscriptions_visible_to(user: User) -> "QuerySet[WebhookSubscription]":
    """The subscriptions of one's companies."""
    return WebhookSubscription.objects.filter(company_id__in=company_ids(user))


def with_counts(rows: "QuerySet[WebhookSubscription]") -> "QuerySet[WebhookSubscription]":
    """With how many events wait, how many were given up, and when one was taken last. One statement."""
    return rows.annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state="waiting")),
        dead=Count("deliveries", filter=Q(deliveries__state="dead")),
        last_taken_at=Max("deliveries__done_at"),
    )


def deliveries_visible_to(user: User) -> "QuerySet[WebhookDelivery]":
    """The deliveries of one's companies' subscriptions."""
    return WebhookDelivery.objects.filter(subscription__company_id__in=company_ids(user))
