"""What must always hold in fulfilment: the views of its invariants migration, with their sentences."""

from core.invariants import Invariant

INVARIANTS = (
    Invariant(
        "I4",
        "Shipped quantities follow from deliveries",
        "What an order line says was shipped is what its delivery lines shipped; kits count as full sets of parts.",
        "fulfillment_i4_shipped",
    ),
    Invariant(
        "I4",
        "Returned quantities follow from returns",
        "What order and delivery lines say came back is what was received on return lines, and never more than left.",
        "fulfillment_i4_returned",
    ),
    Invariant(
        "I4",
        "Schedule lines follow from deliveries",
        "What a schedule line says left, or is on a delivery, is what its delivery lines say.",
        "fulfillment_i4_schedule_lines",
    ),
    Invariant(
        "I3",
        "Goods issues moved stock",
        "Every shipped delivery line moved as much stock, at the same cost, as it says.",
        "fulfillment_i3_goods_issues",
    ),
    Invariant(
        "I4",
        "Packages hold what was picked",
        "The packages of a delivery hold exactly what was picked for it.",
        "fulfillment_i4_packages",
    ),
)
