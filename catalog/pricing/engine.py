"""Find every line's price and discounts and compute its net value: the same request always gives the same cents.

Order of a line: convert into the document's currency, price, discounts, round once HALF_UP, fixed surcharges
(docs/pricing.md; the lessons of odoo/odoo #56770 and frappe/erpnext #16927). Up to the rounding all arithmetic is
exact: values are kept as numerator and denominator, because "per 3" or "per case of 12" has no finite decimal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from catalog.pricing.search import Hit, Key, Lookup, entered_by_hand, key_values, lookups_of, search
from catalog.pricing.types import (
    Choice,
    ConditionKind,
    Finding,
    PricedLine,
    PricingLine,
    PricingRequest,
    ProcedureStep,
    Records,
)
from catalog.trace import READABLE_PLACES, Calculation, Reason, TraceStep
from core.rounding import currency_exponent, exact_arithmetic, round_quotient

Value = tuple[Decimal, int]  # an exact amount: numerator, denominator

_ZERO = Decimal(0)
_NOTHING: Value = (_ZERO, 1)
_PERCENT = Decimal("0.01")


def price_lines(request: PricingRequest, records: Records) -> list[PricedLine]:
    """Price all lines of a document from its candidate records, in time linear in the lines.

    A line without a price comes back with value zero and the finding NO_PRICE; an entry by hand beyond its limit is
    applied and flagged, because who may go how far is decided where the order is confirmed.
    """
    plan = _Plan(
        request,
        currency_exponent(request.currency),
        tuple((step, lookups_of(step, records)) for step in request.procedure.steps),
    )
    with exact_arithmetic():
        return [_priced(plan, line) for line in request.lines]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is the same for all lines, worked out once."""

    request: PricingRequest
    exponent: int
    steps: tuple[tuple[ProcedureStep, tuple[Lookup, ...]], ...]


@dataclass(slots=True)
class _Work:
    """One line on its way through the procedure."""

    line: PricingLine
    keys: Key
    running: Value
    after: dict[int, Value]  # the running value after each step, for references
    findings: list[Finding]
    trace: list[TraceStep]
    price: Hit | None = None
    reduced: Decimal | None = None  # the rounded value after discounts, before surcharges


def _priced(plan: _Plan, line: PricingLine) -> PricedLine:
    """Take one line through all steps; the rounding stands between the last discount and the first surcharge."""
    if not line.quantity >= 0:
        raise ValueError("a line to price has a quantity that is not negative")
    work = _Work(line, key_values(plan.request, line), _NOTHING, {}, [], [])
    for step, lookups in plan.steps:
        if work.reduced is None and step.condition_type.kind is ConditionKind.SURCHARGE:
            work.reduced = _round(plan, work)
        _take(plan, work, step, lookups)
        work.after[step.number] = work.running
    if work.reduced is None:
        work.reduced = _round(plan, work)
    return _result(plan, work, work.reduced)


def _result(plan: _Plan, work: _Work, reduced: Decimal) -> PricedLine:
    price = work.price
    net = round_quotient(*work.running, plan.exponent)  # all parts are rounded already: this gives a zero its places
    value = round_quotient(*work.after[plan.steps[0][0].number], plan.exponent)
    return PricedLine(
        line_id=work.line.line_id,
        currency=plan.request.currency,
        unit_price=price.rate if price else _ZERO,
        price_unit=price.price_unit if price else 1,
        price_uom=price.unit if price else work.line.unit,
        value=value,
        discount=value - reduced,
        surcharge=net - reduced,
        net=net,
        excludes_promotions=price.excludes_promotions if price else False,
        findings=tuple(work.findings),
        trace=tuple(work.trace),
    )


def _round(plan: _Plan, work: _Work) -> Decimal:
    """Round the line's amount: the one place where it happens."""
    exact, currency = work.running, plan.request.currency
    rounded = round_quotient(*exact, plan.exponent)
    work.running = (rounded, 1)
    if exact[1] != 1 or exact[0] != rounded:
        number = next(reversed(work.after))
        work.trace.append(
            TraceStep(number, "Rounded", Calculation.ROUNDING, currency, basis=_readable(exact), amount=rounded)
        )
    return rounded


def _take(plan: _Plan, work: _Work, step: ProcedureStep, lookups: Sequence[Lookup]) -> None:
    """Carry out one step: search, choose, let an entry by hand replace the choice, apply, keep why others lost."""
    found = list(search(plan.request, work.line, work.keys, lookups)) if lookups else []
    basis = work.running if step.reference is None else work.after[step.reference]
    chosen, choice_reason = _choose(step, work, found, basis)
    entered = _entered(plan, work, step) if work.line.manual else None
    taken = entered or chosen
    for hit in found:
        if hit is not taken:
            reason = hit.reason if not hit.applies else Reason.REPLACED if entered else Reason.BETTER
            work.trace.append(_traced(plan, work, step, hit, basis, None, reason))
    if entered and _over_limit(work, step, entered, chosen, basis):
        work.findings.append(Finding.OVER_LIMIT)
        _apply(plan, work, step, entered, basis, Reason.OVER_LIMIT)
    elif taken:
        _apply(plan, work, step, taken, basis, Reason.APPLIED if entered else choice_reason)
    elif step.condition_type.kind is ConditionKind.PRICE:
        work.findings.append(Finding.NO_PRICE)
        work.trace.append(_not_found(plan, step))


