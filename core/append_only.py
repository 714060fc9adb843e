"""Tables that only grow: movements, events, posted facts. The database refuses every change, the audit seals each."""

from typing import ClassVar

import pgtrigger
from django.apps import apps
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.expressions import Func


class TransactionId(Func):
    """The 64-bit id of the writing transaction: the sealer's horizon, so that a late commit is never skipped."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()
    allowed_default = True


def refuse_change(name: str = "append_only") -> pgtrigger.Trigger:
    """A statement trigger that refuses UPDATE, DELETE and TRUNCATE with one sentence."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
        func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME"
        " USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';",
    )


class AppendOnly(models.Model):
    """A row that is written once. ``txid`` is set by the database and orders the sealed chain."""

    txid = models.BigIntegerField(db_default=TransactionId(), editable=False)

    class Meta:
        abstract = True
        indexes: ClassVar[tuple[models.Index, ...]] = (BrinIndex(fields=["txid"]),)
        triggers: ClassVar[tuple[pgtrigger.Trigger, ...]] = (refuse_change(),)


def append_only_models() -> list[type[models.Model]]:
    """Every concrete append-only model, by table name."""
    found = [model for model in apps.get_models() if issubclass(model, AppendOnly)]
    return sorted(found, key=lambda model: model._meta.db_table)


def append_only_tables() -> list[str]:
    """Their tables: the application role is granted INSERT and SELECT there, nothing else."""
    return [model._meta.db_table for model in append_only_models()]
