"""Returns: goods on their way back, against shipped lines or, by a right of its own, without reference."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from catalog.models import Account, Product
from core import bulk
from core.access import require
from core.commands import command
from core.errors import NotFound
from core.models import User
from core.numbering import sequence_numbers
from core.rounding import exact_quantity
from core.timeline import TimelineEntry, link, record
from core.transitions import advance
from core.wording import plain
from fulfillment.drafts import LARGEST_CREDIT, TOO_MUCH, ReturnDraft, ReturnLineDraft
from fulfillment.errors import ReturnRefused, SeveralCompanies
from fulfillment.models import DeliveryLine, Return, ReturnLine
from fulfillment.services.locking import lock_deliveries_with_orders, lock_returns
from fulfillment.states import ReturnStatus
from inventory.models import Warehouse

ZERO = Decimal(0)
WITHOUT_REFERENCE = "fulfillment.enter_return_without_reference"

# A line's quantity on returns that are still expected: promised to come back, not to be returned twice.
_EXPECTED = """
    SELECT l.delivery_line_id, sum(l.quantity)
    FROM fulfillment_returnline l JOIN fulfillment_return r ON r.id = l.rma_id
    WHERE r.status = 'expected' AND l.delivery_line_id = ANY(%s)
    GROUP BY l.delivery_line_id
"""


@dataclass(frozen=True, slots=True)
class _Shipped:
    """A shipped line as a return sees it."""

    delivery_line_id: int
    delivery_id: int
    order_id: int
    account_id: int
    warehouse_id: int
    company_id: int
    currency: str
    product_id: int
    sku: str
    left: Decimal


@command(permission="fulfillment.enter_return")
def create_return(*, draft: ReturnDraft, actor: User) -> int:
    """Enter one return; see ``create_returns``."""
    return _create([draft], actor=actor)[0]


@command(permission="fulfillment.enter_return")
def create_returns(*, drafts: Sequence[ReturnDraft], actor: User) -> list[int]:
    """Enter a set of expected returns of one company and return their ids.

    With reference at most what was shipped, less what came back or is expected back; the deliveries are locked, so
    that two returns cannot share a quantity. Without reference the price to be credited is given, and the right for
    it is needed besides.

    Raises:
        ReturnRefused: more than was shipped, a missing price, lines of several orders, no reason.
    """
    return _create(drafts, actor=actor)


def _create(drafts: Sequence[ReturnDraft], *, actor: User) -> list[int]:
    if not drafts:
        return []
    if len({draft.company_id for draft in drafts}) > 1:
        raise SeveralCompanies("These returns belong to different companies. Enter them one company at a time.")
    for draft in drafts:
        _require_sane(draft, actor=actor)
    wanted = {line.delivery_line_id for draft in drafts for line in draft.lines if line.delivery_line_id is not None}
    shipped = _lock_shipped(wanted)
    _require_left(drafts, shipped)
    _require_known_products(drafts)
    headers = [_header(draft, shipped) for draft in drafts]
    _require_places(drafts[0].company_id, headers)
    return _write(drafts, headers, shipped, actor=actor)


def _require_sane(draft: ReturnDraft, *, actor: User) -> None:
    if not draft.reason.strip():
        raise ReturnRefused("Enter why the goods come back.", fields={"reason": "Enter why the goods come back"})
    if not draft.lines:
        raise ReturnRefused("Enter a quantity for at least one line.")
    with_reference = {line.delivery_line_id is not None for line in draft.lines}
    if len(with_reference) > 1:
        raise ReturnRefused("A return refers to shipped lines with all of its lines or with none.")
    if with_reference == {False}:
        require(actor, WITHOUT_REFERENCE)
        if draft.account_id is None or draft.warehouse_id is None:
            raise ReturnRefused("A return without reference needs its customer and the warehouse.")
    for number, line in enumerate(draft.lines, 1):
        _require_sane_line(number, line)
    if sum((line.worth for line in draft.lines), ZERO) >= LARGEST_CREDIT:
        raise ReturnRefused("All lines together are larger than can be written.")


def _require_sane_line(number: int, line: ReturnLineDraft) -> None:
    field = f"lines-{number - 1}-quantity"
    if exact_quantity(line.quantity) <= 0:
        raise ReturnRefused(
            f"Line {number}: enter a quantity above zero.", fields={field: "Enter a quantity above zero"}
        )
    if line.delivery_line_id is None and (line.product_id is None or line.unit_price is None):
        raise ReturnRefused(f"Line {number}: a return without reference needs a product and the price to credit.")
    if line.unit_price is not None and (not line.unit_price.is_finite() or line.unit_price < 0 or line.price_unit <= 0):
        raise ReturnRefused(f"Line {number}: enter a price of zero or more.")
    if line.worth >= LARGEST_CREDIT:
        raise ReturnRefused(f"Line {number}: {TOO_MUCH.lower()}.", fields={f"lines-{number - 1}-unit_price": TOO_MUCH})


def _lock_shipped(line_ids: Collection[int]) -> dict[int, _Shipped]:
    """Lock orders and deliveries of these lines and read what may still come back."""
    if not line_ids:
        return {}
    deliveries = DeliveryLine.objects.filter(pk__in=line_ids).values_list("delivery_id", flat=True)
    lock_deliveries_with_orders(set(deliveries))
    with connection.cursor() as cursor:
        cursor.execute(_EXPECTED, [sorted(line_ids)])
        expected = dict(cursor.fetchall())
    rows = DeliveryLine.objects.filter(pk__in=line_ids).values_list(
        "id", "delivery_id", "delivery__order_id", "delivery__account_id", "delivery__warehouse_id",
        "delivery__company_id", "delivery__currency", "product_id", "product__sku", "shipped", "returned",
    )  # fmt: skip
    return {row[0]: _Shipped(*row[:9], left=row[9] - row[10] - expected.get(row[0], ZERO)) for row in rows}


def _require_left(drafts: Sequence[ReturnDraft], shipped: dict[int, _Shipped]) -> None:
    asked: dict[int, Decimal] = {}
    for draft in drafts:
        orders = set()
        for line in draft.lines:
            if line.delivery_line_id is None:
                continue
            facts = shipped.get(line.delivery_line_id)
            if facts is None or facts.company_id != draft.company_id:
                raise NotFound("This shipped line does not exist in this company.")
            orders.add(facts.order_id)
            asked[line.delivery_line_id] = asked.get(line.delivery_line_id, ZERO) + line.quantity
        if len(orders) > 1:
            raise ReturnRefused("The lines belong to different orders. Enter one return per order.")
    over = [shipped[line_id] for line_id, quantity in asked.items() if quantity > shipped[line_id].left]
    if over:
        raise ReturnRefused(
            " ".join(
                f"{facts.sku}: {plain(asked[facts.delivery_line_id])} should come back, only {plain(facts.left)} can."
                for facts in over[:10]
            )
        )


def _require_known_products(drafts: Sequence[ReturnDraft]) -> None:
    ids = {line.product_id for draft in drafts for line in draft.lines if line.product_id is not None}
    if ids and Product.objects.filter(pk__in=ids, kind=Product.Kind.STOCKED).count() != len(ids):
        raise ReturnRefused("Only stocked products can come back without reference.")


def _header(draft: ReturnDraft, shipped: dict[int, _Shipped]) -> Return:
    facts = shipped.get(draft.lines[0].delivery_line_id or 0)
    account_id, warehouse_id = (facts.account_id, facts.warehouse_id) if facts else (draft.account_id, None)
    assert account_id is not None  # asked for before, when nothing is referred to
    return Return(
        company_id=draft.company_id,
        business_date=draft.business_date,
        account_id=account_id,
        order_id=facts.order_id if facts else None,
        warehouse_id=draft.warehouse_id or warehouse_id or 0,
        currency=facts.currency if facts else draft.currency,
        reason=draft.reason.strip()[:200],
        has_reference=facts is not None,
        import_key=draft.import_key,
    )


def _require_places(company_id: int, headers: Sequence[Return]) -> None:
    """Accounts and warehouses exist here; a currency that was left out is the account's. Two statements."""
    accounts = Account.objects.in_bulk({header.account_id for header in headers})
    warehouses = Warehouse.objects.filter(company_id=company_id).in_bulk({header.warehouse_id for header in headers})
    for header in headers:
        if header.account_id not in accounts or header.warehouse_id not in warehouses:
            raise NotFound("This account or warehouse does not exist in this company.")
        header.currency = header.currency or accounts[header.account_id].currency


