"""Analytics' work for workers."""

from datetime import date, timedelta

from celery import shared_task

from analytics.models import RollUp
from analytics.services import roll_up
from core.dates import business_date
from core.models import Company
from core.system import system_user

BACK_DATED_DAYS = 40  # days that are rolled up again each night, because documents may be dated back
BEGINNING = date(2000, 1, 1)


@shared_task(name="analytics.tasks.roll_up_nightly")
def roll_up_nightly() -> None:
    """Roll every company's facts up to yesterday in its own zone; the first time, from the beginning."""
    for company in Company.objects.order_by("pk"):
        today = business_date(company.time_zone)
        known = RollUp.objects.filter(company=company).first()
        since = known.rolled_until - timedelta(days=BACK_DATED_DAYS) if known else BEGINNING
        roll_up(company_id=company.pk, since=since, until=today, actor=system_user())
