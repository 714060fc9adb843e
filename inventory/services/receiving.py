"""Goods arrive: stock, value, bins, pegs, inbound order and journal in one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from accounting.drafts import EntryDraft, functional_amount
from accounting.services import post_entries
from core import bulk
from core.commands import command
from core.events import publish
from core.fx import Rate, find_rates
from core.ledger import Movement
from core.models import Company, User
from core.numbering import sequence_numbers
from core.rounding import HALF_UP, round_amount
from core.timeline import TimelineEntry, link, record
from core.transitions import advance
from core.wording import listed, plain
from inventory.drafts import ReceiptDraft, ReceiptLineDraft
from inventory.errors import QuantityRefused, SupplyRefused
from inventory.events import SupplyAdded
from inventory.ledgers import RECEIPTS, STOCK
from inventory.limits import Written, require_writable
from inventory.models import SupplyLine, SupplyOrder, SupplyReceipt, SupplyReceiptLine
from inventory.places import Place, StockPlaces, stock_places
from inventory.postings import ReceivedValue, receipt_lines
from inventory.promising.loader import commitments_on_receipts, lock_buckets, lock_receipts
from inventory.promising.store import write_promises
from inventory.promising.types import ZERO, SupplyKey
from inventory.services.bins import BinMove, lock_and_move_bins
from inventory.services.supply import lock_supply_orders, require_quantity_and_cost
from inventory.states import PostedStatus, SupplyOrderStatus
from inventory.valuation.buckets import value_moves
from inventory.valuation.engine import MoveKind, StockMove

RECEIVE = "receive"
RECEIPT_LINE = "supply_receipt_line"


@dataclass(frozen=True, slots=True)
class _Line:
    """An inbound line as it stands under its order's lock."""

    id: int
    order_id: int
    place: Place
    open: Decimal
    unit_cost: Decimal
    sku: str
    posting_group: str
    is_whole: bool


@dataclass(slots=True)
class _Arrival:
    """One receipt line: how much of which inbound line, into which bin, at which cost; then what it did to stock."""

    draft: int
    line: _Line
    quantity: Decimal
    bin_id: int
    document_cost: Decimal
    cost: Decimal
    stock_value: Decimal = ZERO
    pegged: Decimal = ZERO
    id: int = 0


@dataclass(frozen=True, slots=True)
class _Receiving:
    """The receipts of one call, with everything that was read for them before the buckets were locked."""

    company: Company
    actor: User
    drafts: Sequence[ReceiptDraft]
    orders: Mapping[int, SupplyOrder]
    rates: Sequence[Rate]  # in the order of the drafts
    places: StockPlaces
    arrivals: Sequence[_Arrival]


@command(permission="inventory.receive_supply")
def receive_supply(
    *, supply_order_id: int, business_date: date, actor: User, lines: Sequence[ReceiptLineDraft] = ()
) -> int:
    """Receive one inbound order, or what is still to come of it when no lines are given. Returns the receipt's id."""
    draft = ReceiptDraft(supply_order_id, business_date, tuple(lines))
    return receive_supplies(receipts=[draft], actor=actor)[0]


