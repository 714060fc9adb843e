"""Changing confirmed orders: more, less, or on another day, with every check that confirming makes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from moneyed import Money

from catalog.models import Product
from catalog.pricing.document import LARGEST_AMOUNT
from core import bulk
from core.access import SEE_CREDIT, may
from core.commands import command
from core.dates import business_date
from core.errors import NotFound
from core.models import Company, User
from core.money import add_up, round_money
from core.rounding import STOCK_UNIT, QuantityNotExact, UnitRatio, convert_quantity, round_amount
from core.timeline import TimelineEntry, record
from orders.credit import types as credit
from orders.credit.services import CreditMove, check_in_turn, lock_credit, move_credit
from orders.drafts import LineChange
from orders.errors import ChangeRefused, OrderEditedMeanwhile
from orders.exposure import NOTHING, LineExposure, LineQuantities, line_exposure
from orders.loading import load_for_confirmation
from orders.models import Order, OrderChange, OrderLine
from orders.services.lines import quantity_fault
from orders.services.locking import company_of, lock_orders
from orders.services.parts import Part, load_parts
from orders.services.rearrange import rearrange
from orders.services.schedule import ScheduleOutcome
from orders.states import OrderStatus
from quotes.services import CallOff, call_off

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Planned:
    """One line before and after the change, components of kits included."""

    line: OrderLine
    ordered: Decimal
    requested_on: date

    @property
    def delta(self) -> Decimal:
        """More (above zero) or less, in the stock unit."""
        return self.ordered - self.line.ordered


@command(permission="orders.change_order_after_confirm")
def change_order(
    *, order_id: int, version: int, changes: Sequence[LineChange], reason: str, actor: User
) -> ScheduleOutcome:
    """Change quantities and dates of a confirmed order and promise what changed anew; one ``OrderChange`` keeps what
    was said.

    Amounts follow the quantity at the line's agreed price and discount, rounded once. An increase is checked against
    credit and contract again. Quantities go no lower than what was shipped or is on a delivery.

    Raises:
        ChangeRefused: the order is not confirmed, nothing changes, a quantity is too low, or credit does not allow the
        increase. OrderEditedMeanwhile: somebody changed the order since ``version``. LedgerRefused: the contract does
        not cover the increase.
    """
    order = lock_orders([order_id])[0]
    if order.status != OrderStatus.CONFIRMED:
        raise ChangeRefused(
            f"{order.title} is {order.get_status_display().lower()}; only confirmed orders are changed this way."
        )
    if order.version != version:
        raise OrderEditedMeanwhile(
            f"{order.title} was changed by {order.changed_by} since you opened it. Nothing of yours was saved yet."
        )
    company = company_of([order])
    lines = {
        line.pk: line for line in OrderLine.objects.filter(order=order).select_related("product").order_by("position")
    }
    parts = load_parts(lines)
    planned = _plan(order, lines, parts, changes)
    on = business_date(company.time_zone)
    _move_credit(company, order, planned, on, actor=actor)
    _move_contracts(company, order, planned, on, actor=actor)
    _write_lines(company, order, lines, planned, actor=actor)
    OrderChange.objects.create(
        order=order,
        order_version=order.version,
        deltas=_deltas(planned),
        reason=reason.strip()[:500],
        business_date=on,
        actor=actor,
    )
    record([TimelineEntry.about(order, "change", text=_story(planned), reason=reason.strip()[:500])], actor=actor)
    return _promise(company, order, planned, parts, on, actor=actor)


def _plan(
    order: Order, lines: Mapping[int, OrderLine], parts: Mapping[int, list[Part]], changes: Sequence[LineChange]
) -> list[Planned]:
    """What each line becomes; a kit's components follow in proportion. Raises ChangeRefused naming every fault."""
    planned: dict[int, Planned] = {}
    faults: dict[str, str] = {}
    for change in changes:
        line = lines.get(change.line_id)
        if line is None or line.parent_id is not None:
            raise NotFound("This line does not exist in this order.")
        ordered = line.ordered if change.ordered is None else change.ordered
        target = Planned(line, ordered, change.requested_on or line.requested_on)
        members = [target] + [
            Planned(each, each.ordered * ordered / line.ordered, target.requested_on)
            for each in lines.values()
            if each.parent_id == line.pk
        ]
        fault = next((fault for member in members if (fault := _fault(member, parts.get(member.line.pk, [])))), None)
        if fault:
            faults[f"line-{line.pk}"] = fault
        planned |= {member.line.pk: member for member in members}
    if faults:
        raise ChangeRefused(" ".join(faults.values()), fields=faults)
    changed = [each for each in planned.values() if each.delta or each.requested_on != each.line.requested_on]
    if not changed:
        raise ChangeRefused(f"Nothing of {order.title} would change.")
    return sorted(changed, key=lambda each: each.line.pk)


