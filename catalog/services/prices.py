"""Set, change, end and withdraw prices and discounts.

What was used once is never overwritten: it ends, and another one begins.
"""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from django.db import connection
from psycopg.types.range import Range

from catalog.condition_drafts import Condition, condition_of, condition_wrong
from catalog.drafts import ConditionDraft
from catalog.errors import PriceOverlaps, PriceRefused
from catalog.models import Account, ConditionRecord, ConditionScale, PriceGroup, PriceList
from catalog.selectors.products import ProductCard, product_cards
from catalog.services.locking import lock_conditions
from catalog.services.scope import require_member
from core import bulk
from core.commands import command
from core.models import User
from core.wording import day

_OVERLAPS_SQL = """
SELECT v.position, r.id, lower(r.valid), upper(r.valid)
FROM unnest(%s::text[], %s::date[], %s::date[]) WITH ORDINALITY AS v(key, valid_from, valid_until, position)
JOIN catalog_conditionrecord r ON r.key = v.key AND r.valid && daterange(v.valid_from, v.valid_until)
ORDER BY r.id
"""


@command(permission="catalog.maintain_price")
def set_conditions(*, drafts: Sequence[ConditionDraft], actor: User, replace: bool = False) -> list[int]:
    """Enter prices and discounts and return their ids in the order given. The statement count is constant.

    With ``replace`` what is in force when a draft begins ends there; without it any overlap is refused. The database
    refuses it too.

    Raises:
        PriceRefused: a draft breaks a rule of its type; the refusal names it.
        PriceOverlaps: there is already something for the key in the period.
    """
    if not drafts:
        return []
    require_member(actor, {draft.company_id for draft in drafts})
    conditions = _conditions(drafts)
    _require_apart(conditions)
    _make_room(conditions, replace=replace)
    order = sorted(
        range(len(conditions)), key=lambda index: (conditions[index].key, conditions[index].draft.valid_from)
    )
    written = _write(
        [conditions[index] for index in order]
    )  # by key, so that two people never wait for each other in a circle
    by_position = dict(zip(order, written, strict=True))
    return [by_position[index] for index in range(len(conditions))]


@command(permission="catalog.maintain_price")
def end_conditions(*, record_ids: Sequence[int], on: date, actor: User) -> None:
    """Let prices or discounts not hold any more from ``on``; one that has not begun by then is withdrawn and never
    holds.

    Documents keep the figures they were priced with. Locks the records.

    Raises:
        PriceRefused: one has ended before ``on`` already.
    """
    records = lock_conditions(record_ids)
    require_member(actor, {record.company_id for record in records})
    for record in records:
        if record.valid.isempty or (record.valid.upper is not None and record.valid.upper < on):
            raise PriceRefused("This price or discount has ended already.")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_conditionrecord SET valid = valid * daterange(NULL, %s::date) WHERE id = ANY(%s::bigint[])",
            [on, sorted(set(record_ids))],
        )


def _conditions(drafts: Sequence[ConditionDraft]) -> list[Condition]:
    """Check every draft against its type and what it names.

    Five queries at most. Raises PriceRefused for the first wrong one.
    """
    cards = product_cards(ids={draft.product_id for draft in drafts if draft.product_id is not None})
    _require_known(drafts, cards)
    lists = PriceList.objects.in_bulk({draft.price_list_id for draft in drafts if draft.price_list_id is not None})
    found = []
    for index, draft in enumerate(drafts):
        card = cards.get(draft.product_id) if draft.product_id is not None else None
        wrong = condition_wrong(draft, card)
        price_list = lists.get(draft.price_list_id) if draft.price_list_id is not None else None
        if draft.price_list_id is not None:
            wrong |= _wrong_list(draft, price_list)
        if wrong:
            name = card.sku if card else f"Row {index + 1}"
            raise PriceRefused(f"{name}: {next(iter(wrong.values()))}", fields=wrong)
        found.append(condition_of(draft, card))
    return found


def _wrong_list(draft: ConditionDraft, price_list: PriceList | None) -> dict[str, str]:
    if price_list is None or price_list.company_id != draft.company_id:
        return {"price_list": "This price list does not exist."}
    if draft.currency not in ("", price_list.currency):
        return {"currency": f"Prices of this list are in {price_list.currency}."}
    return {}


