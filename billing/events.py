"""Facts that billing tells the rooms above it."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicesPosted(Event):
    """Invoices and credit notes are posted: lines, tax, open items and journal are written.

    Their numbers are taken at the very end of the command, so handlers name them by id.
    """

    company_id: int
    invoice_ids: tuple[int, ...]