def _fault(planned: Planned, parts: Sequence[Part]) -> str | None:
    line = planned.line
    if fault := quantity_fault(planned.ordered):
        return f"Line {line.position}: {fault}" + (" Or cancel the rest." if planned.ordered == 0 else "")
    if line.product.stock_unit.is_whole and planned.ordered != planned.ordered.to_integral_value():
        return f"Line {line.position}: {line.product.sku} is sold in whole {line.product.stock_unit}."
    if line.parent_id is None and planned.delta and (fault := _unsellable(planned)):
        return f"Line {line.position}: {fault}"
    free = sum((part.free for part in parts), ZERO)
    floor = line.ordered - line.cancelled - free if parts else line.shipped + line.cancelled
    if line.product_kind == Product.Kind.STOCKED and planned.ordered - line.cancelled < floor:
        return f"Line {line.position}: {floor.normalize():f} were shipped or are on a delivery; it cannot go lower."
    billed = line.invoiced - line.credited
    if planned.delta < 0 and planned.ordered - line.cancelled < billed:
        return f"Line {line.position}: {billed.normalize():f} were invoiced; it cannot go lower."
    if planned.delta > 0 and max(amount.amount for amount in _amounts(planned).values()) >= LARGEST_AMOUNT:
        return f"Line {line.position}: the amount would be larger than can be written."
    return None


def _unsellable(planned: Planned) -> str | None:
    """Why entering a line would refuse the new quantity: not exact in its sales unit, too few, or no full multiple."""
    line, product, quantity = planned.line, planned.line.product, planned.ordered
    try:
        sold = convert_quantity(
            quantity, source=STOCK_UNIT, target=UnitRatio(line.unit_numerator, line.unit_denominator)
        )
    except QuantityNotExact:
        return (
            f"{quantity.normalize():f} {product.stock_unit} of {product.sku} have no exact number in {line.sales_unit}."
        )
    if fault := quantity_fault(sold):
        return fault
    if product.minimum_quantity and quantity < product.minimum_quantity:
        return f"the least quantity of {product.sku} is {product.minimum_quantity.normalize():f}."
    if product.multiple_quantity and quantity % product.multiple_quantity:
        return f"{product.sku} is sold in multiples of {product.multiple_quantity.normalize():f}."
    return None


def _amounts(planned: Planned) -> dict[str, Money]:
    """The line's amounts at its agreed terms for the new quantity: net and tax scaled and rounded once each."""
    line = planned.line

    def scaled(money: Money) -> Money:
        return round_money(Money(money.amount * planned.ordered / line.ordered, line.currency))

    net, tax, discount = scaled(line.net), scaled(line.tax), scaled(line.discount)
    return {"net": net, "tax": tax, "gross": net + tax, "discount": discount}


def _exposure_delta(company: Company, order: Order, planned: Planned) -> LineExposure:
    line = planned.line
    if line.parent_id is not None:
        return NOTHING
    goods = line.product_kind != Product.Kind.SERVICE
    counters = (line.cancelled, line.shipped, line.returned, line.invoiced, line.credited)

    def exposure(gross: Decimal, ordered: Decimal) -> LineExposure:
        quantities = LineQuantities(ordered, *counters)
        return line_exposure(
            gross, quantities, fx_rate=order.fx_rate, currency=company.functional_currency, goods=goods
        )

    return exposure(_amounts(planned)["gross"].amount, planned.ordered) - exposure(line.gross.amount, line.ordered)


