"""Which rows of the ledger a person sees, and what stands on one account."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q, QuerySet, Sum

from accounting.models import JournalEntry, JournalLine, LedgerAccount, OpenItem, Period
from core.access import company_ids

if TYPE_CHECKING:
    from core.models import User


def entries_visible_to(user: "User | AnonymousUser") -> QuerySet[JournalEntry]:
    """The journal entries of the user's companies."""
    return JournalEntry.objects.filter(company__in=company_ids(user))


def lines_visible_to(user: "User | AnonymousUser") -> QuerySet[JournalLine]:
    """The journal lines of the user's companies."""
    return JournalLine.objects.filter(company__in=company_ids(user))


def accounts_visible_to(user: "User | AnonymousUser") -> QuerySet[LedgerAccount]:
    """The ledger accounts of the user's companies."""
    return LedgerAccount.objects.filter(company__in=company_ids(user))


def periods_visible_to(user: "User | AnonymousUser") -> QuerySet[Period]:
    """The periods of the user's companies."""
    return Period.objects.filter(company__in=company_ids(user))


def open_items_visible_to(user: "User | AnonymousUser") -> QuerySet[OpenItem]:
    """The open items, settled ones too, of the user's companies."""
    return OpenItem.objects.filter(company__in=company_ids(user))


def entries_of(source_type: str, source_ids: Collection[int]) -> QuerySet[JournalEntry]:
    """The entries that these documents posted, reversals and applications too, in the order of posting."""
    return JournalEntry.objects.filter(source_type=source_type, source_id__in=source_ids).order_by("pk")


def balance_before(account_id: int, on: date, *, line_id: int | None = None) -> Decimal:
    """What the account stands at before the day (before that line of the day, if given), debit above zero. One
    query."""
    earlier = Q(business_date__lt=on)
    if line_id is not None:
        earlier |= Q(business_date=on, pk__lt=line_id)
    sums = JournalLine.objects.filter(earlier, account=account_id).aggregate(balance=Sum(F("debit") - F("credit")))
    return sums["balance"] or Decimal(0)
