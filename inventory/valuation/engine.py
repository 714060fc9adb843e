"""Moving average: what each stock move is worth, so that no cent of cost is lost or made.

One state is the stock of one product in one valuation area (a company, or one of its warehouses), in the functional
currency. The value is always at the currency's decimal places, rounded once per move, HALF_UP; the last unit takes the
rest. For every move

    cost that came in = change of stock value + expense,

so that, over any history, receipts at cost = value left + expenses, exactly. The value is never below zero while there
is stock, and a state at a date is the replay of the moves to that date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from core.errors import DomainError
from core.rounding import HALF_UP, UNIT_PRICE_PLACES, round_places
from core.wording import plain

ZERO = Decimal(0)


class StockWouldGoNegative(DomainError):
    """A move takes more than there is, in an area that does not allow negative stock."""

    code = "stock_would_go_negative"


class MoveKind(StrEnum):
    """Why stock or its cost changed; the kind decides the value and, in postings, the account of the expense."""

    RECEIPT = "receipt"  # + from a supplier, a transfer or production, at its cost
    ISSUE = "issue"  # - to a customer or a transfer, at the average
    CUSTOMER_RETURN = "customer_return"  # + back from a customer, at the cost it was issued at
    SUPPLIER_RETURN = "supplier_return"  # - back to a supplier, who credits its cost
    ADJUSTMENT = "adjustment"  # + found or - lost in a count, at the average
    COST = "cost"  # landed cost or a changed price of an earlier receipt; moves no stock


_INWARD = frozenset({MoveKind.RECEIPT, MoveKind.CUSTOMER_RETURN, MoveKind.COST})
_OUTWARD = frozenset({MoveKind.ISSUE, MoveKind.SUPPLIER_RETURN})
_AT_AVERAGE = frozenset({MoveKind.ISSUE, MoveKind.ADJUSTMENT})


@dataclass(frozen=True, slots=True)
class StockMove:
    """One physical move or one change of cost, before it is valued.

    `quantity` is signed, in the stock unit; for `COST` it is the (positive) quantity of the receipt that the cost
    belongs to. `cost` is a total in the functional currency, rounded once on entry: what goods cost that come in, or
    what a supplier credits; an added cost may be negative (a price reduction). Goods found without a cost are valued at
    the average.
    """

    key: int
    kind: MoveKind
    quantity: Decimal
    cost: Decimal | None = None

    def __post_init__(self) -> None:
        inward, outward = self.kind in _INWARD, self.kind in _OUTWARD
        assert self.quantity, "A move without quantity moves nothing."
        assert self.quantity > 0 or not inward, f"The quantity of a {self.kind} is above zero."
        assert self.quantity < 0 or not outward, f"The quantity of a {self.kind} is below zero."
        if self.cost is None:
            assert self.kind in _AT_AVERAGE, f"A {self.kind} has a cost of its own."
        else:
            assert self.kind is not MoveKind.ISSUE, "An issue is valued by its stock, not by who moves it."
            assert self.kind is not MoveKind.ADJUSTMENT or self.quantity > 0, "A loss is valued by its stock."
            assert self.kind is MoveKind.COST or self.cost >= 0, "Only an added cost may be below zero."


@dataclass(frozen=True, slots=True)
class StockValue:
    """Quantity and value of the stock, and the unit cost to estimate with while there is none.

    Below zero (only where the area allows it) the value is the estimated cost of what was issued before it came.
    """

    quantity: Decimal = ZERO
    value: Decimal = ZERO
    last_unit_cost: Decimal = ZERO  # six places, HALF_UP; only for estimates, never for stock that exists

    @property
    def unit_cost(self) -> Decimal:
        """The average of what is there, at six places; the last known one where nothing is."""
        if self.quantity <= 0:
            return self.last_unit_cost
        return round_places(HALF_UP.divide(self.value, self.quantity), UNIT_PRICE_PLACES)


@dataclass(frozen=True, slots=True)
class ValuedMove:
    """What one move is worth, and the state after it: `came_in = stock_value + expense`."""

    move: StockMove
    came_in: Decimal  # cost taken over from outside: a supplier, a transfer, a freight bill
    stock_value: Decimal  # signed change of the value of the stock
    expense: Decimal  # what leaves stock: cost of sales, stock difference, true-up
    after: StockValue
    trace: str


@dataclass(frozen=True, slots=True)
class Revaluation:
    """How much a replay changed the worth of one move; posted in the open period where the move's own is locked."""

    key: int
    stock_value: Decimal
    expense: Decimal


Effect = tuple[Decimal, Decimal, str]  # came in, change of stock value, how it was found


def apply_moves(
    state: StockValue, moves: Iterable[StockMove], *, exponent: int, allow_negative: bool = False
) -> tuple[StockValue, list[ValuedMove]]:
    """Value stock moves in the order given, at moving average cost.

    `exponent` is the number of decimal places of the functional currency. Replaying from a checkpoint gives the same as
    replaying from the beginning.

    Raises:
        StockWouldGoNegative: a move takes more than there is and `allow_negative` is off.
    """
    valued = []
    for move in moves:
        after_quantity = state.quantity if move.kind is MoveKind.COST else state.quantity + move.quantity
        if after_quantity < 0 and after_quantity < state.quantity and not allow_negative:
            raise StockWouldGoNegative(f"{plain(-move.quantity)} wanted, {plain(state.quantity)} there.")
        came_in, change, how = _RULES[move.kind](state, move, exponent)
        after = StockValue(after_quantity, state.value + change, state.last_unit_cost)
        after = replace(after, last_unit_cost=after.unit_cost)
        valued.append(ValuedMove(move, came_in, change, came_in - change, after, how))
        state = after
    return state, valued


