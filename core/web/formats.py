"""How numbers, dates and instants are written for people. Nothing is rounded here: what is stored is what is shown.

Thousands by comma, decimals by point, minus is U+2212, absent is an em dash, units follow a no-break space.
"""

import calendar
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone
from markupsafe import Markup, escape
from moneyed import Money

from core.rounding import currency_exponent

ABSENT = "—"
MINUS = "\u2212"
NBSP = "\u00a0"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$"}
COUNT_CAP = 1000


def _digits(value: Decimal, places: int) -> str:
    """Group the digits and keep at least ``places`` decimals; more only where the value has them."""
    shown = max(places, -int(value.normalize().as_tuple().exponent))
    text = f"{abs(value):,.{shown}f}"
    return MINUS + text if value < 0 else text


def money(value: Decimal | Money | None, currency: str = "", *, show: str = "") -> str:
    """Write an amount with its currency's decimals (JPY 0, KWD 3); ``show`` adds the "code" or the "symbol"."""
    if value is None:
        return ABSENT
    if isinstance(value, Money):
        currency = value.currency.code
        value = value.amount
    text = _digits(value, currency_exponent(currency) if currency else 2)
    if show == "code" and currency:
        return f"{text}{NBSP}{currency}"
    if show == "symbol" and currency:
        mark = SYMBOLS.get(currency) or f"{currency}{NBSP}"
        return f"{MINUS}{mark}{text[1:]}" if text.startswith(MINUS) else mark + text
    return text


def quantity(value: Decimal | int | None, unit: str = "") -> str:
    """Write a quantity without idle zeros: ``10``, ``1,204.5``, with its unit if given."""
    if value is None:
        return ABSENT
    text = _digits(Decimal(value), 0)
    return f"{text}{NBSP}{unit}" if unit else text


def percent(value: Decimal | int | None, places: int = 1) -> str:
    """Write a share that is in percent already: ``86 %``, ``40.1 %``; at most ``places`` decimals, half up."""
    if value is None:
        return ABSENT
    shown = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{_digits(shown, 0)}{NBSP}%"


def count(value: int | None, cap: int = COUNT_CAP) -> str:
    """Write how many there are: exact up to the cap, then ``1,000+``."""
    if value is None:
        return ABSENT
    return f"{cap:,}+" if value > cap else f"{value:,}"


def plural(number: int, one: str, many: str = "") -> str:
    """``1 line``, ``3 lines``."""
    return f"{number:,}{NBSP}{one if number == 1 else many or one + 's'}"


def _local_day(value: date | datetime) -> date:
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def day(value: date | datetime | None) -> str:
    """Write a date: ``12 Dec``, with the year if it is not the current one."""
    if value is None:
        return ABSENT
    on = _local_day(value)
    text = f"{on.day} {MONTHS[on.month - 1]}"
    return text if on.year == timezone.localdate().year else f"{text} {on.year}"


def weekday(value: date) -> str:
    """Write a date as people say it: ``Monday 23 November``."""
    return f"{calendar.day_name[value.weekday()]} {value.day} {calendar.month_name[value.month]}"


def stamp(value: datetime | None) -> str:
    """Write an instant in the reader's zone: ``4 Nov, 10:12``."""
    if value is None:
        return ABSENT
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{day(local)}, {local:%H:%M}"


def age(value: datetime | date | None) -> str:
    """Write how long ago: ``5 min``, ``2 h``, ``19 d``. A date counts in whole days."""
    if value is None:
        return ABSENT
    if isinstance(value, datetime):
        past = timezone.now() - value
        if past < timedelta(hours=1):
            return f"{int(past.total_seconds()) // 60}{NBSP}min"
        if past < timedelta(days=1):
            return f"{int(past.total_seconds()) // 3600}{NBSP}h"
        return f"{past.days:,}{NBSP}d"
    return f"{(timezone.localdate() - value).days:,}{NBSP}d"


def time_day(value: date | datetime | None) -> Markup:
    """``day`` as a time element, with the whole ISO date for machines and on hover."""
    if value is None:
        return Markup(ABSENT)  # noqa: S704 - a constant
    iso = _local_day(value).isoformat()
    return Markup('<time datetime="{0}" title="{0}">{1}</time>').format(iso, day(value))


def time_stamp(value: datetime | None) -> Markup:
    """``stamp`` as a time element, with the exact instant in UTC on hover."""
    if value is None:
        return Markup(ABSENT)  # noqa: S704 - a constant
    return Markup('<time datetime="{0}" title="{0}">{1}</time>').format(
        value.isoformat(timespec="seconds"), stamp(value)
    )


def or_absent(value: Any) -> Any:
    """Write a dash where there is nothing, so that an empty cell never looks forgotten."""
    return ABSENT if value is None or value == "" else value


def is_negative(value: Decimal | Money | int | None) -> bool:
    """Whether a number is written in the danger colour."""
    return value is not None and (value.amount if isinstance(value, Money) else value) < 0


def lines(value: str) -> Markup:
    """Text that a person typed, its line breaks kept."""
    return Markup("<br>").join(escape(part) for part in value.splitlines())
