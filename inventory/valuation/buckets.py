"""Value stock moves of many buckets at moving average: the engine applied to what was read under the buckets' locks."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db import connection

from core.ledger import Total
from core.rounding import currency_exponent
from inventory.places import Place
from inventory.valuation.engine import StockMove, StockValue, ValuedMove, apply_moves

_LAST_COSTS = """
    SELECT DISTINCT ON (total_id) total_id, value / on_hand FROM inventory_stockmovement
    WHERE total_id = ANY(%s) AND on_hand > 0 AND value > 0 ORDER BY total_id, id DESC
"""


def value_moves(
    buckets: Mapping[Place, Total], moves: Sequence[tuple[Place, StockMove]], *, currency: str
) -> dict[int, ValuedMove]:
    """Value these moves in the order given, each in its bucket, and return them by the key of the move.

    No statement while there is stock; one for all buckets that are empty or below zero, whose cost can only be
    estimated.
    """
    by_place: dict[Place, list[StockMove]] = {}
    for place, move in moves:
        by_place.setdefault(place, []).append(move)
    empty = [buckets[place].id for place in by_place if buckets[place].balances["on_hand"] <= 0]
    last_costs = _last_unit_costs(empty) if any(_needs_estimate(buckets[p], m) for p, m in by_place.items()) else {}
    valued: dict[int, ValuedMove] = {}
    for place, own in by_place.items():
        total = buckets[place]
        state = StockValue(total.balances["on_hand"], total.balances["value"], last_costs.get(total.id, Decimal(0)))
        _, results = apply_moves(
            state, own, exponent=currency_exponent(currency), allow_negative=bool(total.facts["negative_allowed"])
        )
        valued.update({result.move.key: result for result in results})
    return valued


def _needs_estimate(total: Total, moves: Sequence[StockMove]) -> bool:
    return total.balances["on_hand"] <= 0 and any(move.cost is None for move in moves)


def _last_unit_costs(bucket_ids: Sequence[int]) -> dict[int, Decimal]:
    """What one unit cost when goods last came in, for estimates only."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST_COSTS, [list(bucket_ids)])
        return dict(cursor.fetchall())
