"""Saving single lines of a draft while somebody types, merged by the line's own key, whatever its neighbours do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from catalog.models import Product
from catalog.selectors import ProductCard, product_cards
from core.commands import command
from core.models import User
from orders.drafts import OrderLineDraft
from orders.errors import OrderEditedMeanwhile
from orders.models import Order
from orders.services.lines import Wanted, build, require_sane
from orders.services.locking import lock_orders
from orders.services.parties import Sides, load_sides
from orders.services.saving import (
    agreed_lines,
    differs,
    draft_of,
    require_editable,
    save_order,
    set_totals,
    touch,
    write_difference,
)
from orders.stored import StoredLine, line_key, stored_lines
from orders.supply import Place, Standing, standings

LONG_ORDER = 60  # lines


@dataclass(frozen=True, slots=True)
class GridLine:
    """One row as it was typed: ``key`` is its client uuid (``line_key`` of a line that never had one).

    ``draft`` None removes it. ``version`` is the line's version as it was read; None does not ask.
    """

    key: UUID
    draft: OrderLineDraft | None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class SavedGrid:
    """A draft right after its lines were saved, with what was read for it: enough to answer without reading again.

    ``before`` are its lines as they were, by key; ``supply`` is None when kits need more than their own products'.
    """

    order: Order
    lines: Sequence[StoredLine]
    before: Mapping[UUID, StoredLine]
    cards: Mapping[int, ProductCard]
    supply: Mapping[Place, Standing] | None
    sides: Sides


@command(permission="orders.enter_order")
def save_order_lines(*, order_id: int, lines: Sequence[GridLine], actor: User, sequence: Sequence[UUID] = ()) -> int:
    """Write these lines of a draft, leave its other lines alone, and price the whole order anew; returns its version.

    Lines are found by their client uuid, so a repeated request changes nothing more; two people may save different
    lines of one order at the same time. ``sequence`` puts lines into a new order. A constant number of statements for
    any number of lines.

    Raises:
        OrderNotEditable: the order is not a draft. OrderEditedMeanwhile: somebody else saved the same line since.
        OrderLineRefused, NotAllowed: as in ``create_orders``; the fields are numbered as the order's lines will be.
    """
    return _save(order_id, lines, sequence, actor).order.version


@command(permission="orders.enter_order")
def save_grid(*, order_id: int, lines: Sequence[GridLine], actor: User, sequence: Sequence[UUID] = ()) -> SavedGrid:
    """``save_order_lines``, answered with the whole draft as it stands then: for the page on which it is typed.

    Such an answer is not one to keep, so it is not for a key; the keys of the lines make a repetition harmless.
    """
    return _save(order_id, lines, sequence, actor)


def _save(order_id: int, lines: Sequence[GridLine], sequence: Sequence[UUID], actor: User) -> SavedGrid:
    order = lock_orders([order_id])[0]
    require_editable(order, None)
    sides = load_sides(order)
    order.company = sides.company
    existing = stored_lines(order, traced_up_to=LONG_ORDER)
    merged = _merge(order, existing, lines, sequence)
    drafts = [draft for _, draft in merged]
    cards = product_cards(ids={draft.product_id for draft in drafts})
    code = order.coupon.code if order.coupon else ""
    wanted = Wanted(order, drafts, code, agreed_lines(order, existing, merged, cards))
    require_sane(wanted, cards, actor=actor)
    supply = standings(company_id=order.company_id, product_ids=cards, warehouse_ids=[order.warehouse_id])
    costs = {place: cost for place, standing in supply.items() if (cost := standing.unit_cost) is not None}
    # Every line's trace tells its share of the document, so one more line changes them all. In a long order the others'
    # traces are written when the whole form is saved, which confirming does.
    is_long = len(merged) > LONG_ORDER
    built = build(sides.company, [wanted], cards, sides.parties, costs, traced=not is_long)[0]
    keys = {typed.key for typed in lines}
    for (line_id, _), row in zip(merged, built.rows, strict=True):
        line = existing.get(line_id or 0)
        row["version"] = _next_version(line, row) if line is None or line_key(line) in keys else line.version
    ids = [line_id for line_id, _ in merged]
    stored = write_difference(order, existing, ids, built.rows, traces=built.document.lines if is_long else None)
    set_totals(order, built)
    touch(order, (), actor=actor)
    has_kits = any(card.kind == Product.Kind.KIT for card in cards.values())
    before = {line_key(line): line for line in existing.values()}
    return SavedGrid(order, stored, before, cards, None if has_kits else supply, sides)


@command(permission="orders.enter_order")
def save_draft(
    *,
    order_id: int,
    version: int,
    actor: User,
    header: Mapping[str, Any],
    lines: Sequence[GridLine] | None = None,
    coupon_code: str | None = None,
) -> int:
    """Save the whole form of a draft: header and, when given, exactly these rows, named by their own keys.

    What is handed over depends only on what was posted, so a form sent twice under one key is saved once. Refusals are
    those of ``save_order``.
    """
    order = lock_orders([order_id])[0]
    known = {line_key(line): line for line in stored_lines(order).values()}
    wanted: list[tuple[int | None, OrderLineDraft]] | None = None
    if lines is not None:
        found = [(known.get(typed.key), typed) for typed in lines]
        wanted = [
            (line.pk if line else None, _completed(typed, typed.draft, line))
            for line, typed in found
            if typed.draft is not None
        ]
    return save_order(
        order_id=order_id, version=version, actor=actor, header=header, lines=wanted, coupon_code=coupon_code
    )


def _next_version(line: StoredLine | None, row: Mapping[str, Any]) -> int:
    """One more where what was typed changes; a new position or a new price of a neighbour is no edit of this line."""
    if line is None:
        return 1
    typed: tuple[str, ...] = (
        "client_uuid",
        "product_id",
        "sales_quantity",
        "sales_unit",
        "manual_price",
        "manual_discount_percent",
    )
    if row["manual_price"]:
        typed = (*typed, "unit_price")
    return line.version + differs(line, {name: row[name] for name in typed})


def _merge(
    order: Order, existing: Mapping[int, StoredLine], lines: Sequence[GridLine], sequence: Sequence[UUID]
) -> list[tuple[int | None, OrderLineDraft]]:
    """The order's lines as they shall be: changed ones in their place, new ones at the end, removed ones gone."""
    known = {line_key(line): line for line in existing.values()}
    result: dict[UUID, tuple[int | None, OrderLineDraft]] = {
        key: (line.pk, draft_of(line)) for key, line in known.items()
    }
    for typed in lines:
        line = known.get(typed.key)
        if line is not None and typed.version is not None and line.version != typed.version:
            raise OrderEditedMeanwhile(
                f"Line {line.position} was changed by {order.changed_by} since you opened it. Yours was not saved.",
                fields={str(typed.key): str(line.version)},
            )
        if typed.draft is None:
            result.pop(typed.key, None)
        else:
            result[typed.key] = (line.pk if line else None, _completed(typed, typed.draft, line))
    if not sequence:
        return list(result.values())
    rank = {key: number for number, key in enumerate(sequence)}
    return [result[key] for key in sorted(result, key=lambda key: rank.get(key, len(rank)))]


def _completed(typed: GridLine, draft: OrderLineDraft, line: StoredLine | None) -> OrderLineDraft:
    """The row with what the grid does not show, kept from the line while it is still about the same product."""
    draft = replace(draft, client_uuid=typed.key)
    if line is None or line.product_id != draft.product_id:
        return draft
    return replace(
        draft,
        contract_line_id=line.contract_line_id,
        requested_on=draft.requested_on or line.requested_on,
        description=draft.description or line.description,
        note=draft.note or line.note,
    )
