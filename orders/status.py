"""The one status that people see, computed from the axes with a written precedence."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from orders.states import BillingState, FulfillmentState, HoldKind, OrderStatus

Tone = Literal["neutral", "info", "violet", "warn", "ok", "bad"]

HOLD_PRECEDENCE = (HoldKind.CREDIT, HoldKind.PRICE, HoldKind.ADDRESS, HoldKind.MANUAL)
HOLD_WORDS = {
    HoldKind.CREDIT: "On hold: credit",
    HoldKind.PRICE: "On hold: price",
    HoldKind.ADDRESS: "On hold: address",
    HoldKind.MANUAL: "On hold",
}


@dataclass(frozen=True, slots=True)
class DisplayStatus:
    """A word and its tone: neutral, info, violet, warn, ok, bad. The same in list, page, PDF, API and filter."""

    word: str
    tone: Tone


def display_status(
    status: str, fulfillment: str, billing: str, holds: Collection[str] = (), *, has_undated: bool = False
) -> DisplayStatus:
    """One word for an order. Precedence: end states, holds, logistics, billing, promise.

    A finished order says so before anything else; a hold speaks before progress, because it stops it.
    """
    if status == OrderStatus.CANCELLED:
        return DisplayStatus("Cancelled", "neutral")
    if status == OrderStatus.COMPLETED:
        return DisplayStatus("Completed", "ok")
    for kind in HOLD_PRECEDENCE:
        if kind in holds:
            return DisplayStatus(HOLD_WORDS[kind], "bad")
    if status == OrderStatus.DRAFT:
        return DisplayStatus("Draft", "neutral")
    if status == OrderStatus.SUBMITTED:
        return DisplayStatus("Awaiting approval", "violet")
    if fulfillment == FulfillmentState.ALL:
        return DisplayStatus("Shipped", "ok") if billing != BillingState.ALL else DisplayStatus("Completed", "ok")
    if fulfillment == FulfillmentState.PART:
        return DisplayStatus("Part shipped", "warn")
    return DisplayStatus("Part promised", "warn") if has_undated else DisplayStatus("Confirmed", "info")


@dataclass(frozen=True, slots=True)
class PromiseTag:
    """What was told about a line, in a word: In stock, a date, Late by n d, No supply, Kept."""

    word: str
    tone: Tone


def promise_tag(
    *, requested_on: date, deliver_on: date | None, has_undated: bool, on: date, from_stock: bool, is_shipped: bool
) -> PromiseTag:
    """The worst part of a line's promise. Dates are delivery dates, so that transit is counted."""
    if is_shipped:
        is_late = deliver_on is not None and deliver_on > requested_on
        return PromiseTag("Shipped late", "warn") if is_late else PromiseTag("Kept", "ok")
    if has_undated:
        return PromiseTag("No supply", "bad")
    if deliver_on is None:
        return PromiseTag("—", "neutral")
    late = (deliver_on - requested_on).days
    if late > 0:
        return PromiseTag(f"Late by {late} d", "warn")
    if from_stock:
        return PromiseTag("In stock", "ok")
    text = f"{deliver_on:%-d %b}" if deliver_on.year == on.year else f"{deliver_on:%-d %b %Y}"
    return PromiseTag(text, "info")
