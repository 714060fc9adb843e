"""Receiving returns: goods back at the cost at which they left, counted on the order, cost of sales taken back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from accounting.services import post_entries
from core import bulk
from core.commands import command
from core.errors import NotFound
from core.models import Company, User
from core.rounding import exact_quantity, round_amount
from core.timeline import TimelineEntry, record
from core.transitions import advance, require_transition
from core.wording import plain
from fulfillment.errors import ReturnRefused
from fulfillment.models import DeliveryLine, Return, ReturnLine
from fulfillment.postings import return_entry
from fulfillment.services.locking import company_of, lock_deliveries, lock_returns
from inventory import services as inventory
from inventory.selectors import unit_costs
from orders.drafts import Progress
from orders.services import lock_orders, record_returned

ZERO = Decimal(0)

_LINES = """
    SELECT l.id, l.rma_id, l.position, l.product_id, p.sku, p.posting_group, l.quantity, l.disposition,
           l.delivery_line_id, d.delivery_id, d.order_line_id, coalesce(d.shipped, 0), coalesce(d.returned, 0),
           coalesce(d.cost, 0)
    FROM fulfillment_returnline l
    JOIN catalog_product p ON p.id = l.product_id
    LEFT JOIN fulfillment_deliveryline d ON d.id = l.delivery_line_id
    WHERE l.rma_id = ANY(%s) ORDER BY l.rma_id, l.position
"""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a return with the shipped line it refers to."""

    id: int
    return_id: int
    position: int
    product_id: int
    sku: str
    posting_group: str
    quantity: Decimal
    disposition: str
    delivery_line_id: int | None
    delivery_id: int | None
    order_line_id: int | None
    shipped: Decimal
    returned: Decimal
    cost: Decimal


@command(permission="fulfillment.receive_return")
def receive_returns(
    *,
    return_ids: Collection[int],
    business_date: date,
    actor: User,
    received: Mapping[int, Decimal] | None = None,
) -> None:
    """Take these returns in: all of each line, or less by line id in ``received``; the rest does not come any more.

    What goes back to stock does so at the cost at which it left (without reference: at today's average), and that
    cost leaves cost of sales. Scrapped goods and goods that the customer keeps change no stock: their cost stays
    where it is. Never reopens demand. Locks orders, deliveries, returns, credit, buckets, bins, journal.

    Raises:
        TransitionRefused: one was received or cancelled before.
        ReturnRefused: nothing was received, or more than expected.
    """
    returns = _lock(return_ids)
    if not returns:
        return
    require_transition(returns, "receive")
    company = company_of(returns)
    lines = _load([each.pk for each in returns])
    counts = _counts(lines, received)
    coming = [line for line in lines if counts[line.id]]

    record_returned(
        company=company,
        progress=[
            Progress(line.order_line_id, counts[line.id], "return", line.return_id)
            for line in coming
            if line.order_line_id is not None
        ],
        business_date=business_date,
        actor=actor,
    )
    values = _take_back(company, returns, coming, counts, business_date, actor=actor)
    _write(coming, counts, values)
    _post(company, returns, coming, values, business_date, actor=actor)
    Return.objects.filter(pk__in=[each.pk for each in returns]).update(received_on=business_date)
    advance(returns, "receive", actor=actor)
    _tell(returns, coming, counts, actor=actor)


def _lock(return_ids: Collection[int]) -> list[Return]:
    """Lock orders, deliveries, then returns: the lines referred to change under their own headers' locks."""
    rows = list(
        Return.objects.filter(pk__in=return_ids).values_list("pk", "order_id", "lines__delivery_line__delivery_id")
    )
    if {row[0] for row in rows} != set(return_ids):
        raise NotFound("return not found.")
    lock_orders({row[1] for row in rows if row[1] is not None})
    lock_deliveries({row[2] for row in rows if row[2] is not None})
    return lock_returns(return_ids)


def _load(return_ids: Sequence[int]) -> list[_Line]:
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [list(return_ids)])
        return [_Line(*row) for row in cursor.fetchall()]


