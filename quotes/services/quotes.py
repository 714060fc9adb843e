"""The life of a quote: written, sent as a frozen version, accepted or declined, revised as the next version."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.crypto import salted_hmac

from catalog.models import Account, AccountInCompany
from core.access import company_ids
from core.commands import command
from core.errors import NotFound
from core.locks import Rank, lock_rows
from core.models import Company, User
from core.numbering import sequence_numbers
from core.timeline import TimelineEntry, record
from core.transitions import advance
from inventory.models import Warehouse
from quotes.drafts import QuoteDraft, QuoteLineDraft
from quotes.errors import QuoteEditedMeanwhile, QuoteNotEditable, QuoteRefused
from quotes.models import Quote, QuoteLine, QuoteVersion
from quotes.services.building import price_lines, totals, write_lines
from quotes.states import QuoteStatus

HEADER_FIELDS = frozenset({"customer_reference", "valid_until", "warehouse_id", "salesperson_id"})


def lock_quotes(quote_ids: Sequence[int]) -> list[Quote]:
    """Lock these quotes' headers in id order (rank QUOTE). Versions and lines change only under this lock."""
    return lock_rows(Quote, quote_ids, Rank.QUOTE)


def newest_version(quote: Quote) -> QuoteVersion:
    """The version that is edited, sent and accepted."""
    return quote.versions.order_by("-number")[0]


@command(permission="quotes.enter_quote")
def create_quote(*, draft: QuoteDraft, actor: User) -> int:
    """Write a quote with its first version, priced at today's agreements. Takes no stock. Returns its id.

    Raises QuoteRefused, NotFound, and what pricing refuses.
    """
    company = Company.objects.filter(pk__in={draft.company_id} & company_ids(actor)).first()
    account = Account.objects.filter(pk=draft.account_id, is_customer=True).first()
    agreed = AccountInCompany.objects.filter(account_id=draft.account_id, company_id=draft.company_id).first()
    known = Warehouse.objects.filter(pk=draft.warehouse_id, company_id=draft.company_id).exists()
    if company is None or account is None or agreed is None or not known:
        raise NotFound("This account or warehouse does not exist in this company.")
    _require_validity(draft.business_date, draft.valid_until)
    currency = draft.currency or account.currency
    quote = Quote.objects.create(
        company=company,
        number=sequence_numbers(Quote, [draft.business_date])[0],
        account=account,
        warehouse_id=draft.warehouse_id,
        currency=currency,
        business_date=draft.business_date,
        valid_until=draft.valid_until,
        customer_reference=draft.customer_reference.strip()[:60],
        salesperson_id=draft.salesperson_id or agreed.salesperson_id,
        created_by=actor,
        changed_by=actor,
    )
    priced = price_lines(quote, currency, draft.lines, actor=actor)
    version = QuoteVersion.objects.create(
        quote=quote, number=1, currency=currency, created_by=actor, **totals(currency, draft.lines, priced)
    )
    write_lines(company, quote, version, draft.lines, priced)
    _register(quote)
    record([TimelineEntry.about(quote, "create", to_status=QuoteStatus.DRAFT)], actor=actor)
    return quote.pk


def _register(quote: Quote) -> None:
    """Note the lock that a row just inserted has by itself."""
    lock_quotes([quote.pk])


def _require_validity(on: date, valid_until: date) -> None:
    if valid_until < on:
        sentence = "A quote cannot end before it begins."
        raise QuoteRefused(sentence, fields={"valid_until": sentence})


@command(permission="quotes.enter_quote")
def save_quote(
    *,
    quote_id: int,
    version: int,
    actor: User,
    header: Mapping[str, Any] | None = None,
    lines: Sequence[QuoteLineDraft] | None = None,
) -> int:
    """Save a draft quote: changed header fields and, when given, the complete set of its lines, priced anew.

    Returns the quote's new version counter.

    Raises:
        QuoteNotEditable: it was sent already; make a new version.
        QuoteEditedMeanwhile: somebody saved it since ``version``.
    """
    quote = lock_quotes([quote_id])[0]
    if quote.status != QuoteStatus.DRAFT:
        raise QuoteNotEditable(
            f"{quote.title} is {quote.get_status_display().lower()}; make a new version to change it."
        )
    if quote.version != version:
        raise QuoteEditedMeanwhile(
            f"{quote.title} was saved by {quote.changed_by} since you opened it. Nothing of yours was saved yet."
        )
    for name, value in (header or {}).items():
        assert name in HEADER_FIELDS, name
        setattr(quote, name, value)
    _require_validity(quote.business_date, quote.valid_until)
    if lines is not None:
        current = newest_version(quote)
        priced = price_lines(quote, current.currency, lines, actor=actor)
        write_lines(quote.company, quote, current, lines, priced)
        for name, amount in totals(current.currency, lines, priced).items():
            setattr(current, name, amount)
        current.save(update_fields=["net", "tax", "gross"])
    quote.version += 1
    quote.changed_by = actor
    quote.save(update_fields=[*sorted(header or {}), "version", "changed_by"])
    return quote.version


