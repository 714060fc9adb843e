"""How much stock and value can be written down: what is beyond is refused in words, before any statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from catalog.models import Product
from core.ledger import Total
from core.rounding import HALF_UP, LARGEST_QUANTITY
from inventory.errors import QuantityRefused
from inventory.places import Place

LARGEST_VALUE = Decimal(10) ** 14  # numeric(19,4) holds fifteen digits before the point; one is kept for sums
TOO_MUCH = "Quantity times cost is larger than can be written"
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Written:
    """One line that stock takes: its document, its place, and every amount of it that is written somewhere."""

    document: int
    place: Place
    quantity: Decimal
    value: Decimal  # what it adds to the value of stock, functional currency
    costs: tuple[Decimal, ...] = ()


def is_too_much(quantity: Decimal | None, unit_cost: Decimal | None) -> bool:
    """Whether this quantity at this cost is beyond what can be written. For forms, which say so at the line."""
    return (
        quantity is not None and unit_cost is not None and abs(HALF_UP.multiply(quantity, unit_cost)) >= LARGEST_VALUE
    )


def require_writable(lines: Sequence[Written], buckets: Mapping[Place, Total]) -> None:
    """Refuse lines whose amounts, whose document's sum, or whose stock afterwards is larger than can be written.

    Under the buckets' locks. No statement but for the refusal. Raises QuantityRefused naming the products.
    """
    documents: dict[int, Decimal] = {}
    after = {place: (total.balances["on_hand"], total.balances["value"]) for place, total in buckets.items()}
    wrong = set()
    for line in lines:
        largest = max(abs(amount) for amount in (line.value, *line.costs))
        documents[line.document] = documents.get(line.document, ZERO) + largest
        on_hand, value = after[line.place]
        after[line.place] = on_hand + line.quantity, value + line.value
        if (
            max(documents[line.document], abs(after[line.place][1])) >= LARGEST_VALUE
            or abs(after[line.place][0]) >= LARGEST_QUANTITY
        ):
            wrong.add(line.place[1])
    if wrong:
        names = Product.objects.filter(pk__in=wrong).order_by("sku").values_list("sku", flat=True)[:10]
        raise QuantityRefused(
            " ".join(f"{sku}: the quantity or its value is larger than can be written. Enter less." for sku in names)
        )