def _write(
    drafts: Sequence[ReturnDraft], headers: Sequence[Return], shipped: dict[int, _Shipped], *, actor: User
) -> list[int]:
    names = ("company_id", "business_date", "account_id", "order_id", "warehouse_id", "currency", "reason",
             "has_reference", "import_key")  # fmt: skip
    numbers = sequence_numbers(Return, [header.business_date for header in headers])
    ids = bulk.insert(
        Return,
        {"number": numbers, **{name: [getattr(header, name) for header in headers] for name in names}},
        same={"created_by_id": actor.pk, "changed_by_id": actor.pk},
    )
    lines = [
        (return_id, position, line)
        for return_id, draft in zip(ids, drafts, strict=True)
        for position, line in enumerate(draft.lines, 1)
    ]
    bulk.insert(
        ReturnLine,
        {
            "rma_id": [return_id for return_id, _, _ in lines],
            "position": [position for _, position, _ in lines],
            "product_id": [
                line.product_id if line.delivery_line_id is None else shipped[line.delivery_line_id].product_id
                for _, _, line in lines
            ],
            "delivery_line_id": [line.delivery_line_id for _, _, line in lines],
            "quantity": [line.quantity for _, _, line in lines],
            "disposition": [line.disposition for _, _, line in lines],
            "unit_price": [line.unit_price for _, _, line in lines],
            "price_unit": [line.price_unit for _, _, line in lines],
        },
    )
    link(
        [
            ("delivery", shipped[line.delivery_line_id].delivery_id, "return", return_id)
            for return_id, _, line in lines
            if line.delivery_line_id is not None
        ]
    )
    record(
        [
            TimelineEntry("return", return_id, "create", to_status=ReturnStatus.EXPECTED, reason=header.reason)
            for return_id, header in zip(ids, headers, strict=True)
        ],
        actor=actor,
    )
    return ids


@command(permission="fulfillment.enter_return")
def cancel_returns(*, return_ids: Collection[int], reason: str, actor: User) -> None:
    """Give these expected returns up; what they held can be returned by another. Raises TransitionRefused."""
    advance(lock_returns(return_ids), "cancel", actor=actor, reason=reason)
