"""The receivables subledger: open items, and what is set against them. The journal moves in the same command."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Q, Sum

from accounting.drafts import ZERO, ApplicationDraft, Applied, EntryDraft, LineDraft, OpenItemDraft
from accounting.errors import NotApplicable
from accounting.models import Application, OpenItem
from accounting.postings import AppliedAmounts, application_lines, functional_share
from accounting.services.locking import lock_open_items
from accounting.services.posting import post_entries
from core import bulk
from core.arrays import array
from core.commands import command
from core.errors import Conflict, NotFound
from core.models import Company, User
from core.numbering import Quoting
from core.rounding import round_amount
from core.runs import current_run
from core.wording import amount_text

Pair = tuple[int, int]

# Applications and the items that they move, in one statement. An item is settled on the latest date of its
# applications: any past day can be told. Those written here are not seen yet, so their latest date comes along.
_APPLY = """
    WITH applied AS (
        INSERT INTO accounting_application
            (company_id, command_uid, debit_item_id, credit_item_id, currency, amount, debit_functional,
             credit_functional, fx_difference, business_date, source_type, source_id)
        SELECT %(company)s, %(command)s, debit_item_id, credit_item_id, currency, amount, debit_functional,
               credit_functional, credit_functional - debit_functional, business_date, source_type, source_id
        FROM unnest(%(debits)s::bigint[], %(credits)s::bigint[], %(currencies)s::text[], %(amounts)s::numeric[],
                    %(debit_functionals)s::numeric[], %(credit_functionals)s::numeric[], %(dates)s::date[],
                    %(source_types)s::text[], %(source_ids)s::bigint[])
             WITH ORDINALITY AS a(debit_item_id, credit_item_id, currency, amount, debit_functional,
                                  credit_functional, business_date, source_type, source_id, position)
        ORDER BY position
        RETURNING id
    ), moved AS (
        UPDATE accounting_openitem t
        SET open_amount = v.open_amount, functional_open = v.functional_open,
            settled_on = CASE WHEN v.open_amount = 0 THEN greatest(v.latest, (
                SELECT max(a.business_date) FROM accounting_application a
                WHERE a.debit_item_id = t.id OR a.credit_item_id = t.id)) END
        FROM unnest(%(items)s::bigint[], %(open)s::numeric[], %(functional_open)s::numeric[], %(latest)s::date[])
             AS v(id, open_amount, functional_open, latest)
        WHERE t.id = v.id
        RETURNING 1
    )
    SELECT array(SELECT id FROM applied), (SELECT count(*) FROM moved)
