from orders.models.credit import CreditMovement, CreditProfile, CreditTotal
from orders.models.orders import Order, OrderChange, OrderHold, OrderLine
from orders.models.promises import PromiseEvent, ScheduleLine

__all__ = [
    "CreditMovement",
    "CreditProfile",
    "CreditTotal",
    "Order",
    "OrderChange",
    "OrderHold",
    "OrderLine",
    "PromiseEvent",
    "ScheduleLine",
]
