"""Locking what payments touch, in street order: orders, invoices, payments, open items (docs/locking.md)."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from accounting.models import OpenItem
from accounting.services import lock_items_behind
from billing.services.locking import lock_invoices
from core.locks import Rank, lock_rows
from core.models import Company
from payments.allocation import Claim, Claims
from payments.models import Payment


def lock_payments(payment_ids: Collection[int]) -> list[Payment]:
    """Lock these payments in id order and return them as they are now. Raises NotFound."""
    return lock_rows(Payment, payment_ids, Rank.PAYMENT)


@dataclass(frozen=True, slots=True)
class Wishes:
    """Which claims a set of payments may take: named invoices, and everything open of accounts in a currency."""

    invoice_ids: Collection[int]
    oldest_of: Collection[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class LockedItems:
    """What may be paid, and what payments have on account, by payment id: as they are under the locks.

    ``items`` are all of them by id.
    """

    claims: Claims
    on_account: dict[int, OpenItem]
    items: dict[int, OpenItem]


def lock_claims(company: Company, wishes: Wishes, *, payment_ids: Collection[int] = ()) -> LockedItems:
    """Lock the invoices, then these payments, then in one statement the open items of both sides.

    The caller has seen that the named invoices are the company's. Four statements at most, one of them only to find
    what is oldest. Items opened by others after that look are left for the next payment.
    """
    found = _open_items_of(company, wishes.oldest_of) if wishes.oldest_of else []
    of_found = {source_id for _, source_type, source_id in found if source_type == "invoice"}
    lock_invoices({*wishes.invoice_ids, *of_found})
    lock_payments(payment_ids)
    items = lock_items_behind(
        company,
        ids=[item_id for item_id, _, _ in found],
        invoice_ids=wishes.invoice_ids,
        payment_ids=payment_ids,
    )
    on_account = {
        item.source_id: item for item in items.values() if item.source_type == "payment" and item.open_amount < 0
    }
    return LockedItems(
        Claims(_claim(item) for item in items.values() if item.open_amount > 0),
        on_account,
        items,
    )


def _claim(item: OpenItem) -> Claim:
    return Claim(
        item_id=item.pk,
        account_id=item.account_id,
        currency=item.currency,
        due_on=item.due_on,
        reference=item.reference,
        left=item.open_amount,
        invoice_id=item.source_id if item.source_type == "invoice" else None,
    )


def _open_items_of(company: Company, accounts: Collection[tuple[int, str]]) -> list[tuple[int, str, int]]:
    """What is open of these accounts in a currency: item, source type, source id. No lock: candidates only."""
    by_currency: dict[str, set[int]] = {}
    for account_id, currency in accounts:
        by_currency.setdefault(currency, set()).add(account_id)
    wanted = Q()
    for currency, ids in by_currency.items():
        wanted |= Q(account__in=ids, currency=currency)
    rows = OpenItem.objects.filter(wanted, company=company, control="receivable", open_amount__gt=0)
    return list(rows.values_list("pk", "source_type", "source_id"))
