"""Saving drafts: header fields, and the whole set of lines, priced anew and written as a difference."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone
from moneyed import Money

from catalog.pricing.document import PricedDocumentLine
from catalog.selectors import ProductCard, product_cards
from core import bulk
from core.commands import command
from core.models import User
from orders.drafts import OrderLineDraft
from orders.errors import OrderEditedMeanwhile, OrderLineRefused, OrderNotEditable
from orders.models import Order, OrderLine
from orders.services.lines import BuiltOrder, Wanted, build, require_sane
from orders.services.locking import company_of, lock_orders
from orders.services.parties import load_parties
from orders.states import OrderStatus
from orders.stored import StoredLine, stored_lines

HEADER_FIELDS = frozenset(
    {
        "customer_reference",
        "requested_on",
        "ship_to",
        "ship_to_country",
        "terms_id",
        "complete_only",
        "note",
        "warehouse_id",
        "salesperson_id",
        "account_id",
    }
)


@command(permission="orders.enter_order")
def save_order(
    *,
    order_id: int,
    version: int,
    actor: User,
    header: Mapping[str, Any] | None = None,
    lines: Sequence[tuple[int | None, OrderLineDraft]] | None = None,
    coupon_code: str | None = None,
) -> int:
    """Save a draft: changed header fields, and, when given, the complete set of its lines (line id or None for a new
    one).

    Everything is priced anew in one go, and only what differs is written: three statements at most for any number of
    lines. Lines that are not in the set are removed. Returns the order's new version.

    Raises:
        OrderNotEditable: the order is not a draft, or is to change the customer for whom its quote was made.
        OrderEditedMeanwhile: somebody saved it since ``version``.
        OrderLineRefused, NotAllowed: as in ``create_orders``.
    """
    order = lock_orders([order_id])[0]
    require_editable(order, version)
    company = company_of([order])
    existing = stored_lines(order)
    requested_before = order.requested_on
    if order.quote_version_id is not None and (header or {}).get("account_id", order.account_id) != order.account_id:
        raise OrderNotEditable(f"{order.title} was made from a quote, so its customer stays: the prices are theirs.")
    for name, value in (header or {}).items():
        assert name in HEADER_FIELDS, name
        setattr(order, name, value)
    wanted_lines = lines if lines is not None else [(line.pk, draft_of(line)) for line in existing.values()]
    if order.requested_on != requested_before:  # lines that were wanted with the order follow it to its new day
        wanted_lines = [
            (line_id, replace(draft, requested_on=None) if draft.requested_on == requested_before else draft)
            for line_id, draft in wanted_lines
        ]
    unknown = [line_id for line_id, _ in wanted_lines if line_id is not None and line_id not in existing]
    if unknown:
        raise OrderLineRefused("A line of this order does not exist any more. Reload the page; what you typed is kept.")
    cards = product_cards(ids={draft.product_id for _, draft in wanted_lines})
    code = coupon_code if coupon_code is not None else (order.coupon.code if order.coupon else "")
    agreed = agreed_lines(order, existing, wanted_lines, cards)
    wanted = Wanted(order, [draft for _, draft in wanted_lines], code, agreed)
    require_sane(wanted, cards, actor=actor)
    built = build(company, [wanted], cards, load_parties(company, [order.account_id]))[0]
    write_difference(order, existing, [line_id for line_id, _ in wanted_lines], built.rows)
    set_totals(order, built)
    touch(order, header or {}, actor=actor)
    return order.version


def touch(order: Order, header: Collection[str], *, actor: User) -> None:
    """Write a draft's changed header fields, its totals and its next version in one statement."""
    order.version += 1
    order.changed_by = actor
    order.changed_at = timezone.now()
    order.save(update_fields=[*sorted(header), "net", "tax", "gross", "coupon", "version", "changed_by", "changed_at"])


def require_editable(order: Order, version: int | None) -> None:
    """Refuse what is no draft any more, and what somebody saved since ``version`` was read."""
    if order.status != OrderStatus.DRAFT:
        raise OrderNotEditable(
            f"{order.title} is {order.get_status_display().lower()} and is no longer edited; change it instead."
        )
    if version is not None and order.version != version:
        raise OrderEditedMeanwhile(
            f"{order.title} was saved by {order.changed_by} since you opened it. Nothing of yours was saved yet."
        )


