"""Corrections of stock: goods found, lost or damaged. Physical truth always posts; promises that break are reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from accounting.drafts import EntryDraft
from accounting.services import post_entries
from catalog.models import Product
from core import bulk
from core.commands import command
from core.events import publish
from core.ledger import Movement, Total
from core.models import Company, User
from core.numbering import sequence_numbers
from core.rounding import HALF_UP, exact_quantity, round_amount
from core.timeline import TimelineEntry, record
from core.wording import plain
from inventory.drafts import AdjustmentDraft, AdjustmentLineDraft
from inventory.errors import NotEnoughStock, QuantityRefused, SeveralCompanies
from inventory.events import SupplyAdded
from inventory.limits import Written, require_writable
from inventory.models import StockAdjustment, StockAdjustmentLine
from inventory.places import Place, StockPlaces, stock_places
from inventory.postings import adjustment_lines
from inventory.promising.loader import lock_buckets, lock_receipts
from inventory.promising.types import ZERO
from inventory.services.bins import BinMove, lock_and_move_bins
from inventory.services.repegging import SupplyChange, apply_supply_change
from inventory.services.supply import require_countable
from inventory.states import PostedStatus
from inventory.valuation.buckets import value_moves
from inventory.valuation.engine import MoveKind, StockMove

ADJUST = "adjust"
ADJUSTMENT_LINE = "stock_adjustment_line"


@dataclass(slots=True)
class _Change:
    """One line of an adjustment with what it does to the value of stock."""

    draft: int
    place: Place
    bin_id: int
    quantity: Decimal
    cost: Decimal | None
    value: Decimal = ZERO
    id: int = 0


@command(permission="inventory.adjust_stock")
def adjust_stock(*, drafts: Sequence[AdjustmentDraft], actor: User) -> list[int]:
    """Correct the stock of one company and post its value. Returns the adjustments' ids.

    A loss that leaves less than is promised un-pegs the excess: promises are kept from other supply, moved, or
    reported as without supply (PromisesMoved). Locks buckets, receipts and bins. Raises NotEnoughStock,
    QuantityRefused, PlaceUnknown.
    """
    if not drafts:
        return []
    company = drafts[0].company
    places = _prepare(drafts)
    changes = [change for index, draft in enumerate(drafts) for change in _changes(index, draft, places)]

    buckets = lock_buckets(company.pk, {change.place for change in changes}, places.warehouses)
    receipts = lock_receipts(buckets)
    _require_on_hand(changes, buckets)
    valued = value_moves(
        buckets,
        [
            (change.place, StockMove(index, MoveKind.ADJUSTMENT, change.quantity, change.cost))
            for index, change in enumerate(changes)
        ],
        currency=company.functional_currency,
    )
    for index, change in enumerate(changes):
        change.value = valued[index].stock_value
    require_writable(
        [Written(each.draft, each.place, each.quantity, each.value, (each.cost or ZERO,)) for each in changes], buckets
    )
    ids = _insert(drafts, changes, company, actor)
    _move_bins(drafts, changes, places)
    apply_supply_change(
        SupplyChange(
            company.pk,
            buckets,
            receipts,
            (StockAdjustment.kind, ids[0], "re-peg"),
            drafts[0].business_date,
            drafts[0].reason,
            of_buckets=[_movement(company, change, drafts) for change in changes],
        ),
        actor=actor,
    )
    post_entries(company=company, drafts=_entries(drafts, ids, changes), actor=actor)
    found = tuple(sorted({change.place for change in changes if change.quantity > 0}))
    if found:
        publish(SupplyAdded(actor_id=actor.pk, company_id=company.pk, places=found, reason="Stock was found"))
    return ids


def _prepare(drafts: Sequence[AdjustmentDraft]) -> StockPlaces:
    """Check what needs no lock: one company, quantities, products, places."""
    company = drafts[0].company
    if any(draft.company.pk != company.pk for draft in drafts):
        raise SeveralCompanies("These corrections belong to several companies. Post them company by company.")
    lines = [AdjustmentLineDraft(*line) for draft in drafts for line in draft.lines]
    if any(not draft.lines for draft in drafts):
        raise QuantityRefused("A correction of stock needs at least one line.")
    for draft in drafts:
        if not draft.reason.strip():
            raise QuantityRefused("Give the reason for which stock is corrected.", fields={"reason": "Required."})
    for line in lines:
        if exact_quantity(line.quantity) == 0:
            raise QuantityRefused("A correction must be more or less than zero.")
        if line.unit_cost is not None and exact_quantity(line.unit_cost) < 0:
            raise QuantityRefused("A cost must not be negative.")
    require_countable([(line.product_id, line.quantity) for line in lines])
    return stock_places(
        {draft.warehouse_id for draft in drafts}, [line.bin_id for line in lines], company_id=company.pk
    )


def _changes(index: int, draft: AdjustmentDraft, places: StockPlaces) -> list[_Change]:
    """Goods found cost what was given, rounded once; goods lost are worth what stock says."""
    currency = draft.company.functional_currency
    found = []
    for line in (AdjustmentLineDraft(*line) for line in draft.lines):
        cost = None
        if line.unit_cost is not None and line.quantity > 0:
            cost = round_amount(HALF_UP.multiply(line.quantity, line.unit_cost), currency)
        bin_id = places.bin_for(draft.warehouse_id, line.bin_id)
        found.append(_Change(index, (draft.warehouse_id, line.product_id), bin_id, line.quantity, cost))
    return found


def _require_on_hand(changes: Sequence[_Change], buckets: Mapping[Place, Total]) -> None:
    after = {place: total.balances["on_hand"] for place, total in buckets.items()}
    short = set()
    for change in changes:
        after[change.place] += change.quantity
        if after[change.place] < 0 and change.quantity < 0 and not buckets[change.place].facts["negative_allowed"]:
            short.add(change.place)
    if short:
        names = dict(Product.objects.filter(pk__in=[place[1] for place in short]).values_list("pk", "sku"))
        raise NotEnoughStock(
            " ".join(
                f"{names[place[1]]}: only {plain(buckets[place].balances['on_hand'])} on hand; more cannot be lost."
                for place in sorted(short)[:10]
            )
        )


def _insert(drafts: Sequence[AdjustmentDraft], changes: Sequence[_Change], company: Company, actor: User) -> list[int]:
    """Write the adjustments as posted, with their lines, whose ids the movements name, and their timelines."""
    days = [draft.business_date for draft in drafts]
    ids = bulk.insert(
        StockAdjustment,
        {
            "number": sequence_numbers(StockAdjustment, days),
            "business_date": days,
            "warehouse_id": [draft.warehouse_id for draft in drafts],
            "reason": [draft.reason.strip()[:200] for draft in drafts],
        },
        same={
            "company_id": company.pk,
            "currency": company.functional_currency,
            "status": PostedStatus.POSTED,
            "posted_at": datetime.now(UTC),
            "posted_by_id": actor.pk,
            "created_by_id": actor.pk,
            "changed_by_id": actor.pk,
        },
    )
    line_ids = bulk.insert(
        StockAdjustmentLine,
        {
            "adjustment_id": [ids[change.draft] for change in changes],
            "product_id": [change.place[1] for change in changes],
            "bin_id": [change.bin_id for change in changes],
            "quantity": [change.quantity for change in changes],
            "value": [change.value for change in changes],
        },
    )
    for change, line_id in zip(changes, line_ids, strict=True):
        change.id = line_id
    record(
        [
            TimelineEntry(
                StockAdjustment.kind, number, "post", to_status=PostedStatus.POSTED, reason=draft.reason.strip()[:500]
            )
            for number, draft in zip(ids, drafts, strict=True)
        ],
        actor=actor,
    )
    return ids


def _move_bins(drafts: Sequence[AdjustmentDraft], changes: Sequence[_Change], places: StockPlaces) -> None:
    by_day: dict[date, list[BinMove]] = {}
    for change in changes:
        move = BinMove(change.bin_id, change.place[1], change.quantity, change.id)
        by_day.setdefault(drafts[change.draft].business_date, []).append(move)
    lock_and_move_bins(drafts[0].company.pk, by_day, places, source_type=ADJUSTMENT_LINE, purpose=ADJUST)


def _movement(company: Company, change: _Change, drafts: Sequence[AdjustmentDraft]) -> Movement:
    return Movement(
        (company.pk, *change.place),
        {"on_hand": change.quantity, "value": change.value},
        ADJUSTMENT_LINE,
        change.id,
        ADJUST,
        drafts[change.draft].business_date,
    )


def _entries(drafts: Sequence[AdjustmentDraft], ids: Sequence[int], changes: Sequence[_Change]) -> list[EntryDraft]:
    """One entry per adjustment; one query for the posting groups of all products."""
    groups = dict(
        Product.objects.filter(pk__in={change.place[1] for change in changes}).values_list("pk", "posting_group")
    )
    values: list[dict[str, Decimal]] = [{} for _ in drafts]
    for change in changes:
        of_draft = values[change.draft]
        group = groups[change.place[1]]
        of_draft[group] = of_draft.get(group, ZERO) + change.value
    return [
        EntryDraft(
            source_type=StockAdjustment.kind,
            source_id=number,
            purpose=ADJUST,
            business_date=draft.business_date,
            description=draft.reason.strip(),
            lines=adjustment_lines(of_draft, currency=draft.company.functional_currency, reason=draft.reason.strip()),
        )
        for draft, number, of_draft in zip(drafts, ids, values, strict=True)
    ]
