"""Form fields of every room."""

from datetime import date
from typing import Any

from django import forms

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
TYPED = ("%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%d %B %Y", "%d/%m/%Y")


def day_input() -> forms.DateInput:
    """A day as browsers ask for it."""
    return forms.DateInput(attrs={"type": "date", "class": "d"}, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day within reason: from the browser's own picker, or typed as 2026-11-27, 27.11.2026 or 27 Nov 2026.

    A field for an end may take any ``latest`` day: 9999-12-31 is how many write that there is none.
    """

    def __init__(self, *, latest: date = LATEST, **kwargs: Any) -> None:
        self.latest = latest
        kwargs.setdefault("widget", day_input())
        kwargs.setdefault("error_messages", {"invalid": "Enter a date, like 2026-03-31"})
        super().__init__(input_formats=TYPED, **kwargs)

    def clean(self, value: Any) -> date | None:
        """Refuse days that nobody means."""
        found: date | None = super().clean(value)
        if found and not EARLIEST <= found <= self.latest:
            raise forms.ValidationError(f"Enter a date between {EARLIEST.year} and {self.latest.year}")
        return found
