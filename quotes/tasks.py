"""Quotes' work for workers."""

from celery import shared_task

from core.dates import business_date
from core.models import Company
from core.system import system_user
from quotes.services import expire_quotes


@shared_task(name="quotes.tasks.expire_quotes")
def expire_quotes_everywhere() -> None:
    """End the quotes whose validity is over, in every company by its own day, a set at a time."""
    actor = system_user()
    for company in Company.objects.order_by("pk"):
        while expire_quotes(company_id=company.pk, business_date=business_date(company.time_zone), actor=actor):
            pass
