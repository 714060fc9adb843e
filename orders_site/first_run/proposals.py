"""What the wizard proposes for a country: currency, clock, and the usual rates of its tax. Everything can be changed.

The rates are those of 2026 as the tax administrations publish them; the page says that they are to be checked.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Proposal:
    """One country. ``reduced`` is the rate that most reduced goods have; None where there is none."""

    name: str
    currency: str
    time_zone: str
    tax: str
    standard: Decimal
    reduced: Decimal | None


def _of(name: str, currency: str, time_zone: str, tax: str, standard: str, reduced: str = "") -> Proposal:
    return Proposal(name, currency, time_zone, tax, Decimal(standard), Decimal(reduced) if reduced else None)


PROPOSALS: dict[str, Proposal] = {
    "AT": _of("Austria", "EUR", "Europe/Vienna", "USt", "20", "10"),
    "AU": _of("Australia", "AUD", "Australia/Sydney", "GST", "10"),
    "BE": _of("Belgium", "EUR", "Europe/Brussels", "BTW", "21", "6"),
    "CH": _of("Switzerland", "CHF", "Europe/Zurich", "MWST", "8.1", "2.6"),
    "DE": _of("Germany", "EUR", "Europe/Berlin", "USt", "19", "7"),
    "DK": _of("Denmark", "DKK", "Europe/Copenhagen", "Moms", "25"),
    "ES": _of("Spain", "EUR", "Europe/Madrid", "IVA", "21", "10"),
    "FR": _of("France", "EUR", "Europe/Paris", "TVA", "20", "5.5"),
    "GB": _of("United Kingdom", "GBP", "Europe/London", "VAT", "20", "5"),
    "IE": _of("Ireland", "EUR", "Europe/Dublin", "VAT", "23", "13.5"),
    "IT": _of("Italy", "EUR", "Europe/Rome", "IVA", "22", "10"),
    "LU": _of("Luxembourg", "EUR", "Europe/Luxembourg", "TVA", "17", "8"),
    "NL": _of("Netherlands", "EUR", "Europe/Amsterdam", "BTW", "21", "9"),
    "NO": _of("Norway", "NOK", "Europe/Oslo", "MVA", "25", "15"),
    "NZ": _of("New Zealand", "NZD", "Pacific/Auckland", "GST", "15"),
    "PL": _of("Poland", "PLN", "Europe/Warsaw", "VAT", "23", "8"),
    "PT": _of("Portugal", "EUR", "Europe/Lisbon", "IVA", "23", "6"),
    "SE": _of("Sweden", "SEK", "Europe/Stockholm", "Moms", "25", "12"),
    "US": _of("United States", "USD", "America/New_York", "Sales tax", "0"),
}
PAPER = {"US": "Letter"}
