"""Write journal entries: the one way into the ledger, for a set of entries of one company."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db import connection
from django.db.models import Q

from accounting.drafts import EntryDraft, LineDraft
from accounting.errors import EntryNotReversible
from accounting.models import JournalEntry, JournalLine, LedgerAccount
from accounting.postings import Chart, PostedLine, Target, lines_to_post, reversal
from accounting.states import EntryStatus
from core.arrays import array
from core.commands import command
from core.locks import Rank, lock_rows
from core.models import Company, User
from core.numbering import post_last

Source = tuple[str, int, str]

_RULES = """
    SELECT r.purpose, r."group", r.account_id, a.control
    FROM accounting_postingrule r JOIN accounting_ledgeraccount a ON a.id = r.account_id
    WHERE r.company_id = %s AND r.purpose = ANY(%s)
"""

# Entries and their lines in one statement: a line names its entry by the entry's place in the call.
_WRITE = """
    WITH drafts AS (
        SELECT * FROM unnest(%(dates)s::date[], %(source_types)s::text[], %(source_ids)s::bigint[],
                             %(purposes)s::text[], %(descriptions)s::text[], %(reverses)s::bigint[])
        WITH ORDINALITY AS d(business_date, source_type, source_id, purpose, description, reverses_id, place)
    ), entries AS (
        INSERT INTO accounting_journalentry
            (company_id, currency, status, version, created_by_id, changed_by_id,
             business_date, source_type, source_id, purpose, description, reverses_id)
        SELECT %(company)s, %(currency)s, 'draft', 1, %(actor)s, %(actor)s,
               business_date, source_type, source_id, purpose, description, reverses_id
        FROM drafts ORDER BY place
        RETURNING id, source_type, source_id, purpose
    ), placed AS (
        SELECT e.id, d.place, d.business_date FROM drafts d JOIN entries e USING (source_type, source_id, purpose)
    ), lines AS (
        INSERT INTO accounting_journalline
            (company_id, entry_id, business_date, account_id, debit, credit, currency, document_amount, fx_rate,
             fx_date, partner_id, text)
        SELECT %(company)s, p.id, p.business_date, l.account_id, l.debit, l.credit, l.currency, l.document_amount,
               l.fx_rate, l.fx_date, l.partner_id, l.text
        FROM unnest(%(places)s::bigint[], %(accounts)s::bigint[], %(debits)s::numeric[], %(credits)s::numeric[],
                    %(currencies)s::text[], %(amounts)s::numeric[], %(rates)s::numeric[], %(rate_dates)s::date[],
                    %(partners)s::bigint[], %(texts)s::text[])
             WITH ORDINALITY AS l(place, account_id, debit, credit, currency, document_amount, fx_rate, fx_date,
                                  partner_id, text, position)
        JOIN placed p ON p.place = l.place
        ORDER BY l.position
        RETURNING 1
    )
    SELECT id, (SELECT count(*) FROM lines) FROM placed ORDER BY place
"""


@command(permission=None)
def post_entries(*, company: Company, drafts: Sequence[EntryDraft], actor: User) -> list[int]:
    """Post these entries, each balanced in functional currency, and return their ids in the order given.

    An entry whose lines are all zero is not written and has no id in the answer. Numbers are taken when the outermost
    command commits (I9), where the period is looked at too (I13). Two statements and the numbering, whatever the number
    of entries; one more where lines name accounts themselves.

    Raises NoPostingRule, EntryNotBalanced, EntryNotPostable; ConstraintRefused for a source posted before or a locked
    period.
    """
    if not drafts:
        return []
    chart = load_chart(company, drafts)
    found = [(draft, lines_to_post(draft, chart, functional_currency=company.functional_currency)) for draft in drafts]
    written = [(draft, lines) for draft, lines in found if lines]
    if not written:
        return []
    ids = _write(company, written, actor=actor)
    entries = [
        JournalEntry(pk=pk, company=company, business_date=draft.business_date, status=EntryStatus.DRAFT)
        for pk, (draft, _) in zip(ids, written, strict=True)
    ]
    post_last(entries, company=company, verb="post", actor=actor)
    return [entry.pk for entry in entries]


def load_chart(company: Company, drafts: Sequence[EntryDraft]) -> Chart:
    """The posting rules of the company and the accounts that the drafts name themselves; two statements at most."""
    with connection.cursor() as cursor:
        cursor.execute(_RULES, [company.pk, sorted({line.purpose for draft in drafts for line in draft.lines})])
        rules = {
            (purpose, group): Target(account_id, control) for purpose, group, account_id, control in cursor.fetchall()
        }
    ids = {line.ledger_account_id for draft in drafts for line in draft.lines if line.ledger_account_id is not None}
    if not ids:
        return Chart(rules, {})
    accounts = LedgerAccount.objects.filter(company=company, pk__in=ids).values_list("pk", "control")
    return Chart(rules, {pk: Target(pk, control) for pk, control in accounts})


def _write(company: Company, written: Sequence[tuple[EntryDraft, list[PostedLine]]], *, actor: User) -> list[int]:
    """Write the entries as drafts with their lines; returns the entries' ids in order. One statement."""
    drafts = [draft for draft, _ in written]
    posted = [(place, line) for place, (_, lines) in enumerate(written, 1) for line in lines]
    lines = [line.draft for _, line in posted]
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            {
                "company": company.pk,
                "currency": company.functional_currency,
                "actor": actor.pk,
                "dates": array("date", [draft.business_date for draft in drafts]),
                "source_types": array("text", [draft.source_type for draft in drafts]),
                "source_ids": array("bigint", [draft.source_id for draft in drafts]),
                "purposes": array("text", [draft.purpose for draft in drafts]),
                "descriptions": array("text", [draft.description[:200] for draft in drafts]),
                "reverses": array("bigint", [draft.reverses_id for draft in drafts]),
                "places": array("bigint", [place for place, _ in posted]),
                "accounts": array("bigint", [line.account_id for _, line in posted]),
                "debits": array("numeric", [line.debit for line in lines]),
                "credits": array("numeric", [line.credit for line in lines]),
                "currencies": array("text", [line.currency for line in lines]),
                "amounts": array("numeric", [line.document_amount for line in lines]),
                "rates": array("numeric", [line.fx_rate for line in lines]),
                "rate_dates": array("date", [line.fx_date for line in lines]),
                "partners": array("bigint", [line.partner_id for line in lines]),
                "texts": array("text", [line.text[:120] for line in lines]),
            },
        )
        rows = cursor.fetchall()
    assert len(rows) == len(written), "an entry went missing"
    assert rows[0][1] == len(lines), "a line went missing"
    return [row[0] for row in rows]


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
