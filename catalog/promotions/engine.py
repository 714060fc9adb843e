"""Apply order discounts and coupons to priced lines, and share them over the lines to the cent.

An order discount comes first, then at most one coupon, on what is left. Minimum values are compared with the value of
the eligible lines before any promotion, so that neither benefit can take the other away; dropping below one removes its
benefit. Each reduction is rounded once, HALF_UP, and shared by largest remainder; no line goes below zero. Lines at an
agreed price that excludes promotions neither count towards a minimum nor get a share.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from catalog.trace import Calculation, Reason, Trace, TraceStep
from core.apportion import apportion
from core.rounding import currency_exponent, exact_arithmetic, round_amount

ORDER_DISCOUNT_STEP = 1
COUPON_STEP = 2

_ZERO = Decimal(0)
_PERCENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Promotion:
    """A reduction of an order from a minimum value on: a percentage, or an amount in its currency.

    Valid from a date until before another. Without a code it applies by itself; with one it is a coupon, and
    ``uses_left`` (None: unlimited) is what was left when it was read. The ledger of uses has the last word when the
    order is confirmed.
    """

    id: int
    name: str
    calculation: Calculation
    rate: Decimal
    currency: str
    valid_from: date
    valid_until: date | None = None
    min_value: Decimal = _ZERO
    code: str = ""
    uses_left: int | None = None

    def __post_init__(self) -> None:
        if self.calculation not in (Calculation.PERCENT, Calculation.AMOUNT) or self.rate < 0:
            raise ValueError("a promotion is a percentage or an amount, and not negative")

    def is_valid(self, on: date) -> bool:
        """Say whether the promotion holds on a date; the last day is the one before ``valid_until``."""
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)


@dataclass(frozen=True, slots=True)
class PromotionLine:
    """A priced line: its amount after line discounts, at the currency's places, not negative."""

    line_id: int
    amount: Decimal
    excludes_promotions: bool = False


@dataclass(frozen=True, slots=True)
class PromotionRequest:
    """The lines of one order with the coupon codes as entered. Amounts are in the document's price basis."""

    on: date
    currency: str
    lines: Sequence[PromotionLine]
    coupon_codes: tuple[str, ...] = ()
    fx_rates: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reduction:
    """What one promotion takes off: of a line, or (as a sum) of the order. The amount is positive."""

    promotion_id: int
    code: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class CouponRefusal:
    """A code that gives nothing, and why; REASON_TEXTS has the words."""

    code: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class ReducedLine:
    """A line before and after promotions: ``amount = original - sum of reductions``."""

    line_id: int
    original: Decimal
    reductions: tuple[Reduction, ...]
    amount: Decimal
    trace: Trace


@dataclass(frozen=True, slots=True)
class PromotionResult:
    """The reduced lines in the order given, what each promotion took off, and which coupon uses the order consumes."""

    lines: tuple[ReducedLine, ...]
    reductions: tuple[Reduction, ...]
    coupon_uses: tuple[Reduction, ...]
    refusals: tuple[CouponRefusal, ...]
    trace: Trace


def apply_promotions(request: PromotionRequest, promotions: Sequence[Promotion]) -> PromotionResult:
    """Reduce an order by the best order discount it has reached and the best coupon that was entered."""
    with exact_arithmetic():
        work = _Work(request)
        automatic = [promotion for promotion in promotions if not promotion.code]
        work.take_best(ORDER_DISCOUNT_STEP, sorted(automatic, key=lambda promotion: promotion.id))
        entered, unknown = _entered(request.coupon_codes, promotions)
        work.take_best(COUPON_STEP, entered)
        return work.result(unknown)


def _normal(code: str) -> str:
    return code.strip().casefold()


def _entered(codes: Sequence[str], promotions: Sequence[Promotion]) -> tuple[list[Promotion], list[str]]:
    """Resolve codes as people type them (case and blanks do not matter, twice counts once), in the order entered."""
    by_code = {_normal(promotion.code): promotion for promotion in promotions if promotion.code}
    known: dict[int, Promotion] = {}
    unknown: list[str] = []
    for code in codes:
        promotion = by_code.get(_normal(code))
        if promotion is not None:
            known[promotion.id] = promotion
        elif code not in unknown:
            unknown.append(code)
    return list(known.values()), unknown