def replay_differences(before: Iterable[ValuedMove], after: Iterable[ValuedMove]) -> list[Revaluation]:
    """Show what a back-dated move or a changed cost does to every later move, before it is saved.

    Moves are compared by key, in the order of the new history; a move that is only in one of the two counts in full.
    """
    old = {valued.move.key: valued for valued in before}
    found = []
    for valued in after:
        known = old.pop(valued.move.key, None)
        stock_value = valued.stock_value - (known.stock_value if known else ZERO)
        expense = valued.expense - (known.expense if known else ZERO)
        if stock_value or expense:
            found.append(Revaluation(valued.move.key, stock_value, expense))
    gone = (Revaluation(key, -valued.stock_value, -valued.expense) for key, valued in old.items())
    return [*found, *gone]


def _receipt(state: StockValue, move: StockMove, exponent: int) -> Effect:
    cost = _cost(move, exponent)
    return cost, _settled(state, move.quantity, cost, exponent), f"{plain(move.quantity)} at their cost of {cost:f}"


def _issue(state: StockValue, move: StockMove, exponent: int) -> Effect:
    value = _worth(state, -move.quantity, exponent)
    how = f"{plain(-move.quantity)} at the average of {plain(state.unit_cost)}"
    if move.quantity == -state.quantity:
        how = f"the last {plain(-move.quantity)} take the whole value"
    return ZERO, -value, how


def _customer_return(state: StockValue, move: StockMove, exponent: int) -> Effect:
    """Back at the cost of its issue, so that stock ledger and cost of sales agree after any replay."""
    cost = _cost(move, exponent)
    how = f"{plain(move.quantity)} back at their issue cost of {cost:f}"
    return ZERO, _settled(state, move.quantity, cost, exponent), how


def _supplier_return(state: StockValue, move: StockMove, exponent: int) -> Effect:
    """What the supplier credits leaves the stock, at most its value; the last unit leaves nothing behind."""
    credit, quantity = _cost(move, exponent), -move.quantity
    if quantity > state.quantity:
        value = _worth(state, quantity, exponent)
    else:
        value = state.value if quantity == state.quantity else min(credit, state.value)
    return -credit, -value, f"{plain(quantity)} back to the supplier for {credit:f}"


def _adjustment(state: StockValue, move: StockMove, exponent: int) -> Effect:
    if move.quantity < 0:
        return _issue(state, move, exponent)
    if move.cost is not None:
        cost = _cost(move, exponent)
    elif state.quantity > 0:
        cost = _share(state.value, move.quantity, state.quantity, exponent)
    else:
        cost = round_places(HALF_UP.multiply(state.last_unit_cost, move.quantity), exponent)
    return ZERO, _settled(state, move.quantity, cost, exponent), f"{plain(move.quantity)} found, valued at {cost:f}"


def _added_cost(state: StockValue, move: StockMove, exponent: int) -> Effect:
    """Stock keeps the part for units that are still here; the part for units already sold goes to cost of sales.

    At moving average units have no name, so those of the receipt count as here as far as the stock covers them.
    """
    cost = _cost(move, exponent)
    covered = min(max(state.quantity, ZERO), move.quantity)
    kept = max(_share(cost, covered, move.quantity, exponent), -state.value) if covered else ZERO
    return cost, kept, f"{plain(covered)} of {plain(move.quantity)} still here keep {kept:f} of {cost:f}"


_RULES: dict[MoveKind, Callable[[StockValue, StockMove, int], Effect]] = {
    MoveKind.RECEIPT: _receipt,
    MoveKind.ISSUE: _issue,
    MoveKind.CUSTOMER_RETURN: _customer_return,
    MoveKind.SUPPLIER_RETURN: _supplier_return,
    MoveKind.ADJUSTMENT: _adjustment,
    MoveKind.COST: _added_cost,
}


def _cost(move: StockMove, exponent: int) -> Decimal:
    assert move.cost is not None
    return round_places(move.cost, exponent)


def _share(total: Decimal, part: Decimal, whole: Decimal, exponent: int) -> Decimal:
    return round_places(HALF_UP.divide(HALF_UP.multiply(total, part), whole), exponent)


def _worth(state: StockValue, quantity: Decimal, exponent: int) -> Decimal:
    """The value of a quantity that leaves: the average of what is there, the last known cost for what is not."""
    there = max(state.quantity, ZERO)
    if quantity < there:
        return _share(state.value, quantity, there, exponent)
    missing = round_places(HALF_UP.multiply(state.unit_cost, quantity - there), exponent)
    return (state.value if there else ZERO) + missing


def _settled(state: StockValue, quantity: Decimal, cost: Decimal, exponent: int) -> Decimal:
    """How much the stock value changes when goods of this cost come in.

    What covers stock below zero takes the estimate out again; its true cost is an expense (the true-up).
    """
    owed = max(-state.quantity, ZERO)
    if not owed:
        return cost
    covering = min(quantity, owed)
    estimate = -state.value if covering == owed else _share(-state.value, covering, owed, exponent)
    true_cost = cost if covering == quantity else _share(cost, covering, quantity, exponent)
    return cost - true_cost + estimate
