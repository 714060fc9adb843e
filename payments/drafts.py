"""What other rooms and doors hand to payments."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from moneyed import Money

WantedInvoice = tuple[int, Decimal | None]


@dataclass(frozen=True, slots=True)
class PaymentDraft:
    """Money that came in from an account.

    ``apply_to`` names invoices and how much of each is paid; None pays what is open, as far as the money goes. Without
    it, ``invoice_id`` alone means that invoice, and ``apply_oldest`` pays the account's open invoices by due date. What
    is left stays on account. ``order_id`` marks an advance. ``import_key`` and (``provider``, ``provider_reference``)
    are unique.
    """

    company_id: int
    account_id: int
    amount: Money
    business_date: date
    method: str = "bank"
    reference: str = ""
    provider: str = ""
    provider_reference: str | None = None
    import_key: str | None = None
    order_id: int | None = None
    invoice_id: int | None = None
    apply_to: tuple[WantedInvoice, ...] = ()
    apply_oldest: bool = False

    @property
    def wanted(self) -> tuple[WantedInvoice, ...]:
        """The invoices that this payment names."""
        if self.apply_to or self.invoice_id is None:
            return self.apply_to
        return ((self.invoice_id, None),)


@dataclass(frozen=True, slots=True)
class Settlement:
    """Set so much of a counter-claim (a payment, a credit note) against a claim, both named by their open items."""

    debit_item_id: int
    credit_item_id: int
    amount: Decimal
