"""What stands beside the queues on the first page: the person's last orders, the month so far, and what leaves.

``companies`` are those that the person works for at present, by the switch in the top bar.
"""

from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from analytics.selectors import MonthSoFar, month_so_far
from core.access import may
from core.models import Company, Job, User
from core.rounding import round_amount
from core.selectors import jobs_visible_to, outbox_state
from core.web import formats
from core.web.columns import fields_of
from core.web.parts import Fact, Happening
from core.web.tables import Table
from fulfillment.selectors import deliveries_visible_to
from fulfillment.states import DeliveryStatus
from orders.models import Order, PromiseEvent
from orders.selectors import for_list, orders_visible_to
from orders.states import OrderStatus
from orders.tables import COLUMNS as ORDER_COLUMNS
from orders_site.integrity.run import latest_run

LAST = 5
RECENT = timedelta(days=1)
SHOWN = ("number", "account_name", "shown_status", "promise", "gross", "created_at")
MORNING_ENDS, AFTERNOON_ENDS = 12, 18  # o'clock
Companies = frozenset[int]
LEAVING = (DeliveryStatus.PLANNED, DeliveryStatus.RELEASED, DeliveryStatus.PICKING, DeliveryStatus.PACKED)


def greeting(person: User, hour: int) -> str:
    """“Good afternoon, Ana”, by the hour of the person's company."""
    part = "morning" if hour < MORNING_ENDS else "afternoon" if hour < AFTERNOON_ENDS else "evening"
    return f"Good {part}, {person.first_name or person}"


def _own_orders(person: User, companies: Companies) -> QuerySet[Order]:
    return orders_visible_to(person).filter(salesperson=person, company_id__in=companies)


def last_orders(person: User, companies: Companies) -> Table | None:
    """The newest orders that the person looks after; None without any, or without the right. One query."""
    if not may(person, "orders.see_orders"):
        return None
    columns = [column for column in ORDER_COLUMNS if column.name in SHOWN]
    mine = for_list(_own_orders(person, companies)).order_by("-pk")
    rows = list(mine.values(*fields_of(columns))[:LAST])
    return Table(columns, rows, user=person, caption="Your last orders") if rows else None


def month_facts(person: User, company: Company, today: date) -> list[tuple[str, list[Fact]]]:
    """Booked and kept this month: one's own for who sells, the company's for who sees performance. Two queries."""
    sees_all = may(person, "analytics.see_performance")
    if not sees_all and not may(person, "orders.enter_order"):
        return []
    found = month_so_far(company_id=company.pk, today=today, salesperson_id=None if sees_all else person.pk)
    url = reverse("analytics:dashboard") if sees_all else ""
    currency = company.functional_currency

    def amount(value: Decimal) -> str:
        return formats.money(round_amount(value, currency), currency)

    booked = [
        Fact("Today", amount(found.booked_today)),
        Fact("This month", amount(found.booked), url=url),
        Fact("A month before, to this day", amount(found.booked_before)),
    ]
    return [(f"Booked, {currency}", booked), ("Promises kept this month", _kept(found, sees_all=sees_all))]


def _kept(found: MonthSoFar, *, sees_all: bool) -> list[Fact]:
    """Lines shipped by their first promise. Nothing shipped is no percentage."""
    own = Fact("Lines on time", _of(found.lines_on_time, found.lines_shipped))
    share = Fact("Against the first promise", _percent(found.lines_on_time, found.lines_shipped))
    if sees_all:
        return [own, share]
    return [own, share, Fact("Everybody", _percent(found.all_on_time, found.all_shipped))]


def _of(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,}"


def _percent(part: int, whole: int) -> str:
    from_whole = None if not whole else Decimal(part) * 100 / whole
    return formats.percent(from_whole)


def leaving_today(person: User, companies: Companies, today: date) -> list[Fact]:
    """By warehouse, how many deliveries that are due until today have not left. One query."""
    if not may(person, "fulfillment.see_deliveries"):
        return []
    visible = deliveries_visible_to(person).filter(company_id__in=companies)
    due = visible.filter(status__in=LEAVING, ship_on__lte=today)
    rows = due.order_by("warehouse__rank", "warehouse__name").values("warehouse__name", "warehouse__rank")
    url = reverse("fulfillment:board")
    return [
        Fact(row["warehouse__name"], f"{row['in_all']:,} to go, {row['packed']:,} packed", url=url)
        for row in rows.annotate(in_all=Count("pk"), packed=Count("pk", filter=Q(status=DeliveryStatus.PACKED)))
    ]


def system_facts(person: User) -> list[Fact]:
    """How the system does, for who looks after it: its last check, work that broke, messages. Three queries."""
    found = []
    if may(person, "core.see_integrity"):
        last = latest_run()
        broken = last.result.get("broken", 0) if last else 0
        told = "Never run" if last is None else f"{broken:,} broken" if broken else "Everything holds"
        found.append(Fact("Integrity", told, url=reverse("integrity:page")))
    if may(person, "core.see_jobs"):
        failed, outbox = jobs_visible_to(person).filter(state=Job.State.FAILED).count(), outbox_state()
        found += [
            Fact("Failed jobs", f"{failed:,}", url=f"{reverse('work:jobs')}?state=failed"),
            Fact("Messages waiting", f"{outbox.waiting:,}", url=f"{reverse('work:messages')}?state=waiting"),
            Fact("Dead letters", f"{outbox.dead:,}", url=f"{reverse('work:messages')}?state=dead"),
        ]
    return found


def moved_promises(person: User, companies: Companies) -> list[Happening]:
    """The newest promises of one's own open orders that were told differently within a day. One query."""
    if not may(person, "orders.see_orders"):
        return []
    open_ones = _own_orders(person, companies).filter(status=OrderStatus.CONFIRMED)
    events = (
        PromiseEvent.objects.filter(
            order_line__order__in=open_ones, is_first=False, recorded_at__gte=timezone.now() - RECENT
        )
        .exclude(cause="confirm")
        .select_related("order_line__order__account")
        .order_by("-id")[:LAST]
    )
    return [_moved(event) for event in events]


def _moved(event: PromiseEvent) -> Happening:
    order = event.order_line.order
    slipped = event.ship_on is None or (event.previous_ship_on is not None and event.ship_on > event.previous_ship_on)
    told = "has no date any more" if event.ship_on is None else f"ships {formats.day(event.ship_on)}"
    before = f" instead of {formats.day(event.previous_ship_on)}" if event.previous_ship_on else ""
    return Happening(
        event.recorded_at,
        f"{order.number}: {event.order_line.description} {told}{before}",
        event.reason or str(order.account),
        "bad" if slipped else "now",
    )
