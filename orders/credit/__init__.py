"""Credit engine: pure functions from exposure and open items to a decision and the steps that clear it."""

from orders.credit.engine import check, check_in_turn
from orders.credit.types import (
    Action,
    ActionKind,
    Approval,
    Check,
    CreditProfile,
    CreditRequest,
    CreditResult,
    Exposure,
    Finding,
    OpenItem,
    Payment,
    Reaction,
    RequestLine,
)

__all__ = [
    "Action",
    "ActionKind",
    "Approval",
    "Check",
    "CreditProfile",
    "CreditRequest",
    "CreditResult",
    "Exposure",
    "Finding",
    "OpenItem",
    "Payment",
    "Reaction",
    "RequestLine",
    "check",
    "check_in_turn",
]
