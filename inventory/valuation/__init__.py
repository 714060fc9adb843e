"""Valuation engine: pure functions from stock moves to their value."""

from inventory.valuation.engine import (
    MoveKind,
    Revaluation,
    StockMove,
    StockValue,
    StockWouldGoNegative,
    ValuedMove,
    apply_moves,
    replay_differences,
)

__all__ = [
    "MoveKind",
    "Revaluation",
    "StockMove",
    "StockValue",
    "StockWouldGoNegative",
    "ValuedMove",
    "apply_moves",
    "replay_differences",
]
