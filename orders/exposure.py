"""What one order line weighs in the credit ledger, as a pure function of its quantities.

A command that moves a quantity posts the difference of two calls. Each call rounds the cumulative amount, so the
differences telescope: whatever the number of part deliveries, the line's exposure ends at exactly zero, to the cent.
"""

from dataclasses import dataclass
from decimal import Decimal

from core.rounding import round_amount


@dataclass(frozen=True, slots=True)
class LineQuantities:
    """The counters of an order line, in the stock unit."""

    ordered: Decimal
    cancelled: Decimal = Decimal(0)
    shipped: Decimal = Decimal(0)
    returned: Decimal = Decimal(0)
    invoiced: Decimal = Decimal(0)
    credited: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class LineExposure:
    """Amounts in functional currency:

    Still to ship, and shipped but not billed (below zero when a credit note is due).
    """

    open_orders: Decimal
    delivered: Decimal

    def __sub__(self, other: "LineExposure") -> "LineExposure":
        return LineExposure(self.open_orders - other.open_orders, self.delivered - other.delivered)


NOTHING = LineExposure(Decimal(0), Decimal(0))


def line_exposure(
    gross: Decimal, quantities: LineQuantities, *, fx_rate: Decimal, currency: str, goods: bool
) -> LineExposure:
    """The exposure of a confirmed line worth ``gross`` (document currency), converted at the order's own rate.

    ``currency`` is the functional one. Services and fees are billed from the order, so they count as open until
    invoiced.
    """
    if quantities.ordered == 0:
        return NOTHING

    def worth(quantity: Decimal) -> Decimal:
        return round_amount(gross * fx_rate * quantity / quantities.ordered, currency) if quantity else Decimal(0)

    billed = quantities.invoiced - quantities.credited
    if not goods:
        closed = min(billed + quantities.cancelled, quantities.ordered)
        return LineExposure(worth(quantities.ordered) - worth(closed), Decimal(0))
    closed = min(quantities.shipped + quantities.cancelled, quantities.ordered)
    return LineExposure(
        worth(quantities.ordered) - worth(closed), worth(quantities.shipped - quantities.returned) - worth(billed)
    )