@command(permission="quotes.send_quote")
def send_quote(*, quote_id: int, actor: User, business_date: date) -> None:
    """Freeze the newest version as sent and open its acceptance page. Of the page's secret only the hash is kept.

    Raises QuoteRefused when it is past its validity, TransitionRefused when it is no draft.
    """
    quote = lock_quotes([quote_id])[0]
    if quote.valid_until < business_date:
        raise QuoteRefused(f"{quote.title} was valid until {quote.valid_until:%d %b %Y}. Give it a later day first.")
    advance([quote], "send", actor=actor)
    version = newest_version(quote)
    QuoteVersion.objects.filter(pk=version.pk).update(is_sent=True)
    quote.acceptance_token_hash = hash_token(_acceptance_token(version))
    quote.save(update_fields=["acceptance_token_hash"])


def acceptance_token(quote: Quote) -> str:
    """The secret of a sent quote's acceptance page, for whoever may send it; empty when there is none.

    Reckoned from the installation's key, so that no table holds it. After a change of that key links that were given
    out still work, but cannot be shown again.
    """
    token = _acceptance_token(newest_version(quote)) if quote.status == QuoteStatus.SENT else ""
    return token if token and hash_token(token) == quote.acceptance_token_hash else ""


def _acceptance_token(version: QuoteVersion) -> str:
    return salted_hmac("quotes.acceptance", f"{version.quote_id}.{version.number}", algorithm="sha256").hexdigest()


def hash_token(token: str) -> str:
    """What is kept of an acceptance secret."""
    return hashlib.sha256(token.encode()).hexdigest()


@command(permission="quotes.enter_quote")
def revise_quote(*, quote_id: int, actor: User) -> int:
    """Open the next version with the lines of the last one; what was sent stays as it was. Returns its number."""
    quote = lock_quotes([quote_id])[0]
    before = newest_version(quote)
    advance([quote], "revise", actor=actor)
    lines = list(QuoteLine.objects.filter(version=before).order_by("position"))
    after = QuoteVersion.objects.create(
        quote=quote,
        number=before.number + 1,
        currency=before.currency,
        net=before.net,
        tax=before.tax,
        gross=before.gross,
        created_by=actor,
    )
    for line in lines:
        line.pk, line.version, line.commitment = None, after, None
    QuoteLine.objects.bulk_create(lines)
    return after.number


@command(permission="quotes.accept_quote")
def accept_quote(*, quote_id: int, actor: User, business_date: date, name: str, ip: str | None = None) -> int:
    """Note that the customer accepted the version that was sent: who, when, from where. Returns the version's id.

    Raises QuoteRefused without a name or past its validity, TransitionRefused when it is not sent.
    """
    quote = lock_quotes([quote_id])[0]
    if not name.strip():
        raise QuoteRefused("Enter the name of the person who accepts.", fields={"name": "Enter a name."})
    if quote.valid_until < business_date:
        raise QuoteRefused(f"{quote.title} was valid until {quote.valid_until:%d %b %Y}. Ask for a new version.")
    quote.accepted_name, quote.accepted_ip = name.strip()[:120], ip
    quote.save(update_fields=["accepted_name", "accepted_ip"])
    advance([quote], "accept", actor=actor, reason=f"accepted by {quote.accepted_name}")
    return newest_version(quote).pk


@command(permission="quotes.enter_quote")
def decline_quote(*, quote_id: int, reason: str, actor: User) -> None:
    """Note that the customer declined, and why: the loss reason that win rates are read by."""
    quote = lock_quotes([quote_id])[0]
    if not reason.strip():
        raise QuoteRefused("Enter why the quote was declined.", fields={"reason": "Enter a reason."})
    quote.loss_reason = reason.strip()[:200]
    quote.save(update_fields=["loss_reason"])
    advance([quote], "decline", actor=actor, reason=quote.loss_reason)


@command(permission=None)
def expire_quotes(*, company_id: int, business_date: date, actor: User) -> int:
    """End the sent quotes whose validity is over; called by the schedule. Returns how many."""
    rows = Quote.objects.filter(company_id=company_id, status=QuoteStatus.SENT, valid_until__lt=business_date)
    quotes = lock_quotes(list(rows.order_by("pk").values_list("pk", flat=True)[:500]))
    due = [quote for quote in quotes if quote.status == QuoteStatus.SENT]
    advance(due, "expire", actor=actor)
    return len(due)