"""


@command(permission=None)
def open_items(*, company: Company, drafts: Sequence[OpenItemDraft], actor: User) -> list[int]:
    """Open these claims and counter-claims and return their ids in the order given. One statement.

    The caller posts the entry to the control account in the same command. An item of nothing is settled at once.
    """
    return bulk.insert(
        OpenItem,
        {
            "account_id": [draft.account_id for draft in drafts],
            "source_type": [draft.source_type for draft in drafts],
            "source_id": [draft.source_id for draft in drafts],
            "instalment": [draft.instalment for draft in drafts],
            "reference": [draft.reference[:40] for draft in drafts],
            "control": [draft.control for draft in drafts],
            "currency": [draft.currency for draft in drafts],
            "amount": [draft.amount for draft in drafts],
            "open_amount": [draft.amount for draft in drafts],
            "functional_amount": [draft.functional_amount for draft in drafts],
            "functional_open": [draft.functional_amount for draft in drafts],
            "issued_on": [draft.issued_on for draft in drafts],
            "due_on": [draft.due_on for draft in drafts],
            "discount_until": [draft.discount_until for draft in drafts],
            "discount_percent": [draft.discount_percent for draft in drafts],
            "settled_on": [None if draft.amount else draft.issued_on for draft in drafts],
        },
        same={"company_id": company.pk},
    )


def numbered_items(*, company: Company, source_type: str) -> Quoting:
    """How open items quote the numbers of their documents, which are known only when the command closes."""
    return Quoting(OpenItem, "reference", "source_id", {"company_id": company.pk, "source_type": source_type})


def as_opened(company: Company, drafts: Sequence[OpenItemDraft], ids: Sequence[int]) -> dict[int, OpenItem]:
    """The items that ``open_items`` has just written, by id, for ``apply_items``: nobody else knows them yet."""
    return {
        pk: OpenItem(
            pk=pk,
            company_id=company.pk,
            account_id=draft.account_id,
            source_type=draft.source_type,
            source_id=draft.source_id,
            reference=draft.reference[:40],
            control=draft.control,
            currency=draft.currency,
            amount=draft.amount,
            open_amount=draft.amount,
            functional_amount=draft.functional_amount,
            functional_open=draft.functional_amount,
            issued_on=draft.issued_on,
            due_on=draft.due_on,
        )
        for pk, draft in zip(ids, drafts, strict=True)
    }


@dataclass(frozen=True, slots=True)
class _Applying:
    """One application as it is written: the draft completed, the amounts in both currencies."""

    draft: ApplicationDraft
    amounts: AppliedAmounts
    on: date
    result: Applied


@command(permission=None)
def apply_items(
    *,
    company: Company,
    applications: Sequence[ApplicationDraft],
    business_date: date,
    source_type: str,
    source_id: int,
    actor: User,
    held: Mapping[int, OpenItem] | None = None,
    entries: Sequence[EntryDraft] = (),
) -> list[Applied]:
    """Set counter-claims (payments, credit notes) against claims of the same account, company and currency.

    Both items go towards zero in their currency and in functional currency and reach exactly zero together; the
    difference of their book rates is posted as realised gain or loss. Locks the open items in id order. An amount below
    zero undoes an earlier application. An application takes effect when both items exist: not before the later of their
    dates. ``held`` are items as the caller locked or opened them in this command, ``entries`` what the same event posts
    besides. Four statements and the numbering, whatever the number of applications; one more to undo.

    Raises NotApplicable naming the item that refuses.
    """
    if not applications:
        post_entries(company=company, drafts=entries, actor=actor)
        return []
    items = _items_of(applications, held or {})
    earlier = _earlier_applications([each for each in applications if each.amount < 0])
    applying = []
    for given in applications:
        draft = replace(
            given,
            source_type=given.source_type or source_type,
            source_id=given.source_id or source_id,
            business_date=given.business_date or business_date,
        )
        applying.append(_apply(draft, items, earlier, company))
    ids = _write(company, applying, items)
    drafts = [*entries, *_entries(applying, ids, items, company)]
    post_entries(company=company, drafts=drafts, actor=actor)
    return [replace(each.result, application_id=pk) for each, pk in zip(applying, ids, strict=True)]


def _items_of(applications: Sequence[ApplicationDraft], held: Mapping[int, OpenItem]) -> dict[int, OpenItem]:
    """Both sides of every application under their locks; what the caller holds is not read again."""
    wanted = {each.debit_item_id for each in applications} | {each.credit_item_id for each in applications}
    known = {item_id: held[item_id] for item_id in sorted(wanted & held.keys())}
    return known | lock_open_items(wanted - held.keys())


@dataclass(slots=True)
class _Applied:
    """What is applied between one pair of items so far."""

    amount: Decimal = ZERO
    debit_functional: Decimal = ZERO
    credit_functional: Decimal = ZERO


def _earlier_applications(undoing: Sequence[ApplicationDraft]) -> dict[Pair, _Applied]:
    found: dict[Pair, _Applied] = defaultdict(_Applied)
    if undoing:
        rows = (
            Application.objects.filter(debit_item__in={each.debit_item_id for each in undoing})
            .values_list("debit_item_id", "credit_item_id")
            .annotate(Sum("amount"), Sum("debit_functional"), Sum("credit_functional"))
        )
        for debit_id, credit_id, *sums in rows.order_by():
            found[debit_id, credit_id] = _Applied(*sums)
    return found


def _apply(
    draft: ApplicationDraft, items: dict[int, OpenItem], earlier: dict[Pair, _Applied], company: Company
) -> _Applying:
    """Compute one application and take it off the two items in memory."""
    debit, credit = items[draft.debit_item_id], items[draft.credit_item_id]
    _require_partners(debit, credit, company)
    _require_amount(draft, debit, credit, earlier)
    functional = company.functional_currency
    if draft.amount > 0:
        debit_functional = functional_share(debit.functional_open, debit.open_amount, draft.amount, functional)
        credit_functional = functional_share(-credit.functional_open, -credit.open_amount, draft.amount, functional)
    else:
        so_far = earlier[draft.debit_item_id, draft.credit_item_id]
        debit_functional = -functional_share(so_far.debit_functional, so_far.amount, -draft.amount, functional)
        credit_functional = -functional_share(so_far.credit_functional, so_far.amount, -draft.amount, functional)
        earlier[draft.debit_item_id, draft.credit_item_id] = _Applied(
            so_far.amount + draft.amount,
            so_far.debit_functional + debit_functional,
            so_far.credit_functional + credit_functional,
        )
    debit.open_amount -= draft.amount
    debit.functional_open -= debit_functional
    credit.open_amount += draft.amount
    credit.functional_open += credit_functional
    assert draft.business_date is not None
    amounts = AppliedAmounts(
        debit.account_id,
        debit.currency,
        draft.amount,
        debit.control,
        credit.control,
        debit_functional,
        credit_functional,
    )
    result = Applied(
        debit_item_id=debit.pk,
        credit_item_id=credit.pk,
        amount=draft.amount,
        debit_source=(debit.source_type, debit.source_id),
        credit_source=(credit.source_type, credit.source_id),
        settled_debit=debit.open_amount == 0,
        functional_amount=debit_functional,
        settled_credit=credit.open_amount == 0,
        fx_difference=amounts.gain,
        account_id=credit.account_id,
        currency=credit.currency,
        credit_control=credit.control,
        debit_reference=debit.reference,
        credit_reference=credit.reference,
    )
    return _Applying(draft, amounts, max(draft.business_date, debit.issued_on, credit.issued_on), result)


def _require_partners(debit: OpenItem, credit: OpenItem, company: Company) -> None:
    if debit.company_id != company.pk or credit.company_id != company.pk:
        raise NotFound("Open item not found.")
    if debit.account_id != credit.account_id:
        raise NotApplicable(
            f"{credit.reference} and {debit.reference} belong to different accounts; nothing was applied."
        )
    if debit.currency != credit.currency:
        raise NotApplicable(
            f"{credit.reference} is in {credit.currency}, {debit.reference} in {debit.currency}; nothing was applied."
        )
    if debit.amount <= 0 or credit.amount >= 0:
        raise NotApplicable(
            f"{credit.reference} cannot be set against {debit.reference}: a counter-claim is set against a claim."
        )


def _require_amount(draft: ApplicationDraft, debit: OpenItem, credit: OpenItem, earlier: dict[Pair, _Applied]) -> None:
    if not draft.amount or draft.amount != round_amount(draft.amount, debit.currency):
        raise NotApplicable(f"{draft.amount} is not an amount in {debit.currency} that can be applied.")
    if draft.amount < 0:
        applied = earlier[debit.pk, credit.pk].amount
        if -draft.amount > applied:
            raise NotApplicable(
                f"Only {_text(applied, debit.currency)} of {credit.reference} is applied to {debit.reference}."
            )
        return
    for item, is_open in ((debit, debit.open_amount), (credit, -credit.open_amount)):
        if draft.amount > is_open:
            raise NotApplicable(
                f"Only {_text(is_open, item.currency)} of {item.reference} is open;"
                f" {_text(draft.amount, item.currency)} cannot be applied."
            )


def _text(amount: Decimal, currency: str) -> str:
    return amount_text(round_amount(amount, currency), currency)


def _write(company: Company, applying: Sequence[_Applying], items: Mapping[int, OpenItem]) -> list[int]:
    """Write the applications and what they leave open; returns the applications' ids in order. One statement."""
    latest: dict[int, date] = {}
    for each in applying:
        for item_id in (each.draft.debit_item_id, each.draft.credit_item_id):
            latest[item_id] = max(latest.get(item_id, each.on), each.on)
    with connection.cursor() as cursor:
        cursor.execute(
            _APPLY,
            {
                "company": company.pk,
                "command": current_run().uid,
                "debits": array("bigint", [each.draft.debit_item_id for each in applying]),
                "credits": array("bigint", [each.draft.credit_item_id for each in applying]),
                "currencies": array("text", [each.amounts.currency for each in applying]),
                "amounts": array("numeric", [each.draft.amount for each in applying]),
                "debit_functionals": array("numeric", [each.amounts.debit_functional for each in applying]),
                "credit_functionals": array("numeric", [each.amounts.credit_functional for each in applying]),
                "dates": array("date", [each.on for each in applying]),
                "source_types": array("text", [each.draft.source_type for each in applying]),
                "source_ids": array("bigint", [each.draft.source_id for each in applying]),
                "items": array("bigint", list(items)),
                "open": array("numeric", [item.open_amount for item in items.values()]),
                "functional_open": array("numeric", [item.functional_open for item in items.values()]),
                "latest": array("date", [latest[item_id] for item_id in items]),
            },
        )
        ids, moved = cursor.fetchone()
    assert (len(ids), moved) == (len(applying), len(items)), "an application or an item went missing"
    return list(ids)


