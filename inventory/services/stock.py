"""Goods that leave and goods that come back: the physical truth under deliveries and returns.

One moment moves the bucket, the bin, the pegs and the commitments, at moving-average value; the caller posts the
journal from the values that are returned. Nine statements for any number of lines whose promises lean on stock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from catalog.models import Product
from core.commands import command
from core.events import publish
from core.ledger import Movement, Total
from core.models import Company, User
from core.rounding import exact_quantity
from core.wording import plain
from inventory.drafts import IssueDraft, TakeBackDraft
from inventory.errors import NotEnoughStock, QuantityRefused
from inventory.events import SupplyAdded
from inventory.ledgers import RECEIPTS, STOCK
from inventory.limits import Written, require_writable
from inventory.places import Place, StockPlaces, stock_places
from inventory.promising.loader import (
    ExpectedReceipt,
    StoredCommitment,
    StoredPeg,
    commitments_by_id,
    lock_buckets,
    lock_receipts,
)
from inventory.promising.store import shipped, write_promises
from inventory.promising.types import ZERO, SupplyKey
from inventory.services.bins import BinMove, lock_and_move_bins
from inventory.valuation.buckets import value_moves
from inventory.valuation.engine import MoveKind, StockMove, ValuedMove

ISSUE = "issue"
TAKE_BACK = "return"


@dataclass(slots=True)
class _Moved:
    """What one source line takes from one bucket: goods, pegs and value, all above zero."""

    quantity: Decimal = ZERO
    pegged: Decimal = ZERO
    value: Decimal = ZERO


@dataclass(slots=True)
class _Unpegged:
    """What the pegs of shipped commitments give up."""

    changes: dict[tuple[int, SupplyKey], Decimal] = field(default_factory=dict)
    by_issue: list[Decimal] = field(default_factory=list)  # of the bucket's own pegs, in the order of the issues
    of_receipts: dict[tuple[int, int], Decimal] = field(default_factory=dict)  # by (source line, receipt)
    shipped: dict[int, Decimal] = field(default_factory=dict)  # by commitment


@command(permission=None)
def issue(
    *, company: Company, issues: Sequence[IssueDraft], source_type: str, business_date: date, actor: User
) -> dict[int, Decimal]:
    """Let goods leave, keep the promises they were pegged for, and return each line's cost in functional currency.

    ``source_type`` is the kind of the lines, such as ``delivery_line``: a line leaves a bucket once. More than was
    promised takes free stock. Locks buckets, receipts that promises lean on, and bins. Raises NotEnoughStock naming
    every product.
    """
    if not issues:
        return {}
    _require_positive([each.quantity for each in issues])
    places = stock_places(
        {each.warehouse_id for each in issues}, [each.bin_id for each in issues], company_id=company.pk
    )
    buckets = lock_buckets(company.pk, [_place(each) for each in issues], places.warehouses)
    rows = commitments_by_id({each.commitment_id for each in issues if each.commitment_id is not None})
    unpegged = _unpeg(issues, rows)
    receipts = lock_receipts({_place(each) for each in issues}) if unpegged.of_receipts else []
    _require_on_hand(issues, unpegged, buckets)

    valued = value_moves(
        buckets,
        [(_place(each), StockMove(index, MoveKind.ISSUE, -each.quantity)) for index, each in enumerate(issues)],
        currency=company.functional_currency,
    )
    moved = _moved(issues, unpegged, valued)
    _move_bins(issues, -1, places, company, source_type=source_type, purpose=ISSUE, on=business_date)
    STOCK.post(
        [
            _movement(company, place, line_id, line, source_type, business_date)
            for (line_id, place), line in moved.items()
        ],
        totals={total.key: total for total in buckets.values()},
    )
    _post_receipts(unpegged, receipts, source_type, business_date)
    write_promises(
        rows.values(), unpegged.changes, [shipped(rows[number], sent) for number, sent in unpegged.shipped.items()]
    )
    costs: dict[int, Decimal] = {}
    for (line_id, _), line in moved.items():
        costs[line_id] = costs.get(line_id, ZERO) + line.value
    return costs


def _place(draft: IssueDraft | TakeBackDraft) -> Place:
    return draft.warehouse_id, draft.product_id


def _require_positive(quantities: Sequence[Decimal]) -> None:
    for quantity in quantities:
        if exact_quantity(quantity) <= 0:
            raise QuantityRefused("Only a quantity above zero can be moved.")


def _unpeg(issues: Sequence[IssueDraft], rows: Mapping[int, StoredCommitment]) -> _Unpegged:
    """Take each issue out of its commitment's pegs: those on stock first, then on receipts, the earliest first."""
    found = _Unpegged()
    left: dict[int, dict[StoredPeg, Decimal]] = {
        row.id: {peg: peg.quantity for peg in sorted(row.pegs, key=lambda peg: (peg.available_on, peg.key))}
        for row in rows.values()
    }
    for each in issues:
        from_stock = ZERO
        rest = each.quantity if each.commitment_id in rows else ZERO
        for peg, held in left.get(each.commitment_id or 0, {}).items():
            taken = min(rest, held)
            if not taken:
                continue
            assert rows[peg.commitment_id].place == _place(each), "goods leave the bucket they were promised from"
            rest -= taken
            left[peg.commitment_id][peg] = held - taken
            pair = (peg.commitment_id, peg.key)
            found.changes[pair] = found.changes.get(pair, ZERO) - taken
            found.shipped[peg.commitment_id] = found.shipped.get(peg.commitment_id, ZERO) + taken
            if peg.key[0] == "bucket":
                from_stock += taken
            else:
                source = (each.line_id, peg.key[1])
                found.of_receipts[source] = found.of_receipts.get(source, ZERO) + taken
        found.by_issue.append(from_stock)
    return found


