"""Inventory's work for workers."""

from celery import shared_task
from django.utils import timezone

from core.models import Company
from core.system import system_user
from inventory.services import expire_holds


@shared_task(name="inventory.tasks.expire_holds")
def expire_holds_everywhere() -> None:
    """Give back what no quote or person holds any more, in every company, a set at a time."""
    now, actor = timezone.now(), system_user()
    for company_id in Company.objects.order_by("pk").values_list("pk", flat=True):
        while expire_holds(company_id=company_id, now=now, actor=actor):
            pass