class _Work:
    """The lines on their way through the two steps."""

    def __init__(self, request: PromotionRequest) -> None:
        self.request = request
        self.left = [_ZERO if line.excludes_promotions else line.amount for line in request.lines]
        self.value = sum(self.left, _ZERO)  # what minimum values are compared with
        self.taken: list[tuple[Promotion, Decimal, list[Decimal]]] = []
        self.refused: list[CouponRefusal] = []
        self.trace: list[TraceStep] = []

    def take_best(self, step: int, candidates: Sequence[Promotion]) -> None:
        """Apply the candidate that takes off most, of equal ones the first; the others stay in the trace."""
        basis = sum(self.left, _ZERO)
        offers = [(promotion, *self._offer(promotion, basis)) for promotion in candidates]
        best = max((offer for offer in offers if offer[2] is Reason.APPLIED), key=lambda offer: offer[1], default=None)
        for promotion, amount, reason in offers:
            if best is not None and promotion is best[0]:
                self._take(step, promotion, basis, amount)
            else:
                self._refuse(step, promotion, Reason.BETTER if reason is Reason.APPLIED else reason)

    def _offer(self, promotion: Promotion, basis: Decimal) -> tuple[Decimal, Reason]:
        """What a promotion would take off, or why it takes nothing."""
        request = self.request
        fx_rate = Decimal(1) if promotion.currency == request.currency else request.fx_rates.get(promotion.currency)
        if not promotion.is_valid(request.on):
            return _ZERO, Reason.NOT_VALID
        if promotion.uses_left is not None and promotion.uses_left <= 0:
            return _ZERO, Reason.USED_UP
        if fx_rate is None:
            return _ZERO, Reason.NO_RATE
        if not basis:
            all_agreed = any(line.excludes_promotions and line.amount for line in request.lines) and not self.value
            return _ZERO, Reason.AGREED_PRICE if all_agreed else Reason.NOTHING_LEFT
        if self.value < promotion.min_value * fx_rate:
            return _ZERO, Reason.BELOW_THRESHOLD
        is_percent = promotion.calculation is Calculation.PERCENT
        exact = basis * promotion.rate * _PERCENT if is_percent else promotion.rate * fx_rate
        amount = min(round_amount(exact, request.currency), basis)
        return amount, Reason.APPLIED if amount else Reason.NOTHING_LEFT

    def _take(self, step: int, promotion: Promotion, basis: Decimal, amount: Decimal) -> None:
        shares = apportion(amount, self.left, currency_exponent(self.request.currency))
        self.left = [left - share for left, share in zip(self.left, shares, strict=True)]
        self.taken.append((promotion, amount, shares))
        self.trace.append(self._step(step, promotion, Reason.APPLIED, basis, amount))

    def _refuse(self, step: int, promotion: Promotion, reason: Reason) -> None:
        if promotion.code:
            self.refused.append(CouponRefusal(promotion.code, reason))
        self.trace.append(self._step(step, promotion, reason, None, None))

    def _step(
        self, step: int, promotion: Promotion, reason: Reason, basis: Decimal | None, amount: Decimal | None
    ) -> TraceStep:
        is_percent = promotion.calculation is Calculation.PERCENT
        return TraceStep(
            step,
            promotion.name,
            promotion.calculation,
            self.request.currency,
            basis=basis,
            rate=promotion.rate,
            amount=None if amount is None else -amount,
            is_active=amount is not None,
            reason=reason,
            record_id=promotion.id,
            source=f"coupon {promotion.code}" if promotion.code else "",
            rate_currency="" if is_percent else promotion.currency,
            fx_rate=self.request.fx_rates.get(promotion.currency) if not is_percent else None,
        )

    def result(self, unknown: Sequence[str]) -> PromotionResult:
        reductions = tuple(Reduction(promotion.id, promotion.code, amount) for promotion, amount, _ in self.taken)
        return PromotionResult(
            lines=tuple(self._line(index, line) for index, line in enumerate(self.request.lines)),
            reductions=reductions,
            coupon_uses=tuple(reduction for reduction in reductions if reduction.code),
            refusals=(*self.refused, *(CouponRefusal(code, Reason.UNKNOWN_CODE) for code in unknown)),
            trace=tuple(self.trace),
        )

    def _line(self, index: int, line: PromotionLine) -> ReducedLine:
        """One line's part in everything that was taken off the order."""
        parts = [(promotion, amount, shares[index]) for promotion, amount, shares in self.taken]
        return ReducedLine(
            line_id=line.line_id,
            original=line.amount,
            reductions=tuple(Reduction(promotion.id, promotion.code, share) for promotion, _, share in parts if share),
            amount=line.amount - sum((share for _, _, share in parts), _ZERO),
            trace=tuple(self._share_step(line, promotion, amount, share) for promotion, amount, share in parts),
        )

    def _share_step(self, line: PromotionLine, promotion: Promotion, amount: Decimal, share: Decimal) -> TraceStep:
        return TraceStep(
            COUPON_STEP if promotion.code else ORDER_DISCOUNT_STEP,
            promotion.name,
            Calculation.SHARE,
            self.request.currency,
            basis=-amount,
            amount=None if line.excludes_promotions else -share,
            is_active=not line.excludes_promotions,
            reason=Reason.AGREED_PRICE if line.excludes_promotions else Reason.APPLIED,
            record_id=promotion.id,
            source=f"coupon {promotion.code}" if promotion.code else "",
        )
