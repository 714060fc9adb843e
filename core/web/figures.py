"""Charts drawn by the server as SVG: no script, they print, and each bar leads to the list that proves it.

A figure opens with its finding, a sentence with the number in it, and closes with the same numbers as a table. Bars
start at zero. Hues come from the tokens by class, dashes are the second cue, labels sit at the marks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Literal

from markupsafe import Markup, escape

from core.web import formats

WIDTHS = {"narrow": 360, "wide": 760}
HEIGHT, TOP, BASE, ROW = 170, 20, 146, 22
DIGIT, GAP = 7, 10  # the widest digit of the chart's font, and the air between two labels, in pixels
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Series:
    """One row of numbers in one hue (1 to 8)."""

    label: str
    values: Sequence[Decimal]
    hue: int = 1
    is_dashed: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """What a chart says and shows. ``urls`` lead from each label's bar to its proof; ``goal`` draws a limit.

    ``kind``: "bars" stand (several series stack), "lines" run over time, "rows" lie with their names, "steps" lie too,
    and a value below zero is a step down from where the one before ended (a waterfall).
    """

    what: str
    finding: str
    head: str
    labels: Sequence[str]
    series: Sequence[Series]
    kind: Literal["bars", "lines", "rows", "steps"] = "bars"
    urls: Sequence[str] = ()
    goal: tuple[str, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps values to heights, with round numbers at the grid lines."""

    low: Decimal
    high: Decimal
    step: Decimal

    def y(self, value: Decimal) -> Decimal:
        """The height of a value in the drawing."""
        return _round(BASE - (value - self.low) * (BASE - TOP) / (self.high - self.low))

    @property
    def ticks(self) -> list[Decimal]:
        """The grid lines."""
        return [self.low + self.step * number for number in range(int((self.high - self.low) / self.step) + 1)]


def _round(value: Decimal) -> Decimal:
    return value.quantize(_TENTH, ROUND_HALF_UP)


def scale_for(values: Sequence[Decimal], *, from_zero: bool) -> Scale:
    """A scale of two to five round steps that holds all values."""
    low, high = min(values, default=Decimal(0)), max(values, default=Decimal(0))
    if from_zero:
        low, high = min(low, Decimal(0)), max(high, Decimal(0))
    if low == high:
        high = low + 1
    raw = (high - low) / 4
    magnitude = Decimal(1).scaleb(raw.adjusted())
    step = next(magnitude * factor for factor in (1, 2, 5, 10) if magnitude * factor >= raw)
    floor = (low / step).to_integral_value(ROUND_FLOOR) * step
    return Scale(floor, (high / step).to_integral_value(ROUND_CEILING) * step, step)


def _text(x: Decimal | int, y: Decimal | int, words: str, css: str) -> str:
    return f'<text class="{css}" x="{x}" y="{y}">{escape(words)}</text>'


def _grid(scale: Scale, left: int, right: int) -> list[str]:
    parts = []
    for tick in scale.ticks:
        y, css = scale.y(tick), "ax" if tick == scale.ticks[0] else "gl"
        parts.append(f'<line class="{css}" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>')
        parts.append(_text(left - 6, y + 4, formats.quantity(tick), "e"))
    return parts


def _room(words: Sequence[str]) -> int:
    """How wide the longest of these labels is drawn, with air beside it."""
    return max(map(len, words), default=0) * DIGIT + GAP


def _left(scale: Scale) -> int:
    """Where the drawing begins, so that the numbers of the grid have room before it."""
    return max(44, _room([formats.quantity(tick) for tick in scale.ticks]))


def _goal(figure: Figure, scale: Scale, left: int, right: int) -> list[str]:
    if figure.goal is None:
        return []
    word, value = figure.goal
    y = scale.y(value)
    return [
        f'<line class="mark" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>',
        _text(right + 5, y + 4, f"{word} {formats.quantity(value)}", "x"),
    ]


def _linked(figure: Figure, index: int, marks: str, words: str) -> str:
    if index >= len(figure.urls):
        return marks
    return f'<a href="{escape(figure.urls[index])}" aria-label="{escape(words)}">{marks}</a>'


