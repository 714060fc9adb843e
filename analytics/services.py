"""Rolling facts up: whole days at a time, in one statement, as often as anybody likes."""

from datetime import date

from django.db import connection
from django.utils import timezone

from analytics.facts import COLUMNS, FACTS_SQL
from analytics.models import RollUp, SalesDay
from core.commands import command
from core.models import User


@command(permission=None)
def roll_up(*, company_id: int, since: date, until: date, actor: User) -> int:
    """Replace the facts of the days from ``since`` until before ``until`` and return how many rows they make.

    Idempotent and able to fill back any range. Amounts in functional currency. Readers see the old days until it
    commits.
    """
    SalesDay.objects.filter(company_id=company_id, day__gte=since, day__lt=until).delete()
    names = ", ".join(COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO analytics_salesday (company_id, day, account_id, product_id, salesperson_id, {names})"  # noqa: S608
            f" SELECT %(company)s, day, account_id, product_id, salesperson_id, {names} FROM ({FACTS_SQL}) f",
            {"company": company_id, "since": since, "until": until},
        )
        rows = cursor.rowcount
    known = RollUp.objects.filter(company_id=company_id).first()
    reached = max(until, known.rolled_until) if known else until
    RollUp.objects.update_or_create(
        company_id=company_id, defaults={"rolled_until": reached, "rolled_at": timezone.now()}
    )
    return int(rows)
