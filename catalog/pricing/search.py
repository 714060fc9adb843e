"""Find the records that apply to a line: from the most specific key to the most general, by validity, unit, scale."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import itemgetter

from catalog.pricing.types import (
    Bucket,
    ConditionRecord,
    KeyField,
    ManualCondition,
    PricingLine,
    PricingRequest,
    ProcedureStep,
    Records,
)
from catalog.trace import Calculation, Reason
from core.rounding import STOCK_UNIT, UNIT_PRICE_PLACES, UnitRatio, round_places

Key = tuple[int | None, ...]

_KEY_FIELDS = list(KeyField)


@dataclass(frozen=True, slots=True)
class Lookup:
    """Where one access finds its records: how to make a line's key, and the records by key."""

    name: str
    is_exclusive: bool
    key: Callable[[Key], Key]
    bucket: Bucket


@dataclass(frozen=True, slots=True)
class Hit:
    """A rate that could apply to a line, as written and in the document's currency; ``reason`` says if it cannot."""

    calculation: Calculation
    written_rate: Decimal
    rate: Decimal
    source: str = ""
    record_id: int | None = None
    rate_currency: str = ""
    fx_rate: Decimal | None = None
    price_unit: int = 1
    unit: str = ""
    ratio: UnitRatio = STOCK_UNIT  # how many of the record's units one unit of the line is
    excludes_promotions: bool = False
    is_manual: bool = False
    reason: Reason = Reason.APPLIED

    @property
    def applies(self) -> bool:
        return self.reason is Reason.APPLIED


def lookups_of(step: ProcedureStep, records: Records) -> tuple[Lookup, ...]:
    """List the accesses of a step that have any record at all for this document; the others cost nothing per line."""
    condition = step.condition_type
    return tuple(
        Lookup(access.name, access.is_exclusive, _key_maker(access.fields), bucket)
        for access in condition.accesses
        if (bucket := records.by_access.get((condition.code, access.name)))
    )


def key_values(request: PricingRequest, line: PricingLine) -> Key:
    """Everything a price can be made for, in the order of ``KeyField``; what is None finds nothing."""
    return (request.account_id, request.price_group_id, line.agreement_line_id, line.product_id, line.category_id)


def search(request: PricingRequest, line: PricingLine, values: Key, lookups: Sequence[Lookup]) -> Iterator[Hit]:
    """Give every candidate, most specific first, up to the first exclusive access that has an applicable one."""
    for lookup in lookups:
        candidates = lookup.bucket.get(lookup.key(values))  # type: ignore[arg-type]  # a None in the key finds nothing
        if not candidates:
            continue
        found = False
        for record in _by_fit(request, line, candidates):
            hit = _hit(request, line, record, lookup.name)
            yield replace(hit, reason=Reason.BETTER_MATCH) if found and hit.applies else hit
            found = found or hit.applies
        if found and lookup.is_exclusive:
            return


def entered_by_hand(request: PricingRequest, line: PricingLine, entry: ManualCondition) -> Hit:
    """Take an entry by hand as a hit: in the document's currency, per line unit unless it names another."""
    unit = entry.unit or line.unit
    ratio = _ratio(line, unit)
    return Hit(
        calculation=entry.calculation,
        written_rate=entry.rate,
        rate=entry.rate,
        rate_currency=request.currency,
        price_unit=entry.price_unit,
        unit=unit,
        ratio=ratio or STOCK_UNIT,
        is_manual=True,
        reason=Reason.APPLIED if ratio else Reason.NO_UNIT,
    )


def _by_fit(
    request: PricingRequest, line: PricingLine, candidates: Sequence[ConditionRecord]
) -> Sequence[ConditionRecord]:
    """Order the valid records of one key: the document's currency first, then the line's unit, then the oldest."""
    if len(candidates) == 1:
        return candidates if candidates[0].is_valid(request.on) else ()
    valid = [record for record in candidates if record.is_valid(request.on)]
    return sorted(
        valid, key=lambda record: (record.currency not in ("", request.currency), record.unit not in ("", line.unit))
    )


def _hit(request: PricingRequest, line: PricingLine, record: ConditionRecord, source: str) -> Hit:
    unit = record.unit or line.unit
    ratio = STOCK_UNIT if unit == line.unit else _ratio(line, unit)
    rate = record.rate if not record.scale else _scaled(record, line.quantity, ratio or STOCK_UNIT)
    fx_rate: Decimal | None = None
    reason = Reason.APPLIED
    if ratio is None:
        reason = Reason.NO_UNIT
    elif rate is None:
        reason = Reason.BELOW_SCALE
    elif record.currency and record.currency != request.currency:
        fx_rate = request.fx_rates.get(record.currency)
        reason = Reason.NO_RATE if fx_rate is None else reason
    written = record.rate if rate is None else rate
    return Hit(
        record.calculation,
        written,
        written if fx_rate is None else _converted(record, written, fx_rate),
        source,
        record.id,
        record.currency,
        fx_rate,
        record.price_unit,
        unit,
        ratio or STOCK_UNIT,
        record.excludes_promotions,
        False,
        reason,
    )


def _converted(record: ConditionRecord, rate: Decimal, fx_rate: Decimal) -> Decimal:
    """Convert before anything else; a unit price to its six places, so that a stored line can be recomputed."""
    converted = rate * fx_rate
    return round_places(converted, UNIT_PRICE_PLACES) if record.calculation is Calculation.PER_UNIT else converted


def _ratio(line: PricingLine, unit: str) -> UnitRatio | None:
    if unit == line.unit:
        return STOCK_UNIT
    source, target = line.units.get(line.unit), line.units.get(unit)
    return source.per(target) if source and target else None


def _scaled(record: ConditionRecord, quantity: Decimal, ratio: UnitRatio) -> Decimal | None:
    """Choose the scale row (kind "from"): the largest start not above the quantity, compared without rounding."""
    base = quantity * ratio.numerator
    reached = [row for row in record.scale if row.start * ratio.denominator <= base]
    return max(reached, key=lambda row: row.start).rate if reached else None


def _key_maker(fields: Sequence[KeyField]) -> Callable[[Key], Key]:
    places = [_KEY_FIELDS.index(field) for field in fields]
    if len(places) == 1:
        only = places[0]
        return lambda values: (values[only],)
    return itemgetter(*places)
