"""The order editor as data: rows, totals, credit, promise. Page and answers to saved rows are drawn from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from django.utils import timezone

from catalog.selectors import ProductCard, product_cards
from core.access import SEE_CREDIT, SEE_MARGIN, may
from core.dates import business_date
from core.models import User
from core.web import formats
from core.web.parts import Fact, Tag
from orders.creditview import CreditCard, credit_card, draft_credit
from orders.models import Order
from orders.offers import margin_percent
from orders.proposals import DraftPromise, Horizon, draft_promises, horizon_of
from orders.services import LONG_ORDER, SavedGrid
from orders.stored import StoredLine, draft_lines, line_key
from orders.supply import Place, Standing
from orders.typed import TypedLine

ZERO = Decimal(0)
EMPTY_ROWS = 5
FINDINGS = {
    "no_price": "{sku} has no price for this customer; the order cannot be confirmed with it.",
    "no_tax": "{sku} has no tax rate; the order cannot be confirmed with it.",
    "over_limit": "The price of {sku} goes beyond what may be given by hand; somebody else must release the order.",
}


@dataclass(slots=True)
class Row:
    """One row of the grid, every cell as text. ``state`` is "", "is-warn", "is-err" or "ghost"."""

    key: UUID
    position: int
    line_id: int = 0
    version: int = 0
    sku: str = ""
    description: str = ""
    quantity: str = ""
    unit: str = ""
    units: Sequence[str] = ()
    price: str = ""
    shown_price: str = ""
    price_note: str = ""
    discount: str = ""
    discount_shown: str = ""
    tax: str = ""
    net: str = ""
    margin: str = ""
    promise: Tag | None = None
    state: str = ""
    why: str = ""
    suggestion: tuple[str, str] | None = None
    is_missing_field: str = "sku"


@dataclass(frozen=True, slots=True)
class Editor:
    """Everything that the page of a draft shows below its header."""

    order: Order
    rows: Sequence[Row]
    line_count: int
    late_count: int
    error_count: int
    sums: Sequence[Fact]
    credit: CreditCard | None
    promise_parts: Sequence[tuple[str, str]]
    saved_at: datetime
    sees_margin: bool
    sets_prices: bool
    short_sums: Sequence[tuple[str, str]] = field(default=())

    @property
    def saved_words(self) -> str:
        """When the draft was saved last, to the second; with the day when that was another one."""
        local = timezone.localtime(self.saved_at)
        return f"{local:%H:%M:%S}" if local.date() == timezone.localdate() else formats.stamp(self.saved_at)

    @property
    def count_words(self) -> str:
        """“9 lines · 1 late · 1 to fix”."""
        words = [formats.plural(self.line_count, "line")]
        words += [f"{self.late_count} late"] if self.late_count else []
        words += [f"{self.error_count} to fix"] if self.error_count else []
        return " · ".join(words)


@dataclass(frozen=True, slots=True)
class Content:
    """The lines of a draft with what its rows, totals, promises and credit card are made of, read once for them all."""

    lines: Sequence[StoredLine]
    cards: Mapping[int, ProductCard]
    horizon: Horizon
    supply: Mapping[Place, Standing] | None = None


def content_of(order: Order) -> Content:
    """Read a draft for its page. Three queries for any number of lines."""
    lines = draft_lines(order)
    return Content(lines, product_cards(ids={line.product_id for line in lines}), horizon_of(order))


def content_after(saved: SavedGrid) -> Content:
    """A draft that was just saved, from what saving read and wrote."""
    horizon = Horizon(business_date(saved.sides.time_zone), saved.sides.transit_days)
    return Content(saved.lines, saved.cards, horizon, saved.supply)


def editor_of(
    order: Order,
    user: User,
    content: Content,
    *,
    typed: Sequence[TypedLine] = (),
    since: Mapping[UUID, StoredLine] | None = None,
) -> Editor:
    """Compute the editor's state: at most four queries more, for supply and for who may see credit.

    ``typed`` are rows as they were posted, shown with what is wrong instead of what is stored. With ``since``, the
    lines as they were before a save, a long order gives only the rows that can look different now.
    """
    lines, cards, horizon = content.lines, content.cards, content.horizon
    promises = draft_promises(order, lines, horizon=horizon, supply=content.supply)
    sees_margin = may(user, SEE_MARGIN)
    drawn = lines if since is None or len(lines) <= LONG_ORDER else _touched(order, lines, since, typed)
    rows = [_row(order, line, cards[line.product_id], promises.get(line.pk), sees_margin=sees_margin) for line in drawn]
    if typed:
        rows = typed_rows(rows, typed) if since is None else _failed_last(rows, typed)
    return Editor(
        order=order,
        rows=rows,
        line_count=len(lines),
        late_count=sum(each.is_late for each in promises.values()),
        error_count=sum(row.state == "is-err" for row in rows),
        sums=_sums(order, lines, cards, sees_margin=sees_margin),
        credit=credit_card(draft_credit(order, lines, cards, horizon.today)) if may(user, SEE_CREDIT) else None,
        promise_parts=promise_parts(promises.values(), order.requested_on, horizon),
        saved_at=order.changed_at,
        sees_margin=sees_margin,
        sets_prices=may(user, "orders.set_price"),
        short_sums=_short_sums(order),
    )


def _touched(
    order: Order, lines: Sequence[StoredLine], since: Mapping[UUID, StoredLine], typed: Sequence[TypedLine]
) -> list[StoredLine]:
    """Lines whose amounts changed, and those that share supply with what was typed."""
    if order.complete_only:
        return list(lines)
    keys = {each.key for each in typed}
    products = {line.product_id for line in lines if line_key(line) in keys}
    products |= {since[each.key].product_id for each in typed if each.key in since}
    before = {line.pk: line for line in since.values()}
    return [
        line
        for line in lines
        if line.product_id in products or (known := before.get(line.pk)) is None or known.net != line.net
    ]


def _failed_last(rows: Sequence[Row], typed: Sequence[TypedLine]) -> list[Row]:
    """Stored rows, those that could not be saved replaced by what was typed."""
    failed = [each for each in typed if each.error]
    keys = {each.key for each in failed}
    return [row for row in rows if row.key not in keys] + typed_rows(rows, failed)


def empty_rows(count: int, first: int) -> list[Row]:
    """Rows to type into; with script one of them stays as the ghost row."""
    return [Row(key=uuid4(), position=first + number, state="ghost") for number in range(count)]


def _row(order: Order, line: StoredLine, card: ProductCard, promised: DraftPromise | None, *, sees_margin: bool) -> Row:
    discount = line.discount * 100 / (line.net + line.discount) if line.discount else ZERO
    margin = margin_percent(line.net * order.fx_rate, line.cost) if line.cost else None
    why = FINDINGS.get(line.price_finding, "").format(sku=card.sku)
    state = "is-err" if line.price_finding in ("no_price", "no_tax") else ""
    if not state and (why or (promised is not None and promised.is_late)):
        state = "is-warn"
    price = formats.money(line.unit_price, order.currency)
    return Row(
        key=line_key(line),
        position=line.position,
        line_id=line.pk,
        version=line.version,
        sku=card.sku,
        description=line.description,
        quantity=formats.quantity(line.sales_quantity),
        unit=line.sales_unit,
        units=sorted(card.units) if len(card.units) > 1 else (),
        price=price,
        shown_price="" if line.manual_price else price,
        price_note=f"per {line.price_unit:,}" if line.price_unit != 1 else "",
        discount="" if line.manual_discount_percent is None else formats.quantity(line.manual_discount_percent),
        discount_shown=formats.percent(discount).removesuffix(f"{formats.NBSP}%") if discount else "",
        tax=formats.quantity(line.tax_percent),
        net=formats.money(line.net, order.currency),
        margin=formats.percent(margin).removesuffix(f"{formats.NBSP}%") if sees_margin and margin is not None else "",
        promise=Tag(promised.tag.word, promised.tag.tone) if promised else None,
        state=state,
        why=why,
        is_missing_field="price",
    )


def typed_rows(rows: Sequence[Row], typed: Sequence[TypedLine]) -> list[Row]:
    """The rows as they were posted: typed text wins over what is stored, and each error stands at its row."""
    stored = {row.key: row for row in rows}
    result = []
    for number, each in enumerate((one for one in typed if not one.is_empty), 1):
        row = stored.get(each.key) or Row(key=each.key, position=number)
        if each.error or each.key not in stored or each.sku != row.sku:
            row = Row(key=each.key, position=number, line_id=row.line_id, version=row.version)
            row.description = each.card.name if each.card else "Unknown product" if each.error else ""
            row.unit = each.unit or (each.card.sales_unit if each.card else "")
            row.units = sorted(each.card.units) if each.card and len(each.card.units) > 1 else ()
        row.position = number
        row.sku, row.quantity, row.discount = each.sku, each.quantity, each.discount
        if each.price:
            row.price, row.shown_price = each.price, each.shown_price
        if each.error:
            row.state, row.why, row.suggestion = "is-err", each.error, each.suggestion
            row.is_missing_field = "sku" if each.card is None else "quantity"
        result.append(row)
    return result


def _sums(
    order: Order, lines: Sequence[StoredLine], cards: Mapping[int, ProductCard], *, sees_margin: bool
) -> list[Fact]:
    """Goods, discount, tax per rate, total; margin by right; weight. Amounts in the order's currency."""
    currency = order.currency
    net = order.net.amount if order.net is not None else ZERO
    tax = order.tax.amount if order.tax is not None else ZERO
    discount = sum((line.discount for line in lines), ZERO) if order.price_basis == "net" else ZERO
    facts = [Fact("Goods", formats.money(net + discount, currency))]
    if discount:
        facts.append(Fact("Discount", formats.money(-discount, currency)))
    groups: dict[Decimal, Decimal] = {}
    for line in lines:
        groups[line.tax_percent] = groups.get(line.tax_percent, ZERO) + line.tax
    facts += [
        Fact(f"VAT {formats.percent(rate)}", formats.money(amount, currency)) for rate, amount in sorted(groups.items())
    ]
    facts.append(Fact("Total", formats.money(net + tax, currency), style="big"))
    cost = sum((line.cost for line in lines), ZERO)
    margin = margin_percent(net * order.fx_rate, cost) if cost else None
    if sees_margin and margin is not None:
        facts.append(Fact("Margin", formats.percent(margin)))
    weight = sum((cards[line.product_id].weight_kg * line.ordered for line in lines), ZERO)
    if weight:
        facts.append(Fact("Weight", formats.quantity(weight.quantize(Decimal("0.1")), "kg")))
    return facts


def _short_sums(order: Order) -> list[tuple[str, str]]:
    """The bar under the lines on narrow screens."""
    if order.net is None or order.tax is None or order.gross is None:
        return []
    return [
        ("Net", formats.money(order.net)),
        ("VAT", formats.money(order.tax)),
        ("Total", formats.money(order.gross, show="code")),
    ]


def promise_parts(promises: Iterable[DraftPromise], requested_on: date, horizon: Horizon) -> list[tuple[str, str]]:
    """How many lines arrive by when, as (count, rest of the clause): in time, then by day, then without supply."""
    each = list(promises)
    if not each:
        return []
    in_time = sum(not one.is_late for one in each)
    days: dict[date, int] = {}
    for one in each:
        if one.is_late and not one.undated and one.deliver_on is not None:
            days[one.deliver_on] = days.get(one.deliver_on, 0) + 1
    parts = [(f"{in_time} of {len(each)}", f"lines arrive by {formats.day(max(requested_on, horizon.today))}")]
    parts += [(str(count), f"on {formats.day(on)}") for on, count in sorted(days.items())[:4]]
    missing = sum(bool(one.undated) for one in each)
    return parts + ([(str(missing), "without supply")] if missing else [])
