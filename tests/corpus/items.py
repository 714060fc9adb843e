"""The corpus: what nobody means, by class, read from ``bad_input.json`` and made as long as its recipe says."""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).with_name("bad_input.json")


@dataclass(frozen=True)
class Item:
    """One thing to send.

    ``value`` holds bytes for fields, a value for JSON, headers for requests. ``is_refused`` says that nothing may be
    changed where it is sent; otherwise it may be taken as what it is.
    """

    of: str
    number: int
    value: Any = field(hash=False)
    is_refused: bool
    fields: frozenset[str] = field(hash=False)

    def __str__(self) -> str:
        return f"{self.of} {self.number}: {self.value!r:.80}"


def _text(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")


def _make(said: Any) -> Any:
    """The value that an entry of the file stands for."""
    if isinstance(said, str):
        return _text(said)
    match said:
        case {"value": str(value)}:
            return _text(value)
        case {"repeat": str(part), "times": int(times)}:
            return _text(said.get("before", "") + part * times + said.get("after", ""))
        case {"bytes": str(digits)}:
            return bytes.fromhex(digits)
        case {"headers": headers}:
            made = {name: value if isinstance(value, str) else _make(value).decode() for name, value in headers.items()}
            return {name: value.encode("utf-8", "surrogatepass").decode("latin-1") for name, value in made.items()}
        case {"json": value}:
            return value
        case {"json_of": recipe}:
            return _make(recipe).decode()
        case {"json_list": int(length)}:
            return [{}] * length
        case {"json_deep": int(depth)}:
            return json.loads("[" * depth + "]" * depth)
        case {"foreign": str(kind)}:
            return {"foreign": kind}
    raise ValueError(f"no such recipe: {said}")


@cache
def corpus() -> tuple[Item, ...]:
    """Every item of the file."""
    found = []
    for name, entry in json.loads(CORPUS.read_text(encoding="ascii"))["classes"].items():
        for number, said in enumerate(entry["items"], 1):
            is_refused = (said.get("answer") if isinstance(said, dict) else None) or entry["answer"]
            found.append(Item(name, number, _make(said), is_refused == "refused", frozenset(entry["fields"])))
    return tuple(found)


@cache
def items_for(kind: str) -> tuple[Item, ...]:
    """The items that concern a kind of field, those of each class spread evenly, so that any run of them is mixed."""
    by_class: dict[str, list[Item]] = {}
    for item in corpus():
        if kind in item.fields:
            by_class.setdefault(item.of, []).append(item)
    placed = [((n + 0.5) / len(items), of, item) for of, items in by_class.items() for n, item in enumerate(items)]
    return tuple(item for _, _, item in sorted(placed, key=lambda each: each[:2]))


class Round:
    """Deals the items of each kind of field one after the other, beginning anew after the last: over many fields every
    item has its turn.
    """

    def __init__(self, start: int = 0) -> None:
        self._start = start
        self._next: dict[str, int] = {}

    def deal(self, kind: str) -> Item:
        """The next item for a field of this kind."""
        items = items_for(kind)
        turn = self._next.get(kind, self._start % len(items))
        self._next[kind] = turn + 1
        return items[turn % len(items)]
