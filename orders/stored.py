"""The lines of drafts as they are stored: read once, plain, for saving, pages, proposals and the credit card alike."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from django.db import connection

from orders.models import Order


class Keyed(Protocol):
    """What names a line: an order line as it is stored, as a plain object or as a model."""

    @property
    def pk(self) -> int: ...
    @property
    def client_uuid(self) -> UUID | None: ...


def line_key(line: Keyed) -> UUID:
    """How a page names a line: by the uuid that its row was born with, or one made of its id."""
    return line.client_uuid or UUID(int=line.pk)


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A line of a draft as it is stored, every column that saving may change; amounts in the order's currency."""

    pk: int
    version: int
    position: int
    company_id: int
    client_uuid: UUID | None
    product_id: int
    product_kind: str
    description: str
    sales_quantity: Decimal
    sales_unit: str
    unit_numerator: int
    unit_denominator: int
    ordered: Decimal
    over_delivery_percent: Decimal
    requested_on: date
    contract_line_id: int | None
    currency: str
    unit_price: Decimal
    price_unit: int
    list_price: Decimal | None
    manual_price: bool
    manual_discount_percent: Decimal | None
    discount: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    tax_code: str
    tax_percent: Decimal
    cost: Decimal
    price_finding: str
    note: str
    price_trace: Sequence[Any] = ()


_PLAIN = ", ".join("id" if column.name == "pk" else column.name for column in fields(StoredLine)[:-1])

# A trace weighs more than all the rest of its line.
_LINES = f"""
SELECT {_PLAIN}, CASE WHEN count(*) OVER () <= %s THEN price_trace END
FROM orders_orderline WHERE order_id = %s AND parent_id IS NULL ORDER BY position
"""  # noqa: S608 - the names of columns
ALL = 2**31 - 1


def stored_lines(order: Order, *, traced_up_to: int = ALL) -> dict[int, StoredLine]:
    """The lines of a draft by id, in their order. One query.

    An order of more than ``traced_up_to`` lines comes without price traces.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [traced_up_to, order.pk])
        rows: list[Any] = cursor.fetchall()
    return {row[0]: StoredLine(*[*row[:-1], json.loads(row[-1]) if row[-1] else ()]) for row in rows}


def draft_lines(order: Order) -> list[StoredLine]:
    """The lines of a draft in order, without their price traces. One query."""
    return list(stored_lines(order, traced_up_to=0).values())