def _require_known(drafts: Sequence[ConditionDraft], cards: dict[int, ProductCard]) -> None:
    accounts = {draft.account_id for draft in drafts if draft.account_id is not None}
    groups = {draft.price_group_id for draft in drafts if draft.price_group_id is not None}
    if any(draft.product_id is not None and draft.product_id not in cards for draft in drafts):
        raise PriceRefused("The product does not exist.", fields={"product": "This product does not exist."})
    if accounts and Account.objects.filter(pk__in=accounts).count() != len(accounts):
        raise PriceRefused("The account does not exist.", fields={"account": "This account does not exist."})
    if groups and PriceGroup.objects.filter(pk__in=groups).count() != len(groups):
        raise PriceRefused(
            "The price group does not exist.", fields={"price_group": "This price group does not exist."}
        )


def _require_apart(conditions: Sequence[Condition]) -> None:
    """Refuse drafts that overlap each other. Raises PriceOverlaps."""
    ordered = sorted(conditions, key=lambda each: (each.key, each.draft.valid_from))
    for one, following in pairwise(ordered):
        until = one.draft.valid_until
        if one.key == following.key and (until is None or until > following.draft.valid_from):
            raise PriceOverlaps(f"{one.name}: two rows for the same key overlap in time.")


def _make_room(conditions: Sequence[Condition], *, replace: bool) -> None:
    """End what is in force when a new record begins, or refuse it.

    Two statements, and one more with something to end.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _OVERLAPS_SQL,
            [
                [each.key for each in conditions],
                [each.draft.valid_from for each in conditions],
                [each.draft.valid_until for each in conditions],
            ],
        )
        rows = cursor.fetchall()
    ends: dict[int, date] = {}
    for position, record_id, valid_from, valid_until in rows:
        draft = conditions[position - 1].draft
        begins_earlier = valid_from is None or valid_from < draft.valid_from
        if not (replace and begins_earlier):
            raise PriceOverlaps(_overlap_sentence(conditions[position - 1], valid_from, valid_until, replace=replace))
        ends[record_id] = min(draft.valid_from, ends.get(record_id, draft.valid_from))
    if ends:
        lock_conditions(ends)
        _end_each(ends)


def _overlap_sentence(condition: Condition, valid_from: date | None, until: date | None, *, replace: bool) -> str:
    since = f"from {day(valid_from)}" if valid_from else "from the beginning"
    end = f" until before {day(until)}" if until else ""
    advice = "withdraw it first" if replace else "end it first, or replace it"
    return f"{condition.name}: there is already a figure for this key {since}{end}; {advice}."


def _end_each(ends: dict[int, date]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_conditionrecord r SET valid = r.valid * daterange(NULL, v.ends)"
            " FROM unnest(%s::bigint[], %s::date[]) AS v(id, ends) WHERE r.id = v.id",
            [list(ends), list(ends.values())],
        )


def _write(conditions: Sequence[Condition]) -> list[int]:
    """Insert records and scales, one statement each."""
    drafts = [condition.draft for condition in conditions]
    names = (
        "company_id",
        "price_list_id",
        "condition_type",
        "access",
        "account_id",
        "price_group_id",
        "product_id",
        "agreement_line_id",
        "calculation",
        "rate",
        "price_unit",
        "excludes_promotions",
    )
    columns: dict[str, list[Any]] = {name: [getattr(draft, name) for draft in drafts] for name in names}
    for name in ("key", "key_values", "currency", "unit"):
        columns[name] = [getattr(condition, name) for condition in conditions]
    columns["valid"] = [Range(draft.valid_from, draft.valid_until) for draft in drafts]
    ids = bulk.insert(ConditionRecord, columns)
    scales = [(record_id, row) for record_id, draft in zip(ids, drafts, strict=True) for row in draft.scale]
    if scales:
        bulk.insert(
            ConditionScale,
            {
                "record_id": [record_id for record_id, _ in scales],
                "start": [row.start for _, row in scales],
                "rate": [row.rate for _, row in scales],
            },
        )
    return ids
