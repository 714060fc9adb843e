"""What the dashboard shows: rolled-up days and, beside them, the days since, read live by the same definition."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from analytics.facts import COLUMNS, FACTS_SQL
from analytics.models import RollUp

ZERO = Decimal(0)
TOP = 8
NAMES = ", ".join(COLUMNS)
SUMS = ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in COLUMNS)
# The roll-up up to its watermark and the facts after it: the same columns, so the same questions.
ALL_SQL = (
    f"SELECT day, account_id, product_id, salesperson_id, {NAMES} FROM analytics_salesday"  # noqa: S608
    " WHERE company_id = %(company)s AND day >= %(from)s AND day < least(%(rolled)s, %(to)s)"
    f" UNION ALL SELECT day, account_id, product_id, salesperson_id, {NAMES} FROM ({FACTS_SQL}) live"
)


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a period, functional currency."""

    booked_list: Decimal = ZERO
    booked_net: Decimal = ZERO
    booked_cost: Decimal = ZERO
    billed_net: Decimal = ZERO
    billed_cost: Decimal = ZERO
    rebate_accrued: Decimal = ZERO
    lines_shipped: int = 0
    lines_on_time: int = 0

    @property
    def on_time_percent(self) -> Decimal | None:
        """Lines shipped no later than first promised, of lines shipped."""
        return Decimal(self.lines_on_time) * 100 / self.lines_shipped if self.lines_shipped else None

    @property
    def margin(self) -> Decimal:
        """Billed net less its cost."""
        return self.billed_net - self.billed_cost


@dataclass(frozen=True, slots=True)
class Share:
    """One customer's or product's part of the period."""

    key: int
    label: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Performance:
    """Everything on the dashboard, with the period and up to when it was rolled up."""

    since: date
    until: date
    rolled_until: date
    now: Totals
    before: Totals
    months: Sequence[tuple[date, Totals]]
    customers: Sequence[Share]
    products: Sequence[Share]
    backlog: Decimal


@dataclass(frozen=True, slots=True)
class MonthSoFar:
    """A month up to today beside the one before up to the same day, of one salesperson or of everybody.

    Booked amounts in functional currency; lines shipped and, of these, on time by their first promise.
    """

    booked_today: Decimal
    booked: Decimal
    booked_before: Decimal
    lines_shipped: int
    lines_on_time: int
    all_shipped: int
    all_on_time: int


_MONTH_SQL = f"""
SELECT coalesce(sum(booked_net) FILTER (WHERE mine AND day = %(today)s), 0),
       coalesce(sum(booked_net) FILTER (WHERE mine AND day >= %(month)s), 0),
       coalesce(sum(booked_net) FILTER (WHERE mine AND day <= %(same_day)s), 0),
       coalesce(sum(lines_shipped) FILTER (WHERE mine AND day >= %(month)s), 0)::int,
       coalesce(sum(lines_on_time) FILTER (WHERE mine AND day >= %(month)s), 0)::int,
       coalesce(sum(lines_shipped) FILTER (WHERE day >= %(month)s), 0)::int,
       coalesce(sum(lines_on_time) FILTER (WHERE day >= %(month)s), 0)::int
  FROM (SELECT f.*, %(person)s::bigint IS NULL OR f.salesperson_id = %(person)s::bigint AS mine
          FROM ({ALL_SQL}) f) facts"""  # noqa: S608 - names of columns


def month_so_far(*, company_id: int, today: date, salesperson_id: int | None = None) -> MonthSoFar:
    """How the month of ``today`` goes. Two queries."""
    known = RollUp.objects.filter(company_id=company_id).first()
    month = today.replace(day=1)
    last_of_before = month - timedelta(days=1)
    same_day = last_of_before.replace(day=min(today.day, last_of_before.day))
    rolled = known.rolled_until if known else date(1900, 1, 1)
    asked = _parameters(company_id, rolled, same_day.replace(day=1), today + timedelta(days=1))
    own = {"today": today, "month": month, "same_day": same_day, "person": salesperson_id}
    with connection.cursor() as cursor:
        cursor.execute(_MONTH_SQL, {**asked, **own})
        return MonthSoFar(*cursor.fetchone())


def performance(*, company_id: int, since: date, until: date) -> Performance:
    """The period from ``since`` to ``until`` (both included) beside the one before it. Seven queries."""
    known = RollUp.objects.filter(company_id=company_id).first()
    rolled = known.rolled_until if known else date(1900, 1, 1)
    span = until - since + timedelta(days=1)
    to = until + timedelta(days=1)
    return Performance(
        since=since,
        until=until,
        rolled_until=rolled,
        now=_totals(company_id, rolled, since, to),
        before=_totals(company_id, rolled, since - span, since),
        months=_months(company_id, rolled, until),
        customers=_top(company_id, rolled, since, to, "account_id", "catalog_account", "name"),
        products=_top(company_id, rolled, since, to, "product_id", "catalog_product", "sku"),
        backlog=_backlog(company_id),
    )


def _parameters(company_id: int, rolled: date, since: date, to: date) -> dict[str, int | date]:
    return {
        "company": company_id, "from": since, "to": to, "rolled": rolled, "since": max(since, rolled), "until": to,
    }  # fmt: skip


def _totals(company_id: int, rolled: date, since: date, to: date) -> Totals:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {SUMS} FROM ({ALL_SQL}) f", _parameters(company_id, rolled, since, to))  # noqa: S608
        return Totals(*cursor.fetchone())


def _months(company_id: int, rolled: date, until: date) -> list[tuple[date, Totals]]:
    first = until.replace(day=1, year=until.year - 1)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT date_trunc('month', day)::date, {SUMS} FROM ({ALL_SQL}) f GROUP BY 1 ORDER BY 1",  # noqa: S608
            _parameters(company_id, rolled, first, until + timedelta(days=1)),
        )
        return [(row[0], Totals(*row[1:])) for row in cursor.fetchall()]


def _top(company_id: int, rolled: date, since: date, to: date, key: str, table: str, label: str) -> list[Share]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT n.id, n.{label}, sum(f.billed_net) FROM ({ALL_SQL}) f JOIN {table} n ON n.id = f.{key}"  # noqa: S608
            f" GROUP BY 1, 2 HAVING sum(f.billed_net) <> 0 ORDER BY 3 DESC, 1 LIMIT {TOP}",
            _parameters(company_id, rolled, since, to),
        )
        return [Share(*row) for row in cursor.fetchall()]


def _backlog(company_id: int) -> Decimal:
    """Net of what is confirmed and still to ship, by quantity, in functional currency, now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(l.net * o.fx_rate * l.open / nullif(l.ordered, 0)), 0) FROM orders_orderline l"
            " JOIN orders_order o ON o.id = l.order_id WHERE o.company_id = %s AND o.status = 'confirmed'"
            " AND l.parent_id IS NULL AND l.product_kind <> 'service' AND l.open > 0",
            [company_id],
        )
        return Decimal(cursor.fetchone()[0])