def _entered(plan: _Plan, work: _Work, step: ProcedureStep) -> Hit | None:
    """The entry by hand for this step, if there is one, it is allowed, and its unit is known."""
    condition = step.condition_type
    for entry in work.line.manual:
        if entry.condition_type == condition.code:
            hit = entered_by_hand(plan.request, work.line, entry)
            reason = hit.reason if condition.manual else Reason.HAND_NOT_ALLOWED
            if reason is Reason.APPLIED:
                return hit
            work.findings.append(Finding.HAND_NOT_ALLOWED)
            work.trace.append(_traced(plan, work, step, hit, work.running, None, reason))
    return None


def _choose(step: ProcedureStep, work: _Work, found: Sequence[Hit], basis: Value) -> tuple[Hit | None, Reason]:
    """Pick the best or worst of several for the customer; of equal ones the more specific, then the older record."""
    if len(found) == 1 and found[0].applies:
        return found[0], Reason.APPLIED
    hits = [hit for hit in found if hit.applies]
    if len(hits) < 2:
        return (hits[0] if hits else None), Reason.APPLIED
    lowest_wins = (step.condition_type.choice is Choice.BEST) == (
        step.condition_type.kind is not ConditionKind.DISCOUNT
    )
    chosen, chosen_worth = hits[0], _worth(work.line, hits[0], basis)
    for hit in hits[1:]:
        worth = _worth(work.line, hit, basis)
        if _less(worth, chosen_worth) if lowest_wins else _less(chosen_worth, worth):
            chosen, chosen_worth = hit, worth
    return chosen, Reason.CHOSEN


def _over_limit(work: _Work, step: ProcedureStep, entered: Hit, found: Hit | None, basis: Value) -> bool:
    """Say whether an entry by hand exceeds its limit: a share of the basis for a discount, else of what was found."""
    limit = step.condition_type.manual.max_percent_off if step.condition_type.manual else None
    if limit is None:
        return False
    worth = _worth(work.line, entered, basis)
    if step.condition_type.kind is ConditionKind.DISCOUNT:
        return _less(_times(basis, limit * _PERCENT), worth)
    if found is None:
        return False
    expected = _worth(work.line, found, basis)
    return _less(worth, _times(expected, 1 - limit * _PERCENT))


def _apply(plan: _Plan, work: _Work, step: ProcedureStep, hit: Hit, basis: Value, reason: Reason) -> None:
    """Change the running value by what the rate is worth. No discount or negative surcharge takes a line below zero."""
    kind = step.condition_type.kind
    if kind is ConditionKind.PRICE:
        if hit.calculation is not Calculation.PER_UNIT or hit.rate < 0:
            raise ValueError("a price is an amount per unit, and not negative")
        work.price = hit
    worth = _worth(work.line, hit, basis)
    if kind is ConditionKind.SURCHARGE:
        worth = (round_quotient(*worth, plan.exponent), 1)
    change = _times(worth, Decimal(-1)) if kind is ConditionKind.DISCOUNT else worth
    after = _plus(work.running, change)
    if after[0] < 0:
        change, after = _times(work.running, Decimal(-1)), _NOTHING
        reason = reason if reason is Reason.OVER_LIMIT else Reason.LIMITED
    work.running = after
    work.trace.append(_traced(plan, work, step, hit, basis, change, reason))


def _worth(line: PricingLine, hit: Hit, basis: Value) -> Value:
    """What a rate amounts to for this line, exactly."""
    if hit.calculation is Calculation.PERCENT:
        return _times(basis, hit.rate * _PERCENT)
    if hit.calculation is Calculation.AMOUNT:
        return (hit.rate, 1)
    ratio = hit.ratio
    return (line.quantity * hit.rate * ratio.numerator, ratio.denominator * hit.price_unit)


def _plus(one: Value, other: Value) -> Value:
    if one[1] == other[1]:
        return (one[0] + other[0], one[1])
    return (one[0] * other[1] + other[0] * one[1], one[1] * other[1])


def _times(value: Value, factor: Decimal) -> Value:
    return (value[0] * factor, value[1])


def _less(one: Value, other: Value) -> bool:
    return one[0] * other[1] < other[0] * one[1]


def _readable(value: Value) -> Decimal:
    return value[0] if value[1] == 1 else round_quotient(*value, READABLE_PLACES)


def _traced(
    plan: _Plan, work: _Work, step: ProcedureStep, hit: Hit, basis: Value, change: Value | None, reason: Reason
) -> TraceStep:
    """Write down what was done with a rate, or (no change) why nothing was."""
    shown: Decimal | None = None
    if hit.calculation is Calculation.PERCENT:
        shown = _readable(basis)
    elif hit.calculation is Calculation.PER_UNIT:
        shown = _readable((work.line.quantity * hit.ratio.numerator, hit.ratio.denominator))
    return TraceStep(
        step.number,
        step.condition_type.name,
        hit.calculation,
        plan.request.currency,
        shown,
        hit.written_rate,
        None if change is None else _readable(change),
        change is not None,
        reason,
        hit.record_id,
        hit.source,
        hit.is_manual,
        "" if hit.calculation is Calculation.PERCENT else hit.rate_currency,
        hit.fx_rate,
        hit.price_unit,
        hit.unit,
    )


def _not_found(plan: _Plan, step: ProcedureStep) -> TraceStep:
    return TraceStep(
        step.number,
        step.condition_type.name,
        Calculation.PER_UNIT,
        plan.request.currency,
        is_active=False,
        reason=Reason.NOT_FOUND,
    )
