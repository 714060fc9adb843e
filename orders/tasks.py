"""Orders' work for workers: shells around services."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.system import system_user
from core.work import message_key
from orders.services import note_moved_promises, repromise_waiting


def note_moved_promises_task(*, company_id: int, moves: Sequence[Mapping[str, Any]], key: str) -> None:
    """Carry one change of supply into the orders that leaned on it; a repeated message changes nothing."""
    note_moved_promises.once(key)(company_id=company_id, moves=moves, actor=system_user())


def repromise_waiting_task(
    *, company_id: int, places: Sequence[Sequence[int]], reason: str, after: Sequence[str | int] | None
) -> None:
    """Promise again what waits for supply that was added; a repeated message finds that it is done."""
    repromise_waiting.once(message_key())(
        company_id=company_id, places=places, reason=reason, after=after, actor=system_user()
    )
