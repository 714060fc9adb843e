"""Row history: what each row of master data, of document headers and of lines was, written by triggers.

One history table per tracked table, with a row for every insert, change and deletion, carrying the uid of the command
that caused it (empty: a change past the application). The triggers are statement-level: 1,000 lines written at once
cost one more INSERT ... SELECT. Derived columns are left out: they are recounted from their facts. Append-only tables
need no history, they are one.
"""

from collections.abc import Callable, Collection
from typing import Any, TypeVar

import pghistory
import pghistory.trigger
import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.expressions import Func
from pghistory.models import Event

from core.append_only import AppendOnly, refuse_change

ModelT = TypeVar("ModelT", bound=models.Model)

ALWAYS_LEFT_OUT = frozenset({"version", "changed_at", "changed_by"})  # they say only that something else changed
FRAME = frozenset({"pgh_id", "pgh_created_at", "pgh_label", "pgh_obj", "txid", "command_uid"})


class RunningCommand(Func):
    """The uid of the command in whose transaction the row is written; null outside of commands."""

    template = "(nullif(current_setting('kept.command', true), '')::uuid)"
    output_field = models.UUIDField()
    allowed_default = True


class RowHistory(AppendOnly, Event):
    """One state of one row: as it was inserted or became by a change; at a deletion, as it last was.

    Written by triggers only.
    """

    pgh_id = models.BigAutoField(primary_key=True)
    command_uid = models.UUIDField(null=True, db_default=RunningCommand(), editable=False)

    class Meta(AppendOnly.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.db_table} {self.pk}"


class _Trigger(pghistory.trigger.Event):
    """The library's trigger without its context table: who and why stand in the command log."""

    def get_func(self, model: Any) -> pgtrigger.Func:
        """One INSERT ... SELECT from the statement's transition table."""
        assert self.event_model is not None
        rows = {"NEW": "new_values", "OLD": "old_values"}[self.row]
        columns = [field.column for field in self.event_model._meta.local_fields if field.name not in FRAME]
        names = ", ".join(f'"{column}"' for column in columns)
        values = ", ".join(f'{rows}."{column}"' for column in columns)
        return pgtrigger.Func(
            f'INSERT INTO "{self.event_model._meta.db_table}" ({names}, pgh_obj_id, pgh_label, pgh_created_at)'  # noqa: S608
            f" SELECT {values}, {rows}.id, '{self.label}', statement_timestamp() FROM {{cond_{rows}}}; RETURN NULL;"
        )


class _WithTrigger:
    """Mixed into the library's events so that they install our trigger."""

    def add_event_trigger(self: Any, event_model: type[Event]) -> None:
        """Register the trigger on the tracked model."""
        pgtrigger.register(
            _Trigger(
                event_model=event_model,
                label=self.label,
                name=f"history_{self.label}",
                row=self.row,
                operation=self.operation,
                condition=self.condition,
                level=pgtrigger.Statement,
            )
        )(event_model.pgh_tracked_model)


class _Inserted(_WithTrigger, pghistory.InsertEvent):
    pass


class _Changed(_WithTrigger, pghistory.UpdateEvent):
    pass


class _Deleted(_WithTrigger, pghistory.DeleteEvent):
    pass


def row_history(*, leave_out: Collection[str] = (), from_insert: bool = True) -> Callable[[type[ModelT]], type[ModelT]]:
    """Keep the history of this model's rows. Goes above the class.

    ``leave_out`` names derived columns: counters and states that are recounted, traces that are long. Without
    ``from_insert`` the first row is written at the first change: for documents that are inserted as drafts and posted
    in the same command.
    """

    def decorate(model: type[ModelT]) -> type[ModelT]:
        generated = {field.name for field in model._meta.local_fields if getattr(field, "generated", False)}
        events = [_Changed(), _Deleted(), *([_Inserted()] if from_insert else [])]
        decorated: type[ModelT] = pghistory.track(
            *events,
            exclude=sorted({*leave_out, *generated, *ALWAYS_LEFT_OUT} & {f.name for f in model._meta.local_fields}),
            obj_field=pghistory.ObjForeignKey(related_name="+", related_query_name="+", null=False, db_index=True),
            context_field=None,  # type: ignore[arg-type]  # documented, and not typed so
            model_name=f"{model.__name__}History",
            base_model=RowHistory,
            meta={
                "triggers": (refuse_change(),),
                "indexes": (BrinIndex(fields=["txid"]),),
                "verbose_name": f"history of {model._meta.verbose_name}",
                "default_permissions": (),
            },
        )(model)
        return decorated

    return decorate