def _entries(
    applying: Sequence[_Applying], ids: Sequence[int], items: dict[int, OpenItem], company: Company
) -> list[EntryDraft]:
    """One entry per source and day, named after its first application: one payment may be applied many times."""
    groups: dict[tuple[str, int, date], list[int]] = {}
    for position, each in enumerate(applying):
        groups.setdefault((each.draft.source_type, each.draft.source_id, each.on), []).append(position)
    drafts = []
    for (source_type, source_id, on), positions in groups.items():
        lines: list[LineDraft] = []
        for position in positions:
            lines += application_lines(
                applying[position].amounts, functional_currency=company.functional_currency, business_date=on
            )
        first = applying[positions[0]].draft
        names = f"{items[first.credit_item_id].reference} to {items[first.debit_item_id].reference}"
        more = f" and {len(positions) - 1} more" if len(positions) > 1 else ""
        word = "Application of" if first.amount > 0 else "Undone application of"
        drafts.append(
            EntryDraft(source_type, source_id, f"apply {ids[positions[0]]}", on, f"{word} {names}{more}", tuple(lines))
        )
    return drafts


@command(permission=None)
def unapply_items(
    *,
    company: Company,
    item_ids: Collection[int],
    business_date: date,
    source_type: str,
    source_id: int,
    actor: User,
) -> list[Applied]:
    """Undo everything that is applied to or by these items, so that they are as open as on their first day.

    Posts the opposite of each application at its own amounts. Locks the items and their partners.
    """
    involved = set(item_ids).union(*_pairs_of(item_ids))
    lock_open_items(involved)
    applied = _pairs_of(item_ids)  # again, as it is under the locks
    if not involved.issuperset(set().union(*applied)):
        raise Conflict("Something was applied to these items at this moment. Nothing was changed; please try again.")
    drafts = [
        ApplicationDraft(debit_id, credit_id, -amount) for (debit_id, credit_id), amount in sorted(applied.items())
    ]
    return apply_items(
        company=company,
        applications=drafts,
        business_date=business_date,
        source_type=source_type,
        source_id=source_id,
        actor=actor,
    )


def _pairs_of(item_ids: Collection[int]) -> dict[Pair, Decimal]:
    """How much is applied now between these items and their partners."""
    sums = (
        Application.objects.filter(Q(debit_item__in=item_ids) | Q(credit_item__in=item_ids))
        .values_list("debit_item_id", "credit_item_id")
        .annotate(applied=Sum("amount"))
        .filter(applied__gt=0)
        .order_by()
    )
    return {(debit_id, credit_id): applied for debit_id, credit_id, applied in sums}