def _bars(figure: Figure, width: int) -> list[str]:
    sums = [sum((series.values[i] for series in figure.series), Decimal(0)) for i in range(len(figure.labels))]
    scale = scale_for([*sums, *([figure.goal[1]] if figure.goal else [])], from_zero=True)
    left, right = _left(scale), width - (56 if figure.goal or len(figure.series) > 1 else 4)
    parts, count = _grid(scale, left, right), max(len(figure.labels), 1)
    widest = _room([*figure.labels, *map(formats.quantity, sums)])
    spare = max(widest - (right - left) // count, 0) // 2  # so that the outer labels neither leave nor hide the grid
    left, right = left + spare, right - spare
    room = Decimal(right - left) / count
    bar = min(_round(room * Decimal("0.65")), Decimal(48))
    every = max(1, -(-count * widest // (right - left)))
    words = []  # drawn last, so that no higher bar beside hides them
    for i, label in enumerate(figure.labels):
        x, floor, marks = _round(left + room * i + (room - bar) / 2), Decimal(0), ""
        for series in figure.series:
            ends = sorted((scale.y(floor), scale.y(floor + series.values[i])))
            marks += f'<rect class="c{series.hue}" x="{x}" y="{ends[0]}" width="{bar}" height="{ends[1] - ends[0]}"/>'
            floor += series.values[i]
        shown = formats.quantity(sums[i])
        parts.append(_linked(figure, i, marks, f"{label}: {shown}"))
        middle = _round(x + bar / 2)
        if (len(figure.labels) - 1 - i) % every == 0:
            words.append(_text(middle, min(scale.y(max(sums[i], Decimal(0))) - 5, Decimal(BASE - 5)), shown, "m v"))
            words.append(_text(middle, HEIGHT - 6, label, "m"))
    parts += words
    if len(figure.series) > 1:
        parts += _names_at_last_bar(figure, scale, right)
    return parts + _goal(figure, scale, left, right)


def _free(wanted: Decimal, taken: list[Decimal]) -> Decimal:
    """The nearest height at which a label hides no other; it is then taken."""
    spots = (wanted + step * sign for step in range(0, 60, 2) for sign in (1, -1))
    found = next((spot for spot in spots if all(abs(spot - other) >= 13 for other in taken)), wanted)
    taken.append(found)
    return found


def _names_at_last_bar(figure: Figure, scale: Scale, right: int) -> list[str]:
    """The series' names beside the last bar's parts, out of the goal's way."""
    floor, parts = Decimal(0), []
    taken = [scale.y(figure.goal[1]) + 4] if figure.goal else []
    for series in figure.series:
        y = _free(scale.y(floor + series.values[-1] / 2) + 4, taken)
        parts.append(_text(right + 5, y, series.label, f"v o{series.hue}"))
        floor += series.values[-1]
    return parts


def _lines(figure: Figure, width: int) -> list[str]:
    values = [value for series in figure.series for value in series.values]
    scale = scale_for([*values, *([figure.goal[1]] if figure.goal else [])], from_zero=False)
    left, right = _left(scale), width - 84
    room = Decimal(right - left) / max(len(figure.labels) - 1, 1)
    every = max(1, -(-len(figure.labels) * 48 // (right - left)))
    parts = _grid(scale, left, right)
    parts += [
        _text(_round(left + room * i), HEIGHT - 6, label, "m")
        for i, label in enumerate(figure.labels)
        if (len(figure.labels) - 1 - i) % every == 0
    ]
    taken: list[Decimal] = []
    for series in figure.series:
        points = [(_round(left + room * i), scale.y(value)) for i, value in enumerate(series.values)]
        dash = " dash" if series.is_dashed else ""
        parts.append(f'<polyline class="l s{series.hue}{dash}" points="{" ".join(f"{x},{y}" for x, y in points)}"/>')
        x, y = points[-1]
        parts.append(f'<circle class="dot s{series.hue}" cx="{x}" cy="{y}" r="3"/>')
        y = _free(y + 4, taken)
        parts.append(_text(x + 8, y, f"{series.label} {formats.quantity(series.values[-1])}", f"v o{series.hue}"))
    return parts + _goal(figure, scale, left, right)


def _spans(figure: Figure) -> list[tuple[Decimal, Decimal]]:
    """From where to where each row's bar runs. In a waterfall what is below zero hangs from the end of the last one."""
    ends, spans = Decimal(0), []
    for value in figure.series[0].values:
        start = ends if figure.kind == "steps" and value < 0 else Decimal(0)
        ends = start + value
        spans.append((max(min(start, ends), Decimal(0)), max(start, ends, Decimal(0))))
    return spans


def _rows(figure: Figure, width: int) -> list[str]:
    spans, hue = _spans(figure), figure.series[0].hue
    shown = [formats.quantity(value) for value in figure.series[0].values]
    left = 154 if width < 500 else 220
    unit = (width - left - max(60, _room(shown))) / max([*(end for _, end in spans), Decimal(1)])
    parts = []
    for i, (label, (start, end)) in enumerate(zip(figure.labels, spans, strict=True)):
        y, x, long = ROW * i, left + _round(start * unit), _round((end - start) * unit)
        name = label if len(label) <= left // DIGIT else label[: left // DIGIT - 1] + "…"
        css = "soft" if figure.kind == "steps" and figure.series[0].values[i] < 0 else f"c{hue}"
        mark = f'<rect class="{css}" x="{x}" y="{y + 3}" width="{long}" height="12"/>'
        parts.append(_text(0, y + 13, name, ""))
        parts.append(_linked(figure, i, mark, f"{label}: {shown[i]}"))
        parts.append(_text(x + long + 6, y + 13, shown[i], "v"))
    return parts


_KINDS = {"bars": _bars, "lines": _lines, "rows": _rows, "steps": _rows}


def draw(figure: Figure, size: str) -> Markup:
    """The drawing at "narrow" or "wide": text keeps its size, so each width has its own drawing."""
    width = WIDTHS[size]
    height = ROW * len(figure.labels) if figure.kind in ("rows", "steps") else HEIGHT
    parts = "".join(_KINDS[figure.kind](figure, width)) if figure.labels else ""
    return Markup('<svg class="chart {}" viewBox="0 0 {} {}" role="{}" aria-label="{}">{}</svg>').format(
        size,
        width,
        height,
        "group" if figure.urls else "img",
        figure.finding,
        Markup(parts),  # noqa: S704 - escaped above
    )
