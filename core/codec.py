"""Plain JSON for commands' arguments and answers: what the log stores and what an idempotency key replays."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from cattrs.preconf.json import make_converter
from django.db.models import Model
from moneyed import Money

from core.files import Content

LARGEST_LOGGED_BYTES = (
    8_192  # one log row stays one page; a 1,000-line call keeps its first part, documents hold the rest
)

_converter = make_converter()
_converter.register_unstructure_hook(Decimal, str)
_converter.register_structure_hook(Decimal, lambda value, _: Decimal(value))
_converter.register_unstructure_hook(date, lambda value: value.isoformat())
_converter.register_unstructure_hook(datetime, lambda value: value.isoformat())
_converter.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
_converter.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
_converter.register_unstructure_hook(UUID, str)
_converter.register_structure_hook(UUID, lambda value, _: UUID(value))
_converter.register_unstructure_hook(Money, lambda value: [str(value.amount), str(value.currency)])
_converter.register_structure_hook(Money, lambda value, _: Money(Decimal(value[0]), value[1]))
_converter.register_unstructure_hook(Content, lambda value: {"sha256": value.sha256, "bytes": len(value.data)})
_converter.register_unstructure_hook_func(
    lambda kind: isinstance(kind, type) and issubclass(kind, Model), lambda row: row.pk
)
_converter.register_structure_hook_func(
    lambda kind: isinstance(kind, type) and issubclass(kind, Model), lambda pk, kind: kind._default_manager.get(pk=pk)
)


def to_plain(value: object) -> Any:
    """Turn dataclasses, Decimals, dates, Money and model rows (by primary key) into JSON-ready values."""
    return _converter.unstructure(value)


def from_plain(value: Any, kind: Any) -> Any:
    """Rebuild a value of ``kind`` (a return annotation) from what ``to_plain`` made of it."""
    return None if value is None else _converter.structure(value, kind)


def canonical(value: object) -> str:
    """One text per value, whatever the order of its keys: what is hashed and compared."""
    return json.dumps(to_plain(value), sort_keys=True, separators=(",", ":"), default=str, ensure_ascii=True)


def for_log(value: object) -> str:
    """The arguments as the command log keeps them, as JSON text; oversize ones are cut and say so."""
    text = canonical(value)
    if len(text) <= LARGEST_LOGGED_BYTES:
        return text
    return canonical({"cut": True, "bytes": len(text), "head": text[: LARGEST_LOGGED_BYTES // 2]})
