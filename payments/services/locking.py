"""Locking what payments touch, in street order: orders, invoices, payments, open items (data-model.md 6)."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from accounting.models import OpenItem
from accounting.services.receivables import lock_open_items
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
    """What may be paid, and what payments have on account, by payment id: as they are under the locks."""

    claims: Claims
    on_account: dict[int, OpenItem]


def lock_claims(company: Company, wishes: Wishes, *, payment_ids: Collection[int] = ()) -> LockedItems:
    """Lock the invoices, then these payments, then in one statement the open items of both sides.

    Five statements at most. Items opened by others after the first look are left for the next payment.
    """
    found = _open_claims(company, wishes) if wishes.invoice_ids or wishes.oldest_of else []
    lock_invoices({source_id for _, source_type, source_id in found if source_type == "invoice"})
    on_account: set[int] = set()
    if payment_ids:
        lock_payments(payment_ids)
        on_account = _on_account(payment_ids)
    claims = {item_id for item_id, _, _ in found}
    items = lock_open_items(claims | on_account) if found or on_account else {}
    return LockedItems(
        Claims(_claim(item) for item in items.values() if item.pk in claims),
        {items[item_id].source_id: items[item_id] for item_id in on_account},
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


def _on_account(payment_ids: Collection[int]) -> set[int]:
    """The items in which these payments stand on account; whole payments are locked, so none appears or goes."""
    rows = OpenItem.objects.filter(source_type="payment", source_id__in=payment_ids, open_amount__lt=0)
    return set(rows.values_list("pk", flat=True))


def _open_claims(company: Company, wishes: Wishes) -> list[tuple[int, str, int]]:
    wanted = Q(source_type="invoice", source_id__in=wishes.invoice_ids)
    by_currency: dict[str, set[int]] = {}
    for account_id, currency in wishes.oldest_of:
        by_currency.setdefault(currency, set()).add(account_id)
    for currency, accounts in by_currency.items():
        wanted |= Q(account__in=accounts, currency=currency)
    rows = OpenItem.objects.filter(wanted, company=company, control="receivable", open_amount__gt=0)
    return list(rows.values_list("pk", "source_type", "source_id"))
