"""Which rows of the ledger a person sees, and what stands on one account."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q, QuerySet, Sum

from accounting.models import JournalEntry, JournalLine, LedgerAccount, Period
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


def balance_before(account_id: int, on: date, *, line_id: int | None = None) -> Decimal:
    """What the account stands at before the day (before that line of the day, if given), debit above zero. One
    query."""
    earlier = Q(business_date__lt=on)
    if line_id is not None:
        earlier |= Q(business_date=on, pk__lt=line_id)
    sums = JournalLine.objects.filter(earlier, account=account_id).aggregate(balance=Sum(F("debit") - F("credit")))
    return sums["balance"] or Decimal(0)
