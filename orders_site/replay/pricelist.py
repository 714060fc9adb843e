"""Derives a price list with quantity scales from what was really charged.

Method: for each price group and product, the list is the step function of quantity, with prices falling as the
quantity grows, that gives exactly the charged price on the most sale lines; each further step must gain more than a
declared number of lines. Found exactly, by dynamic programming over the quantities that occur. Prices are per piece,
unrounded, as charged.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

PriceKey = tuple[str, str]  # price group, SKU


@dataclass(frozen=True, slots=True)
class ScaleStep:
    """From this quantity on, a piece costs this much."""

    from_quantity: Decimal
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class PriceScale:
    """The list price of one product for one price group. The first step starts at one piece."""

    price_group: str
    sku: str
    steps: tuple[ScaleStep, ...]
    lines: int
    lines_explained: int

    def unit_price(self, quantity: Decimal) -> Decimal:
        """Give the price per piece at a quantity; below the first step the first step's price."""
        for step in reversed(self.steps):
            if quantity >= step.from_quantity:
                return step.unit_price
        return self.steps[0].unit_price


class SalePrices:
    """Counts how many sale lines had which quantity and price: what the list is derived from."""

    def __init__(self) -> None:
        self._counts: dict[PriceKey, dict[tuple[Decimal, Decimal], int]] = defaultdict(lambda: defaultdict(int))

    def add(self, price_group: str, sku: str, quantity: Decimal, unit_price: Decimal) -> None:
        """Count one sale line."""
        self._counts[price_group, sku][quantity, unit_price] += 1

    def price_list(self, *, lines_per_step: int) -> dict[PriceKey, PriceScale]:
        """Derive the scale of every product sold to each price group."""
        return {
            (group, sku): _scale(group, sku, counts, lines_per_step)
            for (group, sku), counts in sorted(self._counts.items())
        }


def _scale(group: str, sku: str, counts: Mapping[tuple[Decimal, Decimal], int], lines_per_step: int) -> PriceScale:
    quantities = sorted({quantity for quantity, _ in counts})
    prices = sorted({price for _, price in counts}, reverse=True)
    chosen = best_falling_prices(quantities, prices, counts, lines_per_step)
    first = min(Decimal(1), quantities[0])
    steps = tuple(_steps([first, *quantities[1:]], chosen))
    explained = sum(counts.get(pair, 0) for pair in zip(quantities, chosen, strict=True))
    return PriceScale(group, sku, steps, sum(counts.values()), explained)


def _steps(quantities: list[Decimal], chosen: list[Decimal]) -> Iterator[ScaleStep]:
    previous = None
    for quantity, price in zip(quantities, chosen, strict=True):
        if price != previous:
            yield ScaleStep(quantity, price)
        previous = price


def best_falling_prices(
    quantities: list[Decimal],
    prices: list[Decimal],
    counts: Mapping[tuple[Decimal, Decimal], int],
    lines_per_step: int,
) -> list[Decimal]:
    """Choose a price for each quantity (ascending), never rising, that explains the most lines less the cost of steps.

    ``prices`` fall. Ties keep the running price and prefer the dearer one, so the result does not depend on the order
    of reading. Work is quantities x prices.
    """
    scores = [counts.get((quantities[0], price), 0) for price in prices]
    came_from: list[list[int]] = []
    for quantity in quantities[1:]:
        best, best_before = -1, 0  # the best score among the dearer prices
        next_scores, origins = [], []
        for position, price in enumerate(prices):
            score, origin = scores[position], position
            if best - lines_per_step > score:
                score, origin = best - lines_per_step, best_before
            if scores[position] > best:
                best, best_before = scores[position], position
            next_scores.append(score + counts.get((quantity, price), 0))
            origins.append(origin)
        scores = next_scores
        came_from.append(origins)
    position = max(range(len(prices)), key=lambda p: (scores[p], -p))
    chosen = [prices[position]]
    for origins in reversed(came_from):
        position = origins[position]
        chosen.append(prices[position])
    return chosen[::-1]
