"""Keep traces on documents as plain JSON and read them back: a figure stored years ago still explains itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Any

from catalog.trace import Calculation, Reason, TraceStep, sentence

StoredStep = dict[str, Any]


class Stage(StrEnum):
    """Which engine made a step, in the order in which they work on a line."""

    PRICE = "price"
    PROMOTION = "promotion"
    TAX = "tax"


STAGE_TITLES = {Stage.PRICE: "Price", Stage.PROMOTION: "Order discount and coupon", Stage.TAX: "Tax"}

_FIELDS = tuple((field.name, field.default) for field in fields(TraceStep))
_VALUES = attrgetter(*(name for name, _ in _FIELDS))
_PLAIN = frozenset({str, int, bool})
_DECIMALS = frozenset({"basis", "rate", "amount", "fx_rate"})


def packed(steps: Iterable[TraceStep], stage: Stage) -> list[StoredStep]:
    """The steps as JSON-ready dicts. Decimals become texts, what has its default is left out."""
    return [_packed(step, stage) for step in steps]


def _packed(step: TraceStep, stage: Stage) -> StoredStep:
    found: StoredStep = {"stage": stage.value}
    for (name, default), value in zip(_FIELDS, _VALUES(step), strict=True):
        if value is default or value is None or value == default:
            continue
        kind = type(value)
        found[name] = f"{value:f}" if kind is Decimal else value if kind in _PLAIN else value.value
    return found


def unpacked(stored: Iterable[Mapping[str, Any]], *, stage: Stage | None = None) -> list[TraceStep]:
    """The steps again, all or those of one stage. Keys that this version does not know are ignored."""
    return [_unpacked(step) for step in stored if stage is None or step.get("stage") == stage]


def _unpacked(stored: Mapping[str, Any]) -> TraceStep:
    values = {name: stored[name] for name, _ in _FIELDS if name in stored}
    for name in _DECIMALS & values.keys():
        values[name] = Decimal(values[name])
    values["calculation"] = Calculation(values["calculation"])
    if "reason" in values:
        values["reason"] = Reason(values["reason"])
    return TraceStep(**values)


def stored_sentence(stored: Sequence[Mapping[str, Any]]) -> str:
    """The whole derivation in plain words: price, then order discount and coupon, then tax."""
    parts = [sentence(unpacked(stored, stage=stage)) for stage in Stage]
    return " ".join(part for part in parts if part)
