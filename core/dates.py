"""Business dates: a date in the company's or the warehouse's own zone, never a UTC day."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def business_date(time_zone: str, *, at: datetime | None = None) -> date:
    """The calendar day in the zone at the instant, now when none is given.

    Never the day of UTC: a local date and a UTC time do not mix.
    """
    return (at or datetime.now(UTC)).astimezone(ZoneInfo(time_zone)).date()
