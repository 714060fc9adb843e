"""Deriving a price list from what was charged, against a search of every falling step function."""

from decimal import Decimal
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from orders_site.replay.pricelist import PriceScale, SalePrices, ScaleStep, best_falling_prices

Counts = dict[tuple[Decimal, Decimal], int]


def scale_of(*sales: tuple[int, str, int], lines_per_step: int = 3) -> PriceScale:
    """Derive the scale from (quantity, price, number of lines)."""
    prices = SalePrices()
    for quantity, price, lines in sales:
        for _ in range(lines):
            prices.add("trade", "22423", Decimal(quantity), Decimal(price))
    return prices.price_list(lines_per_step=lines_per_step)["trade", "22423"]


def test_the_lower_price_starts_at_the_quantity_where_most_lines_have_it() -> None:
    scale = scale_of((1, "2.95", 20), (6, "2.95", 30), (6, "2.55", 2), (32, "2.55", 12), (64, "2.55", 9))

    assert scale.steps == (
        ScaleStep(Decimal(1), Decimal("2.95")),
        ScaleStep(Decimal(32), Decimal("2.55")),
    )
    assert (scale.lines, scale.lines_explained) == (73, 71)


def test_a_step_must_gain_more_lines_than_it_costs() -> None:
    assert len(scale_of((1, "2.95", 20), (32, "2.55", 3)).steps) == 1
    assert len(scale_of((1, "2.95", 20), (32, "2.55", 4)).steps) == 2


def test_prices_never_rise_with_the_quantity() -> None:
    scale = scale_of((1, "2.55", 20), (32, "2.95", 15))

    assert scale.steps == (ScaleStep(Decimal(1), Decimal("2.55")),)


def test_the_list_starts_at_one_piece_even_if_nobody_bought_one() -> None:
    scale = scale_of((12, "2.55", 5), (48, "2.10", 9))

    assert [scale.unit_price(Decimal(q)) for q in (1, 12, 47, 48, 500)] == [
        Decimal(price) for price in ("2.55", "2.55", "2.55", "2.10", "2.10")
    ]


def score(quantities: list[Decimal], chosen: list[Decimal], counts: Counts, lines_per_step: int) -> int:
    explained = sum(counts.get(pair, 0) for pair in zip(quantities, chosen, strict=True))
    return explained - lines_per_step * (len(set(chosen)) - 1)


@given(
    counts=st.dictionaries(
        st.tuples(
            st.sampled_from([Decimal(q) for q in (1, 2, 6, 12)]), st.sampled_from([Decimal(p) for p in (1, 2, 3)])
        ),
        st.integers(1, 9),
        min_size=1,
    ),
    lines_per_step=st.integers(0, 4),
)
def test_no_falling_step_function_explains_more(counts: Counts, lines_per_step: int) -> None:
    quantities = sorted({quantity for quantity, _ in counts})
    prices = sorted({price for _, price in counts}, reverse=True)
    falling = [c for c in product(prices, repeat=len(quantities)) if list(c) == sorted(c, reverse=True)]

    chosen = best_falling_prices(quantities, prices, counts, lines_per_step)

    assert chosen == sorted(chosen, reverse=True)
    best = max(score(quantities, list(c), counts, lines_per_step) for c in falling)
    assert score(quantities, chosen, counts, lines_per_step) == best
