"""What people type into order lines, read without guessing: ``12*6``, ``3*SKU``, ``5%``, ``1,204.5``, ``12,5``."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.http import QueryDict

from catalog.selectors import ProductCard, cards_by_code
from core.web import formats
from core.web.posted import whole_number
from orders.drafts import OrderLineDraft

LONGEST_CELL = 64  # characters; the longest code has 40
MOST_LINES = 2_000  # of one document; more is an import
_PLAIN = re.compile(r"\A\d{1,12}(\.\d{1,6})?\Z", re.ASCII)
_GROUPED = re.compile(r"\A\d{1,3}(,\d{3})+(\.\d{1,6})?\Z", re.ASCII)
_CONTINENTAL = re.compile(r"\A\d{1,3}(\.\d{3})+,\d{1,6}\Z", re.ASCII)
_COMMA = re.compile(r"\A\d{1,12},\d{1,6}\Z", re.ASCII)
_COUNT_FIRST = re.compile(r"\A(\d{1,9})\s*\*\s*(\S.*)\Z", re.ASCII)
_COUNT_LAST = re.compile(r"\A(.*\S)\s*\*\s*(\d{1,9})\Z", re.ASCII)


class Unreadable(ValueError):
    """The text is not a number in any notation that we take."""


def read_number(text: str) -> Decimal:
    """Read ``1204.5``, ``1,204.5``, ``1.204,5`` or ``12,5``, and products of these. Raises Unreadable."""
    product = Decimal(1)
    for part in text.replace("\u00a0", "").replace(" ", "").split("*"):
        product *= _read_one(part)
    return product


def _read_one(text: str) -> Decimal:
    if _PLAIN.match(text):
        return Decimal(text)
    if _GROUPED.match(text):
        return Decimal(text.replace(",", ""))
    if _CONTINENTAL.match(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    if _COMMA.match(text):
        return Decimal(text.replace(",", "."))
    raise Unreadable(text)


@dataclass(slots=True)
class TypedLine:
    """One row exactly as it was typed, and what came of reading it."""

    key: UUID
    sku: str = ""
    quantity: str = ""
    unit: str = ""
    price: str = ""
    discount: str = ""
    version: int | None = None
    shown_price: str = ""  # what the price cell showed when the page was made; "" for a price by hand
    is_removed: bool = False
    card: ProductCard | None = None
    error: str = ""
    suggestion: tuple[str, str] | None = None
    draft: OrderLineDraft | None = field(default=None)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ordered: the ghost row, or a row that was emptied, which removes its line."""
        return not (self.sku or self.quantity)


def read_rows(data: QueryDict) -> list[TypedLine]:
    """The rows of a posted form in their order: ``line`` holds key, version and shown price of each, with points
    between them; its cells are named by the key.

    Raises Unreadable when the request was not made by our page.
    """
    rows = []
    for word in data.getlist("line")[: MOST_LINES + 1]:
        key, version, shown_price, *_ = *word.split(".", 2), "", ""
        try:
            uuid = UUID(key)
        except ValueError:
            raise Unreadable("line") from None
        rows.append(
            TypedLine(
                key=uuid,
                version=whole_number(version, 9) or None,
                shown_price=shown_price[:LONGEST_CELL],
                is_removed=f"remove-{key}" in data,
                **{  # type: ignore[arg-type]  # only the typed texts
                    name: data.get(f"{name}-{key}", "").strip()[:LONGEST_CELL].replace("\x00", "")
                    for name in ("sku", "quantity", "unit", "price", "discount")
                },
            )
        )
    return rows


def read_lines(rows: Sequence[TypedLine], *, account_id: int) -> bool:
    """Find the products and read the numbers of these rows, set each row's draft or error; whether all are clean.

    Two queries for any number of rows, one when every code is known. A price that came back as it was shown was not set
    by hand, also where another price or product applies meanwhile.
    """
    wanted = [row for row in rows if not row.is_removed and not row.is_empty]
    for row in wanted:
        _split_count(row)
    cards = cards_by_code({row.sku for row in wanted if row.sku}, account_id=account_id)
    for row in wanted:
        row.card = cards.get(row.sku)
        try:
            row.draft = _draft(row)
        except Unreadable as refusal:
            row.error = str(refusal)
    _suggest([row for row in wanted if row.sku and row.card is None])
    return not any(row.error for row in wanted)


def _split_count(row: TypedLine) -> None:
    """Take ``3*SKU`` and ``SKU*3`` apart; a quantity typed in its own cell wins."""
    first, last = _COUNT_FIRST.match(row.sku), _COUNT_LAST.match(row.sku)
    if first or last:
        count, sku = first.groups() if first else reversed(last.groups())  # type: ignore[union-attr]
        row.sku, row.quantity = sku, row.quantity or count


def _draft(row: TypedLine) -> OrderLineDraft:
    """The row as a wanted line. Raises Unreadable with a sentence for the person."""
    if row.card is None:
        raise Unreadable(f"No product has the SKU {row.sku}." if row.sku else "Enter a SKU.")
    if not row.card.can_be_sold:
        raise Unreadable(f"{row.card.sku} is discontinued.")
    row.sku = row.card.sku
    quantity = _number(row.quantity or "1", "Enter a quantity like 12, 1.5 or 12*6.")
    if quantity <= 0:
        raise Unreadable("Enter a quantity greater than zero.")
    row.quantity = formats.quantity(quantity)
    price, discount = "" if row.price == row.shown_price else row.price, row.discount
    if price.endswith("%"):
        price, discount = "", price.removesuffix("%").strip()
    return OrderLineDraft(
        product_id=row.card.id,
        sales_quantity=quantity,
        sales_unit=row.unit if row.unit in row.card.units else "",
        unit_price=_number(price, "Enter a price like 3.85.") if price else None,
        discount_percent=_discount(discount),
        client_uuid=row.key,
    )


def _number(text: str, sentence: str) -> Decimal:
    try:
        number = read_number(text)
    except Unreadable:
        raise Unreadable(sentence) from None
    if number.as_tuple().exponent < -6 or number >= Decimal(10) ** 11:  # type: ignore[operator]
        raise Unreadable(sentence)
    return number


def _discount(text: str) -> Decimal | None:
    if not text:
        return None
    discount = _number(text.removesuffix("%").strip(), "Enter a discount in per cent, like 5.")
    if discount > 100:
        raise Unreadable("A discount is between 0 and 100 per cent.")
    return discount


_SUGGEST_SQL = """
SELECT c.code, p.sku, p.name FROM unnest(%s::text[]) AS c(code) CROSS JOIN LATERAL (
    SELECT sku, name FROM catalog_product
    WHERE upper(sku) %% upper(c.code) AND status <> 'discontinued'
    ORDER BY similarity(upper(sku), upper(c.code)) DESC, sku LIMIT 1
) p
"""


def _suggest(rows: Sequence[TypedLine]) -> None:
    """Say what an unknown code may have meant: the most similar SKU. One query, none when every code is known."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(_SUGGEST_SQL, [sorted({row.sku for row in rows})])
        found = {code: (sku, name) for code, sku, name in cursor.fetchall()}
    for row in rows:
        row.suggestion = found.get(row.sku)