@command(permission="inventory.receive_supply")
def receive_supplies(*, receipts: Sequence[ReceiptDraft], actor: User) -> list[int]:
    """Receive goods of inbound orders of one company, each draft in one receipt. Returns the receipts' ids.

    Promises that leaned on what arrived lean on stock afterwards, the earliest first. Dr stock, Cr goods received not
    invoiced, at the order's cost and the rate of the business date. An order of which nothing is open any more is
    closed. Locks the orders, buckets, receipts and bins. Raises SupplyRefused, QuantityRefused, PlaceUnknown.
    """
    if not receipts:
        return []
    work = _prepare(receipts, actor)
    buckets = lock_buckets(work.company.pk, {each.line.place for each in work.arrivals}, work.places.warehouses)
    expected = {receipt.total.key[1]: receipt.total for receipt in lock_receipts(buckets)}
    rows = commitments_on_receipts(
        [expected[line_id].id for line_id in _line_ids(work) if expected[line_id].balances["pegged"]]
    )
    valued = value_moves(
        buckets,
        [
            (each.line.place, StockMove(index, MoveKind.RECEIPT, each.quantity, each.cost))
            for index, each in enumerate(work.arrivals)
        ],
        currency=work.company.functional_currency,
    )
    for index, each in enumerate(work.arrivals):
        each.stock_value = valued[index].stock_value
    require_writable(
        [
            Written(each.draft, each.line.place, each.quantity, each.stock_value, (each.cost, each.document_cost))
            for each in work.arrivals
        ],
        buckets,
    )

    receipt_ids = _insert(work)
    changes: dict[tuple[int, SupplyKey], Decimal] = {}
    waiting = {
        (row.id, peg.key): peg.quantity
        for row in sorted(rows, key=lambda row: (row.ship_on, row.id))
        for peg in row.pegs
    }
    for each in work.arrivals:
        _move_pegs(each, expected[each.line.id].id, buckets[each.line.place].id, waiting, changes)
    _move_bins(work)
    STOCK.post(_bucket_movements(work), totals={total.key: total for total in buckets.values()})
    RECEIPTS.post(_receipt_movements(work), totals={total.key: total for total in expected.values()})
    write_promises(rows, changes, ())
    _finish(work, receipt_ids)
    return receipt_ids


def _prepare(drafts: Sequence[ReceiptDraft], actor: User) -> _Receiving:
    """Lock the orders, check what was asked for against what is still to come, and work out what it costs."""
    found, company = lock_supply_orders({draft.supply_order_id for draft in drafts})
    for order in found:
        if order.status != SupplyOrderStatus.ORDERED:
            raise SupplyRefused(
                f"{order.title} is {order.get_status_display().lower()}: nothing can be received for it."
            )
    orders = {order.pk: order for order in found}
    lines = _lines_of(orders)
    asked = [(index, each) for index, draft in enumerate(drafts) for each in _asked_of(draft, lines)]
    _require_expected(asked, drafts, lines)
    places = stock_places(
        {lines[each.supply_line_id].place[0] for _, each in asked},
        [each.bin_id for _, each in asked],
        company_id=company.pk,
    )
    rates = _rates(drafts, orders, company)
    arrivals = [_arrival(index, each, lines[each.supply_line_id], places, rates[index]) for index, each in asked]
    return _Receiving(company, actor, drafts, orders, rates, places, arrivals)


def _lines_of(orders: Mapping[int, SupplyOrder]) -> dict[int, _Line]:
    rows = SupplyLine.objects.filter(order__in=orders).order_by("order_id", "position")
    return {
        row[0]: _Line(row[0], row[1], (row[2], row[3]), row[4] - row[5] - row[6], *row[7:])
        for row in rows.values_list(
            "id",
            "order_id",
            "warehouse_id",
            "product_id",
            "ordered",
            "received",
            "cancelled",
            "unit_cost",
            "product__sku",
            "product__posting_group",
            "product__stock_unit__is_whole",
        )
    }


def _asked_of(draft: ReceiptDraft, lines: Mapping[int, _Line]) -> list[ReceiptLineDraft]:
    if draft.lines:
        return [ReceiptLineDraft(*line) for line in draft.lines]
    own = (line for line in lines.values() if line.order_id == draft.supply_order_id and line.open > 0)
    return [ReceiptLineDraft(line.id, line.open) for line in own]