def _counts(lines: Sequence[_Line], received: Mapping[int, Decimal] | None) -> dict[int, Decimal]:
    """How much of each line came. Raises ReturnRefused."""
    if received is None:
        return {line.id: line.quantity for line in lines}
    counts = {line.id: exact_quantity(received.get(line.id, ZERO)) for line in lines}
    for line in lines:
        if not 0 <= counts[line.id] <= line.quantity:
            raise ReturnRefused(
                f"Line {line.position}: {plain(line.quantity)} {line.sku} expected, enter from 0 to that.",
                fields={f"received-{line.id}": f"Enter a quantity from 0 to {plain(line.quantity)}"},
            )
    empty = {line.return_id for line in lines} - {line.return_id for line in lines if counts[line.id]}
    if empty:
        raise ReturnRefused("Nothing was received. Cancel the return instead.")
    return counts


def _take_back(
    company: Company,
    returns: Sequence[Return],
    lines: Sequence[_Line],
    counts: Mapping[int, Decimal],
    on: date,
    *,
    actor: User,
) -> dict[int, Decimal]:
    """Put into stock what goes back there and return what each line adds to the stock value."""
    places = {each.pk: each.warehouse_id for each in returns}
    back = [line for line in lines if line.disposition == ReturnLine.Disposition.RESTOCK]
    values = _original_costs(company, places, back, counts)
    drafts = [
        inventory.TakeBackDraft(line.id, line.product_id, places[line.return_id], counts[line.id], values[line.id])
        for line in back
    ]
    return inventory.take_back(
        company=company, returns=drafts, source_type="return_line", business_date=on, actor=actor
    )


def _original_costs(
    company: Company, places: Mapping[int, int], lines: Sequence[_Line], counts: Mapping[int, Decimal]
) -> dict[int, Decimal]:
    """What each line cost when it left: cumulative shares are rounded, so that all parts add up to the issue's cost."""
    values: dict[int, Decimal] = {}
    done: dict[int, Decimal] = {}
    for line in lines:
        if line.delivery_line_id is None:
            continue
        before = line.returned + done.get(line.delivery_line_id, ZERO)
        after = before + counts[line.id]
        done[line.delivery_line_id] = after - line.returned
        shares = [
            round_amount(line.cost * quantity / line.shipped, company.functional_currency)
            for quantity in (before, after)
        ]
        values[line.id] = shares[1] - shares[0]
    loose = {line.id: (places[line.return_id], line.product_id) for line in lines if line.delivery_line_id is None}
    averages = unit_costs(company_id=company.pk, pairs=set(loose.values())) if loose else {}
    for line_id, place in loose.items():
        worth = averages.get(place, ZERO) * counts[line_id]
        values[line_id] = round_amount(worth, company.functional_currency)
    return values


def _write(lines: Sequence[_Line], counts: Mapping[int, Decimal], values: Mapping[int, Decimal]) -> None:
    bulk.update(
        ReturnLine,
        [line.id for line in lines],
        {
            "received": [counts[line.id] for line in lines],
            "cost": [values.get(line.id, ZERO) for line in lines],
        },
    )
    back: dict[int, dict[str, Decimal]] = {}
    for line in lines:
        if line.delivery_line_id is not None:
            total = back.setdefault(line.delivery_line_id, {"returned": ZERO})
            total["returned"] += counts[line.id]
    bulk.add(DeliveryLine, back)


def _post(
    company: Company,
    returns: Sequence[Return],
    lines: Sequence[_Line],
    values: Mapping[int, Decimal],
    on: date,
    *,
    actor: User,
) -> None:
    drafts = [
        return_entry(
            each.pk,
            each.number or "",
            on,
            [(line.posting_group, values.get(line.id, ZERO)) for line in lines if line.return_id == each.pk],
            currency=company.functional_currency,
        )
        for each in returns
    ]
    post_entries(company=company, drafts=drafts, actor=actor)


def _tell(returns: Sequence[Return], lines: Sequence[_Line], counts: Mapping[int, Decimal], *, actor: User) -> None:
    """Write on the order that goods came back."""
    entries = []
    for each in returns:
        if each.order_id is None:
            continue
        own = [line for line in lines if line.return_id == each.pk]
        what = ", ".join(f"{plain(counts[line.id])} {line.sku}" for line in own[:5])
        entries.append(
            TimelineEntry(
                "order", each.order_id, "returned", text=f"{each.number}: {what} came back.", reason=each.reason
            )
        )
    record(entries, actor=actor)
