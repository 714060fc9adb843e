"""Charts: the geometry says what the numbers say."""

import re
from decimal import Decimal
from itertools import pairwise

from core.web.figures import Figure, Series, draw, scale_for


def heights(drawing: str, hue: int) -> list[Decimal]:
    return [Decimal(found) for found in re.findall(rf'<rect class="c{hue}"[^>]* height="([\d.]+)"', drawing)]


def bars(*values: int, **more: object) -> Figure:
    labels = [str(number) for number in range(len(values))]
    return Figure("What", "Finding.", "Week", labels, [Series("A", [Decimal(v) for v in values])], **more)  # type: ignore[arg-type]


def test_bars_start_at_zero_and_keep_their_proportions() -> None:
    low, high = heights(draw(bars(10, 40), "wide"), 1)

    assert high == low * 4


def test_stacked_bars_add_up() -> None:
    series = [Series("A", [Decimal(10)]), Series("B", [Decimal(30)], 2)]
    drawing = draw(Figure("What", "Finding.", "Week", ["1"], series), "wide")

    assert heights(drawing, 2)[0] == heights(drawing, 1)[0] * 3


def starts(drawing: str) -> list[tuple[Decimal, Decimal]]:
    found = re.findall(r'<rect class="[^"]*" x="([\d.]+)" y="\d+" width="([\d.]+)"', drawing)
    return [(Decimal(x), Decimal(width)) for x, width in found]


def test_a_waterfall_steps_down_from_where_the_last_one_ended() -> None:
    (zero, whole), (at, taken), (again, rest) = starts(draw(bars(100, -20, 80, kind="steps"), "wide"))

    assert (zero + whole, again, rest) == (at + taken, zero, at - zero)
    assert taken * 4 == rest


def test_labels_of_neighbouring_bars_do_not_touch() -> None:
    for size in ("narrow", "wide"):
        drawing = draw(bars(*(1_412_345 + number for number in range(13))), size)
        places = [Decimal(x) for x in re.findall(r'<text class="m v" x="([\d.]+)"', drawing)]
        assert min(b - a for a, b in pairwise(places)) >= len("1,412,345") * 7


def test_a_scale_has_round_steps_that_hold_all_values() -> None:
    scale = scale_for([Decimal("3.7"), Decimal("12.4")], from_zero=True)

    assert scale.ticks == [0, 5, 10, 15]


def test_a_scale_of_equal_values_is_not_flat() -> None:
    scale = scale_for([Decimal(5), Decimal(5)], from_zero=False)

    assert scale.high > scale.low


def test_each_bar_leads_to_its_proof_and_words_are_escaped() -> None:
    drawing = draw(bars(1, 2, urls=["/a?x=1&y=2", "/b"]), "narrow")

    assert drawing.count("<a href=") == 2
    assert "/a?x=1&amp;y=2" in drawing


def test_a_figure_without_rows_is_an_empty_drawing() -> None:
    assert "<rect" not in draw(bars(), "wide")