def _require_on_hand(issues: Sequence[IssueDraft], unpegged: _Unpegged, buckets: Mapping[Place, Total]) -> None:
    """Refuse, naming each product, what is not there or what others were promised."""
    wanted: dict[Place, _Moved] = {}
    for each, pegged in zip(issues, unpegged.by_issue, strict=True):
        line = wanted.setdefault(_place(each), _Moved())
        line.quantity += each.quantity
        line.pegged += pegged
    short = {}
    for place, line in wanted.items():
        total = buckets[place]
        usable = total.balances["on_hand"] - total.balances["pegged"] + line.pegged
        if line.quantity > usable and not total.facts["negative_allowed"]:
            short[place] = (line.quantity, max(usable, ZERO))
    if short:
        names = product_names([product_id for _, product_id in short])
        sentences = [
            f"{names[product_id]}: {plain(quantity)} should leave, but only {plain(usable)} can."
            for (_, product_id), (quantity, usable) in short.items()
        ]
        raise NotEnoughStock(" ".join(sentences[:10]))


def product_names(ids: Sequence[int]) -> dict[int, str]:
    """What sentences call these products: their SKU."""
    return dict(Product.objects.filter(pk__in=ids).values_list("pk", "sku"))


def _moved(
    issues: Sequence[IssueDraft], unpegged: _Unpegged, valued: Mapping[int, ValuedMove]
) -> dict[tuple[int, Place], _Moved]:
    moved: dict[tuple[int, Place], _Moved] = {}
    for index, each in enumerate(issues):
        line = moved.setdefault((each.line_id, _place(each)), _Moved())
        line.quantity += each.quantity
        line.pegged += unpegged.by_issue[index]
        line.value += valued[index].expense
    return moved


def _movement(
    company: Company, place: Place, line_id: int, line: _Moved, source_type: str, business_date: date
) -> Movement:
    deltas = {"on_hand": -line.quantity, "pegged": -line.pegged, "value": -line.value}
    return Movement((company.pk, *place), deltas, source_type, line_id, ISSUE, business_date)


def _move_bins(
    drafts: Sequence[IssueDraft] | Sequence[TakeBackDraft],
    sign: int,
    places: StockPlaces,
    company: Company,
    *,
    source_type: str,
    purpose: str,
    on: date,
) -> None:
    moves = [
        BinMove(places.bin_for(each.warehouse_id, each.bin_id), each.product_id, sign * each.quantity, each.line_id)
        for each in drafts
    ]
    lock_and_move_bins(company.pk, {on: moves}, places, source_type=source_type, purpose=purpose)


def _post_receipts(
    unpegged: _Unpegged, receipts: Sequence[ExpectedReceipt], source_type: str, business_date: date
) -> None:
    """Free expected receipts of the promises that were kept from stock instead."""
    totals = {receipt.total.id: receipt.total for receipt in receipts}
    RECEIPTS.post(
        [
            Movement(totals[receipt_id].key, {"pegged": -taken}, source_type, line_id, ISSUE, business_date)
            for (line_id, receipt_id), taken in unpegged.of_receipts.items()
        ],
        totals={total.key: total for total in totals.values()},
    )


@command(permission=None)
def take_back(
    *, company: Company, returns: Sequence[TakeBackDraft], source_type: str, business_date: date, actor: User
) -> dict[int, Decimal]:
    """Take goods back into sellable stock at the cost of their issue; return what each line adds to the stock value.

    That is its value, but where stock was below zero: there the difference is an expense. ``source_type`` is the kind
    of the lines. Demand is not reopened. Locks buckets and bins. Raises QuantityRefused for more than can be written.
    """
    if not returns:
        return {}
    _require_positive([each.quantity for each in returns])
    places = stock_places(
        {each.warehouse_id for each in returns}, [each.bin_id for each in returns], company_id=company.pk
    )
    buckets = lock_buckets(company.pk, [_place(each) for each in returns], places.warehouses)
    valued = value_moves(
        buckets,
        [
            (_place(each), StockMove(index, MoveKind.CUSTOMER_RETURN, each.quantity, each.value))
            for index, each in enumerate(returns)
        ],
        currency=company.functional_currency,
    )
    require_writable(
        [
            Written(0, _place(each), each.quantity, valued[index].stock_value, (each.value,))
            for index, each in enumerate(returns)
        ],
        buckets,
    )
    _move_bins(returns, 1, places, company, source_type=source_type, purpose=TAKE_BACK, on=business_date)
    added: dict[tuple[int, Place], _Moved] = {}
    for index, each in enumerate(returns):
        line = added.setdefault((each.line_id, _place(each)), _Moved())
        line.quantity += each.quantity
        line.value += valued[index].stock_value
    STOCK.post(
        [
            Movement(
                (company.pk, *place),
                {"on_hand": line.quantity, "value": line.value},
                source_type,
                line_id,
                TAKE_BACK,
                business_date,
            )
            for (line_id, place), line in added.items()
        ],
        totals={total.key: total for total in buckets.values()},
    )
    brought = tuple(sorted({place for _, place in added}))
    publish(SupplyAdded(actor_id=actor.pk, company_id=company.pk, places=brought, reason="Goods came back"))
    values: dict[int, Decimal] = {}
    for (line_id, _), line in added.items():
        values[line_id] = values.get(line_id, ZERO) + line.value
    return values
