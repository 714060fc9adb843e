"""Rolling facts up: whole days at a time, in one statement, as often as anybody likes."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from analytics.facts import COLUMNS, FACTS_SQL
from analytics.models import RollUp, SalesDay
from core.commands import command
from core.models import User

NAMES = ", ".join(COLUMNS)
LONGEST_COMMAND = timedelta(hours=1)  # by far: what it writes bears the time at which it began

# The days of documents to which something happened: an old order that was cancelled, changed or confirmed late.
_TOUCHED_DAYS = """
    WITH touched AS (
        SELECT document_kind, document_id FROM core_documentevent
        WHERE recorded_at >= %(touched)s AND document_kind IN ('order', 'invoice', 'delivery')
    )
    SELECT o.business_date FROM touched t JOIN orders_order o ON t.document_kind = 'order' AND o.id = t.document_id
    WHERE o.company_id = %(company)s AND o.business_date < %(before)s
    UNION
    SELECT i.business_date FROM touched t JOIN billing_invoice i ON t.document_kind = 'invoice' AND i.id = t.document_id
    WHERE i.company_id = %(company)s AND i.business_date < %(before)s
    UNION
    SELECT d.shipped_on FROM touched t
    JOIN fulfillment_delivery d ON t.document_kind = 'delivery' AND d.id = t.document_id
    WHERE d.company_id = %(company)s AND d.shipped_on < %(before)s
    UNION
    SELECT m.business_date FROM rebates_rebatemovement m JOIN rebates_rebatetotal r ON r.id = m.total_id
    WHERE r.company_id = %(company)s AND m.recorded_at >= %(touched)s AND m.business_date < %(before)s
"""


@command(permission=None)
def roll_up(*, company_id: int, since: date, until: date, actor: User) -> int:
    """Replace the facts of the days from ``since`` until before ``until`` and return how many rows they make.

    Idempotent and able to fill back any range. Where it goes on from the last one, the days of older documents that
    changed meanwhile are replaced too. Amounts in functional currency. Readers see the old days until it commits.
    """
    known = RollUp.objects.filter(company_id=company_id).first()
    goes_on = known is None or since <= known.rolled_until <= until
    changed = _changed_days(known, since) if known and goes_on else []
    rows = _replace(company_id, since, until)
    if changed:
        rows += _replace(company_id, changed[0], changed[-1] + timedelta(days=1), only=changed)
    RollUp.objects.update_or_create(
        company_id=company_id,
        defaults={
            "rolled_until": max(until, known.rolled_until) if known else until,
            "rolled_at": timezone.now() if known is None or goes_on else known.rolled_at,
        },
    )
    return rows


def _changed_days(known: RollUp, before: date) -> list[date]:
    with connection.cursor() as cursor:
        touched = known.rolled_at - LONGEST_COMMAND
        cursor.execute(_TOUCHED_DAYS, {"company": known.company_id, "touched": touched, "before": before})
        return sorted(row[0] for row in cursor.fetchall())


def _replace(company_id: int, since: date, until: date, only: Sequence[date] | None = None) -> int:
    """Replace the facts of the days from ``since`` until before ``until``, or only of these; returns their rows now."""
    days = SalesDay.objects.filter(company_id=company_id, day__gte=since, day__lt=until)
    (days if only is None else days.filter(day__in=only)).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO analytics_salesday (company_id, day, account_id, product_id, salesperson_id, {NAMES})"  # noqa: S608
            f" SELECT %(company)s, day, account_id, product_id, salesperson_id, {NAMES} FROM ({FACTS_SQL}) f"
            + ("" if only is None else " WHERE day = ANY(%(only)s)"),  # the database filters before it adds up
            {"company": company_id, "since": since, "until": until, "only": list(only or ())},
        )
        return int(cursor.rowcount)
