"""Credit as a resource: locking exposures, deciding under the lock, and moving them with the documents."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from core import access
from core.commands import command
from core.errors import NotFound, StaleVersion
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


# The agreement of each account beside its unpaid claims, the oldest first; claims only where the agreement looks at
# single items, or a limit might need their payment as a way out.
_AGREED = """
SELECT w.account_id, {balances} p.id, p."limit", p.limit_reaction, p.most_document_value, p.other_reaction,
       p.oldest_item_days, p.overdue_share_percent, p.review_on,
       i.id, i.reference, i.due_on, i.functional_open, i.is_disputed
FROM unnest(%(accounts)s::bigint[]) AS w(account_id)
{totals}LEFT JOIN orders_creditprofile p ON p.company_id = %(company)s AND p.account_id = w.account_id
LEFT JOIN accounting_openitem i ON i.company_id = %(company)s AND i.account_id = w.account_id
    AND i.control = 'receivable' AND i.open_amount > 0
    AND coalesce(p."limit", p.oldest_item_days, p.overdue_share_percent) IS NOT NULL
ORDER BY w.account_id, i.due_on, i.id
"""
_TERMS = _AGREED.format(balances="", totals="")
_STATE = _AGREED.format(
    balances="t.open_orders, t.delivered, t.open_items, t.unapplied,",
    totals="LEFT JOIN orders_credittotal t ON t.company_id = %(company)s AND t.account_id = w.account_id"
    " AND t.currency = %(currency)s\n",
)

Agreed = tuple[credit.CreditProfile, tuple[credit.OpenItem, ...]]


def load_agreed(company: Company, account_ids: Collection[int]) -> dict[int, Agreed]:
    """What is agreed with each account and what it has not paid, in functional currency. One query.

    Accounts without an agreement have no limit.
    """
    profiles: dict[int, credit.CreditProfile] = {}
    items: defaultdict[int, list[credit.OpenItem]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_TERMS, {"company": company.pk, "accounts": sorted(set(account_ids))})
        for account_id, *facts in cursor.fetchall():
            if account_id not in profiles:
                profiles[account_id] = _profile(company, facts[:8])
            items[account_id] += _item(*facts[8:])
    return {account_id: (profile, tuple(items[account_id])) for account_id, profile in profiles.items()}


def _item(item_id: int | None, reference: str, due_on: date, amount: Decimal, disputed: bool) -> list[credit.OpenItem]:
    if item_id is None:
        return []
    return [credit.OpenItem(item_id, reference or f"Item {item_id}", due_on, amount, disputed)]


def _profile(company: Company, facts: Sequence[Any]) -> credit.CreditProfile:
    profile_id, limit, limit_reaction, most_document_value, other, oldest_item_days, overdue_share, review_on = facts
    if profile_id is None:
        return credit.CreditProfile(currency=company.functional_currency)
    other_reaction = credit.Reaction(other)
    return credit.CreditProfile(
        currency=company.functional_currency,
        limit=limit,
        limit_reaction=credit.Reaction(limit_reaction),
        most_document_value=most_document_value,
        document_value_reaction=other_reaction,
        oldest_item_days=oldest_item_days,
        oldest_item_reaction=other_reaction,
        overdue_share_percent=overdue_share,
        overdue_share_reaction=other_reaction,
        review_on=review_on,
        review_reaction=other_reaction,
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
    """Lock the exposures of these accounts in order and read what a decision needs, under the lock. Two statements.

    Agreements and open items are read after the lock: whoever held it may just have posted an invoice.
    """
    wanted = sorted(set(account_ids))
    totals = CREDIT.lock([(company.pk, account_id, company.functional_currency) for account_id in wanted])
    agreed = load_agreed(company, wanted)
    states = {}
    for (_, account_id, _), total in totals.items():
        profile, items = agreed[account_id]
        states[account_id] = CreditState(profile, _exposure(total.balances), items, total)
    return states


def credit_state(company: Company, account_id: int) -> CreditState:
    """The same without a lock, for pages: headroom while typing. One query."""
    asked: dict[str, Any] = {"company": company.pk, "accounts": [account_id], "currency": company.functional_currency}
    with connection.cursor() as cursor:
        cursor.execute(_STATE, asked)
        rows = [row[1:] for row in cursor.fetchall()]
    names = ("open_orders", "delivered", "open_items", "unapplied")
    balances = {name: amount or ZERO for name, amount in zip(names, rows[0][:4], strict=True)}
    items = tuple(item for row in rows for item in _item(*row[12:]))
    return CreditState(_profile(company, rows[0][4:12]), _exposure(balances), items)


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


def agreement_version(company_id: int, account_id: int) -> str:
    """What is agreed with the account now, in a word that differs when the agreement does. One query."""
    found = CreditProfile.objects.filter(company_id=company_id, account_id=account_id)
    facts = found.values_list("limit", "limit_reaction", "oldest_item_days").first()
    return " ".join(str(fact) for fact in facts) if facts else "none"


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
    seen: str | None = None,
) -> None:
    """Agree how much an account may owe, in functional currency; None for no limit. Facts already beyond it stay.

    Locks the exposure, so that no confirmation in flight decides by the old limit and posts after the new one.

    Raises:
        NotFound: the actor is no member of the company.
        StaleVersion: ``seen``, what ``agreement_version`` gave when the person read it, is not what holds now.
    """
    if company.pk not in access.company_ids(actor):
        raise NotFound("This company does not exist.")
    key = (company.pk, account_id, company.functional_currency)
    total = CREDIT.lock([key])[key]
    if seen is not None and seen != agreement_version(company.pk, account_id):
        raise StaleVersion("Somebody else agreed other terms of credit meanwhile. Nothing was changed; look again.")
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
