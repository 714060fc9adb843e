"""Says what each line is: its class in the figures, what its code stands for, and which document line it becomes.

Decided per document, because a line without price is a gift on an invoice and a stock count on its own. Amounts are
net, in the currency of the mapping, rounded once per line, half up.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from core.rounding import currency_exponent, round_places
from orders_site.replay.documents import FileDocument
from orders_site.replay.mapping import FileKind, ReplayMapping, Sign, sign_of
from orders_site.replay.reader import TradeLine


class Treatment(StrEnum):
    """What a line of the file becomes."""

    GOODS_SALE = "goods_sale"
    FREE_GOODS = "free_goods"
    CHARGE = "charge"
    RETURN_WITH_REFERENCE = "return_with_reference"
    RETURN_WITHOUT_REFERENCE = "return_without_reference"
    VALUE_CREDIT = "value_credit"
    DEBIT_NOTE = "debit_note"
    WRITE_OFF = "write_off"
    STOCK_LOSS = "stock_loss"
    STOCK_FOUND = "stock_found"
    REPORTED = "reported"  # understood and counted, with nothing to post
    REJECTED = "rejected"  # not understood, and in no figure


SENDS_OUT = frozenset({Treatment.GOODS_SALE, Treatment.FREE_GOODS, Treatment.STOCK_LOSS})
TAKES_IN = frozenset({Treatment.RETURN_WITH_REFERENCE, Treatment.RETURN_WITHOUT_REFERENCE, Treatment.STOCK_FOUND})


class ClassifiedLine(NamedTuple):
    """A line with its meaning. ``amount`` is signed as in the file, ``trade_class`` is empty on a rejected line."""

    line: TradeLine
    trade_class: str
    code_class: str
    sku: str
    treatment: Treatment
    amount: Decimal
    reason: str = ""

    @property
    def key(self) -> str:
        """Give the name of the line for ever: document and line number of the file."""
        return f"{self.line.document}/{self.line.number}"


class Classifier:
    """Classifies documents under one mapping. Codes and decisions recur, so each is looked up once."""

    def __init__(self, mapping: ReplayMapping) -> None:
        self._mapping = mapping
        self._exponent = currency_exponent(mapping.currency)
        self._documents = [(re.compile(rule.pattern), rule.kind) for rule in mapping.documents]
        self._code = lru_cache(65_536)(self._look_up_code)
        self._decide = lru_cache(256)(self._make_decision)

    def classify(self, document: FileDocument) -> list[ClassifiedLine]:
        """Give every line of a document its meaning, in file order."""
        kind = next((kind for pattern, kind in self._documents if pattern.fullmatch(document.number)), None)
        if kind is None:
            decision = _rejected(f"The document number {document.number} fits no declared kind.")
            return [self._with(line, decision) for line in document.lines]
        if document.country not in self._mapping.countries:
            decision = _rejected(f"The country {document.country} is not declared.")
            return [self._with(line, decision) for line in document.lines]
        is_order = kind is FileKind.TRADE and self._is_order(document.customer, document.lines)
        return [
            self._with(
                line,
                self._decide(
                    kind, sign_of(line.quantity), sign_of(line.unit_price), self._code(line.code).is_stocked, is_order
                ),
            )
            for line in document.lines
        ]

    def _is_order(self, customer: str, lines: Sequence[TradeLine]) -> bool:
        """Say whether a trade document is an order: it sells something, or gives goods to a known customer."""
        return any(
            line.quantity > 0 and (line.unit_price > 0 or (customer and self._code(line.code).is_stocked))
            for line in lines
        )

    def _look_up_code(self, code: str) -> "_Code":
        sku = self._mapping.codes.sku_of(code)
        code_class = self._mapping.codes.class_of(sku)
        return _Code(sku, code_class.name, code_class.is_stocked)

    def _make_decision(
        self, kind: FileKind, quantity: Sign, price: Sign, is_stocked: bool, is_order: bool
    ) -> "_Decision":
        if quantity is Sign.ZERO:
            return _rejected("A quantity of zero says nothing.")
        names = (rule.name for rule in self._mapping.classes if rule.fits(kind, quantity, price))
        if (trade_class := next(names, None)) is None:
            return _rejected(f"A {quantity} quantity at a {price} price fits no declared class.")
        treatment, reason = _TREATMENTS[kind](quantity, price, is_stocked, is_order)
        return _rejected(reason) if treatment is Treatment.REJECTED else _Decision(trade_class, treatment, reason)

    def _with(self, line: TradeLine, decision: "_Decision") -> ClassifiedLine:
        code = self._code(line.code)
        amount = round_places(line.quantity * line.unit_price, self._exponent)
        return ClassifiedLine(
            line, decision.trade_class, code.code_class, code.sku, decision.treatment, amount, decision.reason
        )


class _Code(NamedTuple):
    sku: str
    code_class: str
    is_stocked: bool


class _Decision(NamedTuple):
    trade_class: str
    treatment: Treatment
    reason: str


def _rejected(reason: str) -> _Decision:
    return _Decision("", Treatment.REJECTED, reason)


Verdict = tuple[Treatment, str]


def _treat_trade(quantity: Sign, price: Sign, is_stocked: bool, is_order: bool) -> Verdict:
    if price is Sign.NEGATIVE:
        return Treatment.REJECTED, "A price below zero is no sale."
    if quantity is Sign.NEGATIVE:
        if price is Sign.POSITIVE:
            return Treatment.REJECTED, "A negative quantity with a price needs the number of a cancellation."
        return (Treatment.STOCK_LOSS, "") if is_stocked else (Treatment.REPORTED, "Nothing is stocked under this code.")
    if price is Sign.POSITIVE:
        return (Treatment.GOODS_SALE if is_stocked else Treatment.CHARGE), ""
    if is_order:
        return (Treatment.FREE_GOODS if is_stocked else Treatment.CHARGE), ""
    if is_stocked:
        return Treatment.STOCK_FOUND, ""
    return Treatment.REPORTED, "A document without value, of a code under which nothing is stocked."


def _treat_credit(quantity: Sign, price: Sign, is_stocked: bool, is_order: bool) -> Verdict:
    if price is Sign.NEGATIVE:
        return Treatment.REJECTED, "A price below zero on a cancellation is neither a credit nor a debit."
    if quantity is Sign.POSITIVE:
        if price is Sign.ZERO:
            return Treatment.REPORTED, "A debit without value."
        return Treatment.DEBIT_NOTE, ""
    if is_stocked:
        return Treatment.RETURN_WITHOUT_REFERENCE, ""  # until the plan finds the sale it refers to
    return (Treatment.VALUE_CREDIT, "") if price is Sign.POSITIVE else (Treatment.REPORTED, "A credit without value.")


def _treat_write_off(quantity: Sign, price: Sign, is_stocked: bool, is_order: bool) -> Verdict:
    return (Treatment.REPORTED, "A write-off without value.") if price is Sign.ZERO else (Treatment.WRITE_OFF, "")


_TREATMENTS = {
    FileKind.TRADE: _treat_trade,
    FileKind.CREDIT: _treat_credit,
    FileKind.WRITE_OFF: _treat_write_off,
}
