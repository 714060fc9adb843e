"""What Celery calls for the roof's own work."""

from celery import shared_task

from orders_site.webhooks.sending import send_due


@shared_task(name="orders_site.tasks.send_webhooks", ignore_result=True)
def send_webhooks(delivery_ids: list[int] | None = None) -> None:
    """Send these webhooks if they are due, or whatever is due."""
    send_due(only=delivery_ids)
