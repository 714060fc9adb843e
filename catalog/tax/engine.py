"""Determine and compute the tax of a document so that lines, groups, totals, ledger and e-invoice agree to the cent.

Tax is summed by group and rounded once, HALF_UP (EN 16931 BR-CO-17), and then shared to the lines by largest remainder,
so that the sum of the lines *is* the group. With gross prices the gross is the truth and the tax is what it contains.
Rounding per line is the other declared policy; then the group is the sum of its lines.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from catalog.tax.types import (
    ANY,
    PriceBasis,
    TaxedLine,
    TaxGroup,
    TaxLine,
    TaxRequest,
    TaxResult,
    TaxRounding,
    TaxRule,
    TaxRules,
    TaxTreatment,
)
from catalog.trace import Calculation, Reason, TraceStep
from core.apportion import round_shares
from core.rounding import currency_exponent, exact_arithmetic

_ZERO = Decimal(0)

_REASONS = {
    TaxTreatment.STANDARD: Reason.APPLIED,
    TaxTreatment.ZERO: Reason.ZERO_RATED,
    TaxTreatment.EXEMPT: Reason.EXEMPT,
    TaxTreatment.REVERSE_CHARGE: Reason.REVERSE_CHARGE,
    TaxTreatment.INTRA_COMMUNITY: Reason.INTRA_COMMUNITY,
    TaxTreatment.EXPORT: Reason.EXPORT,
}

GroupKey = tuple[str, TaxTreatment, Decimal]


def compute_tax(request: TaxRequest, rules: TaxRules) -> TaxResult:
    """Give each line its tax code, rate and tax, with the groups and totals of the document."""
    exponent = currency_exponent(request.currency)
    determined: dict[GroupKey, list[tuple[int, TaxLine, TaxRule]]] = {}
    taxed: list[TaxedLine | None] = [None] * len(request.lines)
    undetermined: list[int] = []
    with exact_arithmetic():
        for index, line in enumerate(request.lines):
            rule = find_rule(request, line, rules)
            if rule is None:
                undetermined.append(line.line_id)
                taxed[index] = _without_rule(request, line)
            else:
                determined.setdefault((rule.code, rule.treatment, rule.rate), []).append((index, line, rule))
        groups: list[TaxGroup] = []
        for members in determined.values():
            group, lines = _tax_group(request, [(line, rule) for _, line, rule in members], exponent)
            groups.append(group)
            for (index, _, _), taxed_line in zip(members, lines, strict=True):
                taxed[index] = taxed_line
        return _result([taxed_line for taxed_line in taxed if taxed_line is not None], groups, undetermined)


def find_rule(request: TaxRequest, line: TaxLine, rules: TaxRules) -> TaxRule | None:
    """Find the rule for a line: its own category before any category, the country of destination before any country."""
    for key in _keys(request, line):
        for rule in rules.by_key.get(key, ()):
            if rule.is_valid(request.on):
                return rule
    return None


def _keys(request: TaxRequest, line: TaxLine) -> Iterator[tuple[str, str, str, str]]:
    ship_from = line.ship_from or request.ship_from
    for category in (line.tax_category, ANY):
        for ship_to in (request.ship_to, ANY):
            yield category, request.account_tax_class, ship_from, ship_to


def _tax_group(
    request: TaxRequest, members: Sequence[tuple[TaxLine, TaxRule]], exponent: int
) -> tuple[TaxGroup, list[TaxedLine]]:
    """Tax the lines of one group together, by the document's price basis and rounding policy."""
    first = members[0][1]
    amounts = [line.amount for line, _ in members]
    rate = Fraction(first.rate)
    factor = rate / 100 if request.price_basis is PriceBasis.NET else rate / (100 + rate)
    if request.rounding is TaxRounding.GROUP:
        taxes = round_shares(amounts, factor, exponent)
    else:
        taxes = [round_shares([amount], factor, exponent)[0] for amount in amounts]
    total, tax = sum(amounts, _ZERO), sum(taxes, _ZERO)
    group_trace = _GroupTrace(request, total, tax, len(members))
    lines = [
        _taxed(request, line, rule, line_tax, group_trace)
        for (line, rule), line_tax in zip(members, taxes, strict=True)
    ]
    net, gross = (total, total + tax) if request.price_basis is PriceBasis.NET else (total - tax, total)
    return TaxGroup(first.code, first.name, first.treatment, first.rate, net, tax, gross), lines


class _GroupTrace:
    """Says why this tax. What the lines of a group have in common is one and the same step for all of them."""

    def __init__(self, request: TaxRequest, total: Decimal, tax: Decimal, size: int) -> None:
        self.request, self.total, self.tax, self.size = request, total, tax, size
        self.by_rule: dict[tuple[int, str], TraceStep] = {}

    def steps(self, line: TaxLine, rule: TaxRule, tax: Decimal) -> tuple[TraceStep, ...]:
        """By which rule, of what amount, and which part of the group's tax fell to this line."""
        if self.request.rounding is not TaxRounding.GROUP:
            return (self._step(rule, _source(self.request, line), line.amount, tax),)
        source = _source(self.request, line)
        common = self.by_rule.get((rule.id, source))
        if common is None:
            common = self.by_rule[rule.id, source] = self._step(rule, source, self.total, self.tax)
        if self.size == 1:
            return (common,)
        share = f"One of {self.size} lines:"
        return common, TraceStep(2, share, Calculation.SHARE, self.request.currency, basis=self.tax, amount=tax)

    def _step(self, rule: TaxRule, source: str, basis: Decimal, amount: Decimal) -> TraceStep:
        return TraceStep(
            1,
            rule.name,
            Calculation.PERCENT if self.request.price_basis is PriceBasis.NET else Calculation.PERCENT_WITHIN,
            self.request.currency,
            basis=basis,
            rate=rule.rate,
            amount=amount,
            reason=_REASONS[rule.treatment],
            record_id=rule.id,
            source=source,
        )


def _taxed(request: TaxRequest, line: TaxLine, rule: TaxRule, tax: Decimal, trace: _GroupTrace) -> TaxedLine:
    is_net = request.price_basis is PriceBasis.NET
    net, gross = (line.amount, line.amount + tax) if is_net else (line.amount - tax, line.amount)
    steps = trace.steps(line, rule, tax)
    return TaxedLine(line.line_id, rule.code, rule.treatment, rule.rate, rule.id, net, tax, gross, steps)


def _source(request: TaxRequest, line: TaxLine) -> str:
    ship_from = line.ship_from or request.ship_from
    return f"{line.tax_category} to {request.account_tax_class}, {ship_from} to {request.ship_to}"


def _without_rule(request: TaxRequest, line: TaxLine) -> TaxedLine:
    step = TraceStep(
        1,
        "Tax",
        Calculation.PERCENT,
        request.currency,
        is_active=False,
        reason=Reason.UNDETERMINED,
        source=_source(request, line),
    )
    return TaxedLine(line.line_id, "", None, _ZERO, None, line.amount, _ZERO, line.amount, (step,))


def _result(lines: Sequence[TaxedLine], groups: Sequence[TaxGroup], undetermined: Sequence[int]) -> TaxResult:
    return TaxResult(
        lines=tuple(lines),
        groups=tuple(sorted(groups, key=lambda group: (-group.rate, group.code, group.treatment))),
        net=sum((line.net for line in lines), _ZERO),
        tax=sum((line.tax for line in lines), _ZERO),
        gross=sum((line.gross for line in lines), _ZERO),
        undetermined=tuple(undetermined),
    )