def _require_expected(
    asked: Sequence[tuple[int, ReceiptLineDraft]], drafts: Sequence[ReceiptDraft], lines: Mapping[int, _Line]
) -> None:
    """Refuse lines of other orders and more than is still to come, naming every product."""
    if not asked:
        raise SupplyRefused("Nothing is to come of this order any more.")
    sums: dict[int, Decimal] = {}
    for index, each in asked:
        require_quantity_and_cost(each.quantity, None)
        line = lines.get(each.supply_line_id)
        if line is None or line.order_id != drafts[index].supply_order_id:
            raise SupplyRefused("A line does not belong to the inbound order that is received.")
        if line.is_whole and each.quantity % 1:
            raise QuantityRefused(f"{line.sku}: counted in whole units. Enter a whole number.")
        sums[line.id] = sums.get(line.id, ZERO) + each.quantity
    over = [lines[line_id] for line_id, quantity in sums.items() if quantity > lines[line_id].open]
    if over:
        raise SupplyRefused(
            " ".join(
                f"{line.sku}: {plain(sums[line.id])} arrived, but only {plain(max(line.open, ZERO))} are still to come."
                for line in over[:10]
            )
        )


def _rates(drafts: Sequence[ReceiptDraft], orders: Mapping[int, SupplyOrder], company: Company) -> list[Rate]:
    """The rate of each draft's currency on its day; a query per day on which foreign goods arrive, none otherwise."""
    wanted: dict[date, set[str]] = {}
    for draft in drafts:
        wanted.setdefault(draft.business_date, set()).add(orders[draft.supply_order_id].currency)
    found = {day: find_rates(codes, to=company.functional_currency, on=day) for day, codes in wanted.items()}
    return [found[draft.business_date][orders[draft.supply_order_id].currency] for draft in drafts]


def _arrival(draft: int, asked: ReceiptLineDraft, line: _Line, places: StockPlaces, rate: Rate) -> _Arrival:
    """Cost is rounded twice, by name: to the order's currency, and to functional currency."""
    document_cost = round_amount(HALF_UP.multiply(asked.quantity, line.unit_cost), rate.from_currency)
    bin_id = places.bin_for(line.place[0], asked.bin_id)
    return _Arrival(draft, line, asked.quantity, bin_id, document_cost, functional_amount(document_cost, rate=rate))


def _line_ids(work: _Receiving) -> list[int]:
    return sorted({each.line.id for each in work.arrivals})


def _insert(work: _Receiving) -> list[int]:
    """Write the receipts as posted, and their lines, whose ids the movements name."""
    orders = [work.orders[draft.supply_order_id] for draft in work.drafts]
    days = [draft.business_date for draft in work.drafts]
    receipt_ids = bulk.insert(
        SupplyReceipt,
        {
            "number": sequence_numbers(SupplyReceipt, days),
            "currency": [order.currency for order in orders],
            "business_date": days,
            "warehouse_id": [order.warehouse_id for order in orders],
            "supplier_id": [order.supplier_id for order in orders],
        },
        same={
            "company_id": work.company.pk,
            "status": PostedStatus.POSTED,
            "posted_at": datetime.now(UTC),
            "posted_by_id": work.actor.pk,
            "created_by_id": work.actor.pk,
            "changed_by_id": work.actor.pk,
        },
    )
    line_ids = bulk.insert(
        SupplyReceiptLine,
        {
            "receipt_id": [receipt_ids[each.draft] for each in work.arrivals],
            "supply_line_id": [each.line.id for each in work.arrivals],
            "product_id": [each.line.place[1] for each in work.arrivals],
            "bin_id": [each.bin_id for each in work.arrivals],
            "quantity": [each.quantity for each in work.arrivals],
            "value": [each.cost for each in work.arrivals],
        },
    )
    for each, line_id in zip(work.arrivals, line_ids, strict=True):
        each.id = line_id
    return receipt_ids


