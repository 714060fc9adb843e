"""What orders does when lower rooms tell it something: hand it to a worker, because a handler locks no documents."""

from core import outbox
from core.runs import current_run
from inventory.events import PromisesMoved, SupplyAdded
from orders.services.waiting import REPROMISE_WAITING


def carry_moved_promises(event: PromisesMoved) -> None:
    """Have the moved promises written into schedule lines and told to sales, once per event."""
    moves = [
        {
            "commitment_id": move.commitment_id,
            "quantity": str(move.quantity),
            "new_ship_on": move.new_ship_on.isoformat() if move.new_ship_on else None,
            "new_commitment_id": move.new_commitment_id,
            "reason": move.reason,
        }
        for move in event.moves
    ]
    payload = {"company_id": event.company_id, "moves": moves, "key": str(current_run().uid)}
    outbox.emit("orders.note_moved_promises", [payload], queue="promising")


def carry_added_supply(event: SupplyAdded) -> None:
    """Have the orders that wait for these products in these warehouses promised again, the first message's worth."""
    places = [list(place) for place in event.places]
    payload = {"company_id": event.company_id, "places": places, "reason": event.reason, "after": None}
    outbox.emit(REPROMISE_WAITING, [payload], queue="promising")
