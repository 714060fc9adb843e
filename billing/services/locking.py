"""Locking invoices: after orders, deliveries and returns, before payments and open items (docs/locking.md)."""

from collections.abc import Collection, Iterable

from billing.errors import SeveralCompanies
from billing.models import Invoice
from core.locks import Rank, lock_rows
from core.models import Company, Document


def lock_invoices(invoice_ids: Collection[int]) -> list[Invoice]:
    """Lock these invoices and credit notes in id order and return them as they are now.

    Raises NotFound, SeveralCompanies.
    """
    invoices = lock_rows(Invoice, invoice_ids, Rank.INVOICE)
    require_one_company(invoices)
    return invoices


def require_one_company(documents: Iterable[Document]) -> None:
    """Raises SeveralCompanies."""
    if len({document.company_id for document in documents}) > 1:
        raise SeveralCompanies("These documents belong to different companies. Choose documents of one company.")


def company_of(documents: Collection[Document]) -> Company:
    """The one company of locked documents. One query."""
    return Company.objects.get(pk=next(iter(documents)).company_id)
