"""Business dates: a date in the company's or the warehouse's own zone, never a UTC day."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def business_date(time_zone: str, *, at: datetime | None = None) -> date:
    """The calendar day in the zone at the instant, now when none is given.

    Never the day of UTC: regression 48 mixed a local date with a UTC time.
    """
    return (at or datetime.now(UTC)).astimezone(ZoneInfo(time_zone)).date()
