"""An account's credit as pages show it beside a document: the chip, how much is used, what clears an excess."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from catalog.selectors import ProductCard
from core.web import formats
from core.web.parts import Fact, Meter, Tag
from orders.credit import check
from orders.credit import types as credit
from orders.credit.services import CreditState, credit_state
from orders.exposure import LineQuantities, line_exposure
from orders.models import Order, OrderLine
from orders.states import OrderStatus
from orders.stored import StoredLine

ZERO = Decimal(0)
NEARLY_USED_PERCENT = Decimal(80)


@dataclass(frozen=True, slots=True)
class CreditCard:
    """What the rail says about credit. ``ways`` are the smallest actions that clear what is over."""

    tag: Tag
    meter: Meter | None
    facts: Sequence[Fact]
    findings: Sequence[str] = ()
    ways: Sequence[str] = ()
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class OrderCredit:
    """The state of an account and the engine's answer to one order of it. ``amount`` is what the order adds."""

    state: CreditState
    result: credit.CreditResult
    amount: Decimal
    on: date


@dataclass(frozen=True, slots=True)
class Share:
    """What confirming one line would add to the exposure, in functional currency, as confirming computes it."""

    line_id: int
    position: int
    sku: str
    amount: Decimal


def order_credit(order: Order, lines: Sequence[OrderLine], on: date) -> OrderCredit:
    """Ask the credit engine about an order as it stands, without a lock. One query; the lines' products are loaded.

    A draft or held order adds its value; a confirmed one is in the exposure already and adds nothing.
    """
    worth = partial(_worth, order, order.company.functional_currency)
    return _asked(
        order,
        [
            Share(
                line.pk,
                line.position,
                line.product.sku,
                worth(line.gross.amount, LineQuantities(line.ordered, line.cancelled), line.product_kind),
            )
            for line in lines
        ],
        on,
    )


def draft_credit(order: Order, lines: Sequence[StoredLine], cards: Mapping[int, ProductCard], on: date) -> OrderCredit:
    """The same of a draft, from its lines as they are read for its page. One query."""
    worth = partial(_worth, order, order.company.functional_currency)
    return _asked(
        order,
        [
            Share(
                line.pk,
                line.position,
                cards[line.product_id].sku,
                worth(line.gross, LineQuantities(line.ordered), line.product_kind),
            )
            for line in lines
        ],
        on,
    )


def _worth(order: Order, currency: str, gross: Decimal, quantities: LineQuantities, kind: str) -> Decimal:
    return line_exposure(
        gross, quantities, fx_rate=order.fx_rate, currency=currency, goods=kind != "service"
    ).open_orders


def _asked(order: Order, shares: Sequence[Share], on: date) -> OrderCredit:
    state = credit_state(order.company, order.account_id)
    value = sum((share.amount for share in shares), ZERO)
    adds = order.status in (OrderStatus.DRAFT, OrderStatus.SUBMITTED)
    asked = tuple(
        credit.RequestLine(share.line_id, f"line {share.position} ({share.sku})", share.amount)
        for share in shares
        if share.amount
    )
    request = credit.CreditRequest(
        key=order.pk, on=on, amount=value if adds else ZERO, document_value=value, lines=asked if adds else ()
    )
    result = check(request, state.profile, state.exposure, state.open_items)
    return OrderCredit(state, result, value if adds else ZERO, on)


def credit_tag(result: credit.CreditResult, overdue_days: int) -> Tag:
    """The chip: over by how much, overdue how long, or how much is used."""
    currency_excess = next((each.excess for each in result.findings if each.check is credit.Check.LIMIT), ZERO)
    if currency_excess > 0:
        return Tag(f"Over by {formats.money(currency_excess)}", "bad")
    if overdue_days > 0 and any(
        each.check in (credit.Check.OLDEST_OPEN_ITEM, credit.Check.OVERDUE_SHARE) for each in result.findings
    ):
        return Tag(f"Overdue {overdue_days}{formats.NBSP}d", "bad")
    if result.used_percent is None:
        return Tag("No limit", "neutral")
    if result.exposure_after < 0:
        return Tag("In credit", "ok")
    tone = "warn" if result.used_percent >= NEARLY_USED_PERCENT else "ok"
    return Tag(f"{formats.percent(result.used_percent, 0)} used", tone)  # type: ignore[arg-type]


def overdue(items: Sequence[credit.OpenItem], on: date) -> tuple[Decimal, int, credit.OpenItem | None]:
    """How much is overdue, for how many days at most, and the oldest open claim. Items come oldest first."""
    claims = [item for item in items if item.amount > 0]
    late = [item for item in claims if item.due_on < on and not item.is_disputed]
    days = max(((on - item.due_on).days for item in late), default=0)
    return sum((item.amount for item in late), ZERO), days, claims[0] if claims else None


def credit_card(found: OrderCredit) -> CreditCard:
    """The rail's section on credit."""
    result, currency = found.result, found.state.profile.currency
    amount, days, oldest = overdue(found.state.open_items, found.on)
    tone = "bad" if result.is_blocked else "warn" if (result.used_percent or ZERO) >= NEARLY_USED_PERCENT else "ok"
    used = formats.money(result.exposure_after, currency)
    with_order = " with this order" if found.amount else ""
    facts = [
        Fact(
            f"Used{with_order}", used if result.limit is None else f"{used} of {formats.money(result.limit, currency)}"
        )
    ]
    if result.headroom is not None:
        facts.append(Fact("Headroom", formats.money(result.headroom, currency)))
    facts.append(Fact("Overdue", f"{formats.money(amount, currency)} · {days}{formats.NBSP}d" if amount else ""))
    if oldest is not None:
        facts.append(Fact("Oldest open item", oldest.number))
    return CreditCard(
        tag=credit_tag(result, days),
        meter=Meter(result.used_percent, tone) if result.used_percent is not None else None,  # type: ignore[arg-type]
        facts=facts,
        findings=[each.sentence for each in result.findings],
        ways=[action.sentence for action in result.actions],
        is_over=result.is_blocked,
    )