def _move_credit(company: Company, order: Order, planned: Sequence[Planned], on: date, *, actor: User) -> None:
    """Check an increase under the lock of the account, and move each part of the exposure by its own difference.

    A new quantity also rounds the worth of what was shipped anew, so the delivered part may move by a cent.
    """
    changes = [_exposure_delta(company, order, each) for each in planned]
    open_orders = sum((each.open_orders for each in changes), ZERO)
    delivered = sum((each.delivered for each in changes), ZERO)
    delta = open_orders + delivered
    states = lock_credit(company, [order.account_id])
    if delta > 0:
        worth = delta + (order.gross.amount * order.fx_rate if order.gross is not None else ZERO)
        request = credit.CreditRequest(key=order.pk, on=on, amount=delta, document_value=worth)
        result = check_in_turn(states, {order.account_id: [request]})[order.pk]
        if result.is_blocked:
            told = result.findings if may(actor, SEE_CREDIT) else ()  # they name the limit and what is owed
            raise ChangeRefused(" ".join(["The increase is not covered by credit.", *(each.sentence for each in told)]))
    purpose = f"change v{order.version}"
    move_credit(
        company=company,
        moves=[CreditMove(order.account_id, "order", order.pk, purpose, open_orders=open_orders, delivered=delivered)],
        business_date=on,
        actor=actor,
    )


def _move_contracts(company: Company, order: Order, planned: Sequence[Planned], on: date, *, actor: User) -> None:
    moves = [
        CallOff(each.line.contract_line_id, each.delta, "order_line", each.line.pk, on, f"change v{order.version}")
        for each in planned
        if each.line.contract_line_id is not None and each.delta
    ]
    if moves:
        call_off(company_id=company.pk, call_offs=moves, actor=actor)


def _write_lines(
    company: Company, order: Order, lines: Mapping[int, OrderLine], planned: Sequence[Planned], *, actor: User
) -> None:
    """Write the new quantities, dates, amounts and costs, and the order's totals, in two statements.

    The cost, in functional currency, follows the quantity at the cost per piece of the day the line was entered.
    """
    amounts = {each.line.pk: _amounts(each) for each in planned}
    bulk.update(
        OrderLine,
        [each.line.pk for each in planned],
        {
            "ordered": [each.ordered for each in planned],
            "sales_quantity": [
                each.ordered * each.line.unit_denominator / each.line.unit_numerator for each in planned
            ],
            "requested_on": [each.requested_on for each in planned],
            "cost": [
                round_amount(each.line.cost * each.ordered / each.line.ordered, company.functional_currency)
                for each in planned
            ],
            "currency": [each.line.currency for each in planned],
            **{name: [amounts[each.line.pk][name] for each in planned] for name in ("net", "tax", "gross", "discount")},
        },
    )

    def total(name: str) -> Money:
        now = (amounts[line.pk][name] if line.pk in amounts else getattr(line, name) for line in lines.values())
        return add_up(now, order.currency)

    order.net, order.tax, order.gross = total("net"), total("tax"), total("gross")
    order.version += 1
    order.changed_by = actor
    order.save(update_fields=["net", "tax", "gross", "version", "changed_by"])


def _deltas(planned: Sequence[Planned]) -> list[dict[str, str]]:
    return [
        {
            "line": str(each.line.pk),
            "ordered": f"{each.line.ordered} -> {each.ordered}",
            "requested_on": f"{each.line.requested_on} -> {each.requested_on}",
        }
        for each in planned
    ]


def _story(planned: Sequence[Planned]) -> str:
    sentences = []
    for each in planned:
        if each.line.parent_id is None and each.delta:
            sentences.append(
                f"{each.line.product.sku}: {each.line.ordered.normalize():f} → {each.ordered.normalize():f}."
            )
        if each.line.parent_id is None and each.requested_on != each.line.requested_on:
            sentences.append(f"{each.line.product.sku}: wanted {each.requested_on:%d %b %Y}.")
    return " ".join(sentences)[:2000]


def _promise(
    company: Company,
    order: Order,
    planned: Sequence[Planned],
    parts: Mapping[int, list[Part]],
    on: date,
    *,
    actor: User,
) -> ScheduleOutcome:
    """Give back what is less, and promise anew what is more or moved to another day, under one set of bucket locks."""
    loaded = load_for_confirmation(company, [order])
    goods = [each for each in planned if each.line.product_kind == Product.Kind.STOCKED]
    free = {each.line.pk: sum((part.free for part in parts.get(each.line.pk, [])), ZERO) for each in goods}
    moved = {each.line.pk for each in goods if each.requested_on != each.line.requested_on}
    taken = {each.line.pk: free[each.line.pk] if each.line.pk in moved else max(-each.delta, ZERO) for each in goods}
    wanted = {
        each.line.pk: free[each.line.pk] + each.delta if each.line.pk in moved else max(each.delta, ZERO)
        for each in goods
    }
    return rearrange(company, loaded[order.pk], parts, taken, wanted, on=on, actor=actor)
