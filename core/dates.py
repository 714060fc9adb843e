"""Business dates: a date in the company's or the warehouse's own zone, never a UTC day."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.db.models import DateField, F, Func


def business_date(time_zone: str, *, at: datetime | None = None) -> date:
    """The calendar day in the zone at the instant, now when none is given.

    Never the day of UTC: a local date and a UTC time do not mix.
    """
    return (at or datetime.now(UTC)).astimezone(ZoneInfo(time_zone)).date()


def hour_in(time_zone: str, *, at: datetime | None = None) -> int:
    """The hour of the day (0 to 23) in the zone at the instant, now when none is given."""
    return (at or datetime.now(UTC)).astimezone(ZoneInfo(time_zone)).hour


def today_in(zone_path: str, *, days: int = 0) -> Func:
    """The same for the database: the calendar day in the zone that this path of a row names, so many days on."""
    template = f"((now() AT TIME ZONE %(expressions)s)::date + {days:d})"
    return Func(F(zone_path), template=template, output_field=DateField())
