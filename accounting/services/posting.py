"""Write journal entries: the one way into the ledger, for a set of entries of one company."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db.models import Q

from accounting.drafts import EntryDraft, LineDraft
from accounting.errors import EntryNotReversible
from accounting.models import JournalEntry, JournalLine, LedgerAccount, PostingRule
from accounting.postings import Chart, PostedLine, Target, lines_to_post, reversal
from accounting.states import EntryStatus
from core import bulk
from core.commands import command
from core.locks import Rank, lock_rows
from core.models import Company, User
from core.numbering import post_last

Source = tuple[str, int, str]


@command(permission=None)
def post_entries(*, company: Company, drafts: Sequence[EntryDraft], actor: User) -> list[int]:
    """Post these entries, each balanced in functional currency, and return their ids in the order given.

    An entry whose lines are all zero is not written and has no id in the answer. Numbers are taken when the outermost
    command commits (I9), where the period is looked at too (I13). Three statements and the numbering, whatever the
    number of entries; one more where lines name accounts themselves.

    Raises NoPostingRule, EntryNotBalanced, EntryNotPostable; ConstraintRefused for a source posted before or a locked
    period.
    """
    chart = load_chart(company, drafts)
    found = [(draft, lines_to_post(draft, chart, functional_currency=company.functional_currency)) for draft in drafts]
    written = [(draft, lines) for draft, lines in found if lines]
    if not written:
        return []
    entries = _insert_entries(company, [draft for draft, _ in written], actor=actor)
    _insert_lines(
        company, [(entry, line) for entry, (_, lines) in zip(entries, written, strict=True) for line in lines]
    )
    post_last(entries, company=company, verb="post", actor=actor)
    return [entry.pk for entry in entries]


def load_chart(company: Company, drafts: Sequence[EntryDraft]) -> Chart:
    """The posting rules of the company and the accounts that the drafts name themselves; two statements at most."""
    rules = {
        (purpose, group): Target(account_id, control)
        for purpose, group, account_id, control in PostingRule.objects.filter(
            company=company, purpose__in={line.purpose for draft in drafts for line in draft.lines}
        ).values_list("purpose", "group", "account_id", "account__control")
    }
    ids = {line.ledger_account_id for draft in drafts for line in draft.lines if line.ledger_account_id is not None}
    if not ids:
        return Chart(rules, {})
    accounts = LedgerAccount.objects.filter(company=company, pk__in=ids).values_list("pk", "control")
    return Chart(rules, {pk: Target(pk, control) for pk, control in accounts})


def _insert_entries(company: Company, drafts: Sequence[EntryDraft], *, actor: User) -> list[JournalEntry]:
    ids = bulk.insert(
        JournalEntry,
        {
            "business_date": [draft.business_date for draft in drafts],
            "source_type": [draft.source_type for draft in drafts],
            "source_id": [draft.source_id for draft in drafts],
            "purpose": [draft.purpose for draft in drafts],
            "description": [draft.description[:200] for draft in drafts],
            "reverses_id": [draft.reverses_id for draft in drafts],
        },
        same={
            "company_id": company.pk,
            "currency": company.functional_currency,
            "created_by_id": actor.pk,
            "changed_by_id": actor.pk,
        },
    )
    return [
        JournalEntry(pk=pk, company=company, business_date=draft.business_date, status=EntryStatus.DRAFT)
        for pk, draft in zip(ids, drafts, strict=True)
    ]


def _insert_lines(company: Company, pairs: Sequence[tuple[JournalEntry, PostedLine]]) -> None:
    lines = [line.draft for _, line in pairs]
    bulk.insert(
        JournalLine,
        {
            "entry_id": [entry.pk for entry, _ in pairs],
            "business_date": [entry.business_date for entry, _ in pairs],
            "account_id": [line.account_id for _, line in pairs],
            "debit": [line.debit for line in lines],
            "credit": [line.credit for line in lines],
            "currency": [line.currency for line in lines],
            "document_amount": [line.document_amount for line in lines],
            "fx_rate": [line.fx_rate for line in lines],
            "fx_date": [line.fx_date for line in lines],
            "partner_id": [line.partner_id for line in lines],
            "text": [line.text[:120] for line in lines],
        },
        same={"company_id": company.pk},
    )


@command(permission=None)
def reverse_entries(
    *, company: Company, sources: Sequence[Source], business_date: date, reason: str, actor: User
) -> list[int]:
    """Post the opposite of the entries of these (source type, source id, purpose) and return the new entries' ids.

    Each entry is reversed once, at its own accounts, amounts and rates, on ``business_date``. Locks the entries.

    Raises EntryNotReversible naming the first source that has no posted entry or whose entry was reversed before.
    """
    if not sources:
        return []
    entries = lock_entries(_ids_of(company, sources))
    known = {(entry.source_type, entry.source_id, entry.purpose): entry for entry in entries}
    for source in sources:
        if source not in known:
            raise EntryNotReversible(
                f"Nothing was posted for {source[0]} {source[1]} ({source[2]}), so it cannot be reversed."
            )
    again = JournalEntry.objects.filter(reverses__in=entries).order_by("pk").values_list("reverses__number", "number")
    for number, reversal_number in again[:1]:
        raise EntryNotReversible(f"{number} was reversed before, by {reversal_number}.")
    lines = lines_by_entry([entry.pk for entry in entries])
    drafts = [
        EntryDraft(
            source_type=entry.source_type,
            source_id=entry.source_id,
            purpose=f"reverse {entry.purpose}"[:32],
            business_date=business_date,
            description=f"Reversal of {entry.number}: {reason}" if reason else f"Reversal of {entry.number}",
            lines=reversal(lines[entry.pk]),
            reverses_id=entry.pk,
        )
        for entry in (known[source] for source in sources)
    ]
    return post_entries(company=company, drafts=drafts, actor=actor)


def lock_entries(ids: Collection[int]) -> list[JournalEntry]:
    """Lock these journal entries."""
    return lock_rows(JournalEntry, ids, Rank.JOURNAL)


def _ids_of(company: Company, sources: Sequence[Source]) -> list[int]:
    """The posted entries of these sources, in one statement."""
    wanted = set(sources)
    narrow = Q()
    for source_type, purpose in {(source[0], source[2]) for source in sources}:
        source_ids = [source[1] for source in wanted if (source[0], source[2]) == (source_type, purpose)]
        narrow |= Q(source_type=source_type, purpose=purpose, source_id__in=source_ids)
    return list(
        JournalEntry.objects.filter(narrow, company=company, status=EntryStatus.POSTED).values_list("pk", flat=True)
    )


def lines_by_entry(entry_ids: Collection[int]) -> dict[int, list[PostedLine]]:
    """The lines of these entries as drafts at their own accounts, in order. One statement."""
    found: dict[int, list[PostedLine]] = {}
    for line in JournalLine.objects.filter(entry__in=entry_ids).order_by("pk"):
        draft = LineDraft(
            "",
            line.debit,
            line.credit,
            currency=line.currency,
            document_amount=line.document_amount,
            fx_rate=line.fx_rate,
            fx_date=line.fx_date,
            partner_id=line.partner_id,
            text=line.text,
        )
        found.setdefault(line.entry_id, []).append(PostedLine(line.account_id, draft))
    return found
