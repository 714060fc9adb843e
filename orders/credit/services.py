"""Credit as a resource: locking exposures, deciding under the lock, and moving them with the documents."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from accounting.models import OpenItem
from core.commands import command
from core.ledger import Guard, Key, Movement, Total
from core.models import Company, User
from orders.credit import engine
from orders.credit import types as credit
from orders.ledgers import CREDIT
from orders.models import CreditProfile, CreditTotal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class CreditMove:
    """A change of an account's exposure by one document, in functional currency.

    ``business_date`` is that of the call unless given here: so one call can carry a set of documents.
    """

    account_id: int
    source_type: str
    source_id: int
    purpose: str
    open_orders: Decimal = ZERO
    delivered: Decimal = ZERO
    open_items: Decimal = ZERO
    unapplied: Decimal = ZERO
    business_date: date | None = None


@dataclass(frozen=True, slots=True)
class CreditState:
    """What a decision needs of one account: its agreement, its exposure, its open items. ``total`` when locked."""

    profile: credit.CreditProfile
    exposure: credit.Exposure
    open_items: tuple[credit.OpenItem, ...]
    total: Total | None = None


def load_profiles(company: Company, account_ids: Collection[int]) -> dict[int, credit.CreditProfile]:
    """What is agreed with each account; accounts without an agreement have no limit. One query."""
    found = {
        row.account_id: credit.CreditProfile(
            currency=company.functional_currency,
            limit=row.limit,
            limit_reaction=credit.Reaction(row.limit_reaction),
            most_document_value=row.most_document_value,
            document_value_reaction=credit.Reaction(row.other_reaction),
            oldest_item_days=row.oldest_item_days,
            oldest_item_reaction=credit.Reaction(row.other_reaction),
            overdue_share_percent=row.overdue_share_percent,
            overdue_share_reaction=credit.Reaction(row.other_reaction),
            review_on=row.review_on,
            review_reaction=credit.Reaction(row.other_reaction),
        )
        for row in CreditProfile.objects.filter(company=company, account_id__in=account_ids)
    }
    nothing = credit.CreditProfile(currency=company.functional_currency)
    return {account_id: found.get(account_id, nothing) for account_id in account_ids}


def load_open_items(company: Company, account_ids: Collection[int]) -> dict[int, tuple[credit.OpenItem, ...]]:
    """The accounts' unpaid claims in functional currency, oldest first. One query."""
    items: defaultdict[int, list[credit.OpenItem]] = defaultdict(list)
    rows = (
        OpenItem.objects.filter(company=company, account_id__in=account_ids, control="receivable", open_amount__gt=0)
        .order_by("due_on", "id")
        .values_list("account_id", "id", "reference", "due_on", "functional_open", "is_disputed")
    )
    for account_id, item_id, reference, due_on, amount, disputed in rows:
        items[account_id].append(credit.OpenItem(item_id, reference or f"Item {item_id}", due_on, amount, disputed))
    return {account_id: tuple(items[account_id]) for account_id in account_ids}


def needs_open_items(profile: credit.CreditProfile) -> bool:
    """Whether any check of this agreement looks at single items, or a limit might need their payment as a way out."""
    return (
        profile.limit is not None or profile.oldest_item_days is not None or profile.overdue_share_percent is not None
    )


def _exposure(balances: Mapping[str, Decimal]) -> credit.Exposure:
    return credit.Exposure(
        open_orders=balances["open_orders"],
        delivered_unbilled=balances["delivered"],
        open_items=balances["open_items"],
        unapplied=balances["unapplied"],
    )


def lock_exposures(company: Company, account_ids: Collection[int]) -> None:
    """Lock the exposures of these accounts in order, for a command that will move them in several postings.

    Without it the second posting could take an account before one that the first one took, against the one lock order.
    """
    CREDIT.lock([(company.pk, account_id, company.functional_currency) for account_id in sorted(set(account_ids))])