def draft_of(line: StoredLine) -> OrderLineDraft:
    """A line as somebody would type it again: prices only where they were set by hand."""
    return OrderLineDraft(
        product_id=line.product_id,
        sales_quantity=line.sales_quantity,
        sales_unit=line.sales_unit,
        requested_on=line.requested_on,
        unit_price=line.unit_price if line.manual_price else None,
        discount_percent=line.manual_discount_percent,
        contract_line_id=line.contract_line_id,
        client_uuid=line.client_uuid,
        description=line.description,
        note=line.note,
    )


def agreed_lines(
    order: Order,
    existing: Mapping[int, StoredLine],
    wanted: Sequence[tuple[int | None, OrderLineDraft]],
    cards: Mapping[int, ProductCard],
) -> frozenset[int]:
    """The numbers, from 0, of the wanted lines that keep what their quote agreed: product, unit, price and discount.

    None in an order without a quote. A price by hand counts per sales unit, so another unit is another price.
    """
    if order.quote_version_id is None:
        return frozenset()
    return frozenset(
        index
        for index, (line_id, draft) in enumerate(wanted)
        if line_id is not None and _keeps_price(existing[line_id], draft, cards.get(draft.product_id))
    )


def _keeps_price(line: StoredLine, draft: OrderLineDraft, card: ProductCard | None) -> bool:
    stored = draft_of(line)
    unit = draft.sales_unit or (card.sales_unit if card else "")
    return (draft.product_id, unit, draft.unit_price, draft.discount_percent) == (
        stored.product_id,
        stored.sales_unit,
        stored.unit_price,
        stored.discount_percent,
    )


def write_difference(
    order: Order,
    existing: Mapping[int, StoredLine],
    line_ids: Sequence[int | None],
    rows: Sequence[dict[str, Any]],
    *,
    traces: Sequence[PricedDocumentLine] | None = None,
) -> list[StoredLine]:
    """Delete, update and insert lines so that the order has exactly these rows, each kind in one statement.

    Rows without their price traces take them from the priced lines ``traces``: a line that differs in nothing else is
    left as it is. Returns the lines as they are stored now.
    """
    gone = set(existing) - {line_id for line_id in line_ids if line_id is not None}
    if gone:
        OrderLine.objects.filter(pk__in=gone).delete()
    numbered = [{**row, "position": position} for position, row in enumerate(rows, 1)]
    pairs = list(zip(line_ids, numbered, strict=True))
    changed = [(line_id, row) for line_id, row in pairs if line_id is not None and differs(existing[line_id], row)]
    written = {line_id for line_id, _ in changed}
    for (line_id, row), priced in zip(pairs, traces or (), strict=traces is not None):
        if line_id is None or line_id in written:
            row["price_trace"] = priced.trace
    if changed:
        bulk.update(
            OrderLine,
            [line_id for line_id, _ in changed],
            {name: [row[name] for _, row in changed] for name in changed[0][1]},
        )
    added = [{**row, "order_id": order.pk} for line_id, row in pairs if line_id is None]
    ids = iter(bulk.insert(OrderLine, {name: [row[name] for row in added] for name in added[0]}) if added else ())
    return [
        existing[line_id]
        if line_id is not None and line_id not in written
        else _stored(next(ids) if line_id is None else line_id, row, existing.get(line_id or 0))
        for line_id, row in pairs
    ]


def _stored(line_id: int, row: Mapping[str, Any], before: StoredLine | None) -> StoredLine:
    """A line as it was just written; a row that says nothing of its version keeps it."""
    values = {"version": before.version if before else 1, **row}
    amounts = {name: value.amount for name, value in row.items() if isinstance(value, Money)}
    return StoredLine(pk=line_id, **(values | amounts))


def differs(line: StoredLine, row: Mapping[str, Any]) -> bool:
    """Whether writing the row would change the line."""
    for name, value in row.items():
        amount = value.amount if isinstance(value, Money) else value  # a row never changes its currency
        if getattr(line, name) != amount:
            return True
    return False


def set_totals(order: Order, built: BuiltOrder) -> None:
    """Give the order the sums of its priced document, in its currency."""
    order.coupon_id = built.document.coupon_id
    order.net = Money(built.document.net, order.currency)
    order.tax = Money(built.document.tax, order.currency)
    order.gross = Money(built.document.gross, order.currency)
