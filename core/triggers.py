"""Triggers that more than one model declares: what the database refuses although the code should never try."""

from collections.abc import Iterable, Mapping

import pgtrigger
from django.db import models

from core.states import Transition


class _Both(pgtrigger.Condition):
    """Two conditions at once; the library combines only conditions of one kind."""

    def __init__(self, first: pgtrigger.Condition, second: pgtrigger.Condition) -> None:
        self.parts = (first, second)

    def resolve(self, model: type[models.Model]) -> str:
        """Render both."""
        return "(" + " AND ".join(f"({part.resolve(model)})" for part in self.parts) + ")"


def legal_transitions(transitions: Mapping[str, Transition], *, field: str = "status") -> pgtrigger.FSM:
    """Refuse every change of ``field`` that is not in the table of ``states.py`` (invariant I14)."""
    pairs = sorted(
        {(source, move.target) for move in transitions.values() for source in move.sources if source != move.target}
    )
    return pgtrigger.FSM(name=f"legal_{field}", field=field, transitions=pairs)


def frozen_once(
    condition: pgtrigger.Q, *, except_fields: Iterable[str] = (), name: str = "frozen"
) -> pgtrigger.Trigger:
    """Refuse changes of a row that is issued or posted, but for derived fields such as payment state and version."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=_Both(condition, pgtrigger.AnyChange(exclude=list(except_fields))),
        func="RAISE EXCEPTION '% is posted and does not change; write a new document', TG_TABLE_NAME"
        " USING ERRCODE = '23514', CONSTRAINT = 'frozen_kept_rule';",
    )


def never_deleted(condition: pgtrigger.Q | None = None, *, name: str = "never_deleted") -> pgtrigger.Trigger:
    """Refuse DELETE of rows that carry a number or a posting."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Delete,
        condition=condition,
        func="RAISE EXCEPTION '% is posted and cannot be deleted; reverse it', TG_TABLE_NAME"
        " USING ERRCODE = '23514', CONSTRAINT = 'never_deleted_kept_rule';",
    )