def lock_credit(company: Company, account_ids: Collection[int]) -> dict[int, CreditState]:
    """Lock the exposures of these accounts in order and read what a decision needs, under the lock. Four statements.

    Agreements and open items are read after the lock: whoever held it may just have posted an invoice.
    """
    wanted = sorted(set(account_ids))
    totals = CREDIT.lock([(company.pk, account_id, company.functional_currency) for account_id in wanted])
    profiles = load_profiles(company, wanted)
    with_items = [account_id for account_id in wanted if needs_open_items(profiles[account_id])]
    items = load_open_items(company, with_items) if with_items else {}
    return {
        key[1]: CreditState(profiles[key[1]], _exposure(total.balances), items.get(key[1], ()), total)
        for key, total in totals.items()
    }


def credit_state(company: Company, account_id: int) -> CreditState:
    """The same without a lock, for pages: headroom while typing. Three queries."""
    row: Any = (
        CreditTotal.objects.filter(company=company, account_id=account_id)
        .values("open_orders", "delivered", "open_items", "unapplied")
        .first()
    )
    balances: Mapping[str, Decimal] = dict(row or dict.fromkeys(CREDIT.balances, ZERO))
    profile = load_profiles(company, [account_id])[account_id]
    items = load_open_items(company, [account_id])[account_id] if needs_open_items(profile) else ()
    return CreditState(profile, _exposure(balances), items)


def check_in_turn(
    states: Mapping[int, CreditState], requests: Mapping[int, Sequence[credit.CreditRequest]]
) -> dict[int, credit.CreditResult]:
    """Decide each account's requests in the order given, each passing one using up headroom. By request key. Pure."""
    results: dict[int, credit.CreditResult] = {}
    for account_id, asked in requests.items():
        state = states[account_id]
        for result in engine.check_in_turn(asked, state.profile, state.exposure, state.open_items):
            results[result.request.key] = result
    return results


@command(permission=None)
def move_credit(
    *,
    company: Company,
    moves: Sequence[CreditMove],
    business_date: date,
    actor: User,
    guard: Guard = Guard.FACT,
    totals: Mapping[Key, Total] | None = None,
) -> None:
    """Move exposures with their documents, in functional currency, in one sorted posting.

    Facts always pass (an invoice is an invoice). Moves of one source, purpose and account are summed. Rank
    CREDIT_TOTAL.

    Raises:
        LedgerRefused: under ``guard=BLOCK`` an exposure would rise beyond its ceiling.
    """
    summed: dict[tuple[Key, str, int, str, date], dict[str, Decimal]] = {}
    for move in moves:
        key = (company.pk, move.account_id, company.functional_currency)
        deltas = summed.setdefault(
            (key, move.source_type, move.source_id, move.purpose, move.business_date or business_date),
            dict.fromkeys(CREDIT.balances, ZERO),
        )
        for name in CREDIT.balances:
            deltas[name] += getattr(move, name)
    CREDIT.post(
        [
            Movement(key, deltas, source_type, source_id, purpose, on)
            for (key, source_type, source_id, purpose, on), deltas in summed.items()
            if any(deltas.values())
        ],
        guard=guard,
        totals=totals,
    )


@command(permission="orders.maintain_credit")
def set_credit_limit(
    *,
    company: Company,
    account_id: int,
    limit: Decimal | None,
    actor: User,
    reason: str = "",
    limit_reaction: str = "block",
    oldest_item_days: int | None = None,
) -> None:
    """Agree how much an account may owe, in functional currency; None for no limit. Facts already beyond it stay.

    Locks the exposure, so that no confirmation in flight decides by the old limit and posts after the new one.
    """
    key = (company.pk, account_id, company.functional_currency)
    total = CREDIT.lock([key])[key]
    CreditProfile.objects.update_or_create(
        company=company,
        account_id=account_id,
        defaults={
            "currency": company.functional_currency,
            "limit": limit,
            "limit_reaction": limit_reaction,
            "oldest_item_days": oldest_item_days,
        },
    )
    ceiling = limit if limit_reaction == credit.Reaction.BLOCK else None
    CreditTotal.objects.filter(pk=total.id).update(ceiling=ceiling)