def _move_pegs(
    arrival: _Arrival,
    receipt_id: int,
    bucket_id: int,
    waiting: dict[tuple[int, SupplyKey], Decimal],
    changes: dict[tuple[int, SupplyKey], Decimal],
) -> None:
    """Let promises that leaned on this receipt lean on the stock that it became, in the order of their days."""
    rest = arrival.quantity
    for (commitment_id, key), held in waiting.items():
        taken = min(rest, held) if key == ("receipt", receipt_id) else ZERO
        if not taken:
            continue
        rest -= taken
        waiting[commitment_id, key] = held - taken
        arrival.pegged += taken
        for supply, change in ((key, -taken), (("bucket", bucket_id), taken)):
            pair = (commitment_id, supply)
            changes[pair] = changes.get(pair, ZERO) + change


def _move_bins(work: _Receiving) -> None:
    """Put the goods into their bins."""
    by_day: dict[date, list[BinMove]] = {}
    for each in work.arrivals:
        move = BinMove(each.bin_id, each.line.place[1], each.quantity, each.id)
        by_day.setdefault(work.drafts[each.draft].business_date, []).append(move)
    lock_and_move_bins(work.company.pk, by_day, work.places, source_type=RECEIPT_LINE, purpose=RECEIVE)


def _bucket_movements(work: _Receiving) -> list[Movement]:
    return [
        Movement(
            (work.company.pk, *each.line.place),
            {"on_hand": each.quantity, "pegged": each.pegged, "value": each.stock_value},
            RECEIPT_LINE,
            each.id,
            RECEIVE,
            work.drafts[each.draft].business_date,
        )
        for each in work.arrivals
    ]


def _receipt_movements(work: _Receiving) -> list[Movement]:
    return [
        Movement(
            (work.company.pk, each.line.id),
            {"open": -each.quantity, "pegged": -each.pegged},
            RECEIPT_LINE,
            each.id,
            RECEIVE,
            work.drafts[each.draft].business_date,
        )
        for each in work.arrivals
    ]


def _finish(work: _Receiving, receipt_ids: Sequence[int]) -> None:
    """Count on the inbound lines, close what is complete, tell the timeline, post the journal, publish."""
    received: dict[int, dict[str, Decimal]] = {}
    for each in work.arrivals:
        entry = received.setdefault(each.line.id, {"received": ZERO})
        entry["received"] += each.quantity
    bulk.add(SupplyLine, received)
    still_open = set(SupplyLine.objects.filter(order__in=work.orders, is_open=True).values_list("order_id", flat=True))
    advance([order for order in work.orders.values() if order.pk not in still_open], "close", actor=work.actor)
    record(
        [
            TimelineEntry(SupplyReceipt.kind, receipt_id, "post", to_status=PostedStatus.POSTED)
            for receipt_id in receipt_ids
        ],
        actor=work.actor,
    )
    link(
        [
            (SupplyOrder.kind, draft.supply_order_id, SupplyReceipt.kind, receipt_id)
            for draft, receipt_id in zip(work.drafts, receipt_ids, strict=True)
        ]
    )
    post_entries(company=work.company, drafts=_entries(work, receipt_ids), actor=work.actor)
    places = tuple(sorted({each.line.place for each in work.arrivals}))
    numbers = [order.number or "" for order in work.orders.values()]
    reason = f"Goods of {listed(numbers[:3])} were received"
    publish(SupplyAdded(actor_id=work.actor.pk, company_id=work.company.pk, places=places, reason=reason))


def _entries(work: _Receiving, receipt_ids: Sequence[int]) -> list[EntryDraft]:
    values: dict[int, list[ReceivedValue]] = {}
    for each in work.arrivals:
        value = ReceivedValue(each.line.posting_group, each.document_cost, each.cost, each.stock_value)
        values.setdefault(each.draft, []).append(value)
    return [
        EntryDraft(
            source_type=SupplyReceipt.kind,
            source_id=receipt_ids[index],
            purpose=RECEIVE,
            business_date=draft.business_date,
            description=f"Goods received for {work.orders[draft.supply_order_id].number}",
            lines=receipt_lines(
                values[index], rate=work.rates[index], partner_id=work.orders[draft.supply_order_id].supplier_id
            ),
        )
        for index, draft in enumerate(work.drafts)
    ]
