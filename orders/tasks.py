"""Orders' work for workers: shells around services."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.system import system_user
from orders.services import note_moved_promises


def note_moved_promises_task(*, company_id: int, moves: Sequence[Mapping[str, Any]], key: str) -> None:
    """Carry one change of supply into the orders that leaned on it; a repeated message changes nothing."""
    note_moved_promises.once(key)(company_id=company_id, moves=moves, actor=system_user())
