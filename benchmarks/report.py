"""What a benchmark says: figures with their budget, their floor and the load of the machine."""

import json
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

ADDITIONS = 10_000_000


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure. ``floor`` is in the same unit; ``load`` is the machine's load average of the last minute."""

    name: str
    value: float
    unit: str
    budget: str = ""
    floor: float | None = None
    statements: int | None = None
    note: str = ""
    load: float = field(default_factory=lambda: round(os.getloadavg()[0], 1))

    @property
    def ratio(self) -> float | None:
        """How many times the floor's work this is: of a time, value over floor; of a throughput, floor over value."""
        if not self.floor or not self.value:
            return None
        return self.floor / self.value if self.unit.endswith("/s") else self.value / self.floor

    def __str__(self) -> str:
        parts = [f"{self.name:<28} {self.value:>10,.2f} {self.unit:<10}"]
        if self.ratio is not None:
            parts.append(f"floor {self.floor:,.2f}, {self.ratio:.2f} x")
        if self.statements is not None:
            parts.append(f"{self.statements} statements")
        parts += [part for part in (self.budget and f"budget {self.budget}", self.note) if part]
        return "; ".join([*parts, f"load {self.load} on {os.cpu_count()} cores"])


def machine() -> str:
    """How fast one core runs Python just now: machines that are lent out are not always as fast as yesterday."""
    started, total = time.process_time(), 0
    for number in range(ADDITIONS):
        total += number
    return f"This machine adds {ADDITIONS:,} numbers in {(time.process_time() - started) * 1000:.0f} ms of Python."


def median_ms(seconds: Sequence[float]) -> float:
    """The median in milliseconds: one stall of a busy machine does not decide a figure."""
    return statistics.median(seconds) * 1000


def quantile_ms(seconds: Sequence[float], share: float) -> float:
    """The value that so many of the times do not exceed, in milliseconds."""
    return sorted(seconds)[min(len(seconds) - 1, int(share * len(seconds)))] * 1000


def as_json(name: str, figures: Sequence[Figure]) -> str:
    """The figures for a machine."""
    rows = [{**asdict(figure), "ratio": figure.ratio, "cores": os.cpu_count()} for figure in figures]
    return json.dumps({"benchmark": name, "figures": rows}, indent=2)
