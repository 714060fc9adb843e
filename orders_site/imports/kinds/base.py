"""How a kind of import is described: its fields, its key, and the two questions that the room behind it answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from django.db.models import F, Func, QuerySet, Value

from core.models import Company, User
from orders_site.imports import values
from orders_site.imports.cells import Cell
from orders_site.imports.values import Reading, Unclear

FieldKind = Literal["text", "code", "upper", "number", "count", "day", "flag", "choice"]
Outcome = Literal["new", "changed", "same", "wrong"]
Change = tuple[str, str, str]  # label, before, after


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a column may hold. ``is_part``: it belongs to the row, not to all rows of the key.

    ``guesses`` are headers that mean it, in small letters without blanks and signs.
    """

    name: str
    label: str
    kind: FieldKind = "text"
    guesses: tuple[str, ...] = ()
    hint: str = ""
    is_required: bool = False
    is_part: bool = False
    words: Mapping[str, str] = field(default_factory=dict)

    def read(self, cell: Cell, reading: Reading) -> Any:
        """The value of a cell that is not empty. Raises Unclear."""
        match self.kind:
            case "code":
                return values.code(cell)
            case "upper":
                return values.text(cell).upper()
            case "number":
                return values.number(cell, reading)
            case "count":
                return values.count(cell, reading)
            case "day":
                return values.day(cell, reading)
            case "flag":
                return values.flag(cell)
            case "choice":
                return values.choice(cell, dict(self.words))
            case _:
                return values.text(cell)


@dataclass(slots=True)
class ReadRow:
    """One row with the values of its cells that are filled in; ``problems`` and ``warnings`` by field name."""

    number: int
    values: dict[str, Any]
    problems: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
    was_number: frozenset[str] = frozenset()  # codes that the spreadsheet holds as numbers


@dataclass(slots=True)
class Group:
    """The rows of one key, in the order of the file, and what the check found of them.

    ``before`` is for the kind's own use between the two questions; ``draft`` is what its command takes.
    """

    rows: list[ReadRow]
    outcome: Outcome = "same"
    changes: list[Change] = field(default_factory=list)
    draft: Any = None
    target_id: int | None = None

    @property
    def head(self) -> ReadRow:
        """The first row, which speaks for the whole."""
        return self.rows[0]

    @property
    def is_wrong(self) -> bool:
        """Whether any of its rows has a problem: the rows of a key come in together or not at all."""
        return any(row.problems for row in self.rows)

    def value(self, name: str, otherwise: Any = None) -> Any:
        """What the rows say of a field of the whole: the first row that says anything."""
        return next((row.values[name] for row in self.rows if name in row.values), otherwise)

    def wrong(self, name: str, sentence: str, row: ReadRow | None = None) -> None:
        """Note a problem at a field: at the given row, else at the first row that fills the field."""
        at = row or next((each for each in self.rows if name in each.values), self.head)
        at.problems.setdefault(name, sentence)


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom rows are checked and applied."""

    company: Company
    actor: User
    today: date
    mapped: frozenset[str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of import. ``check`` completes groups (outcome, changes, draft, problems) with a constant number of
    statements and writes nothing; ``apply`` carries out groups that are new or changed through the room's commands and
    returns the id that each became.

    ``key`` names the fields that make rows belong together. Where nothing ``is_part``, a key may occur only once.
    ``lock`` takes what must not move between the last look and the writing.
    """

    name: str
    label: str
    noun: str
    right: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    check: Callable[[Sequence[Group], Scope], None]
    apply: Callable[[Sequence[Group], Scope], list[int | None]]
    batch: int = 200
    lock: Callable[[Sequence[Group], Scope], None] | None = None
    rehearses: bool = False  # the dry run carries the rows out and rolls them back: only the room knows all its rules
    url_name: str = ""
    about: str = ""

    @property
    def by_name(self) -> dict[str, Field]:
        """The fields by name."""
        return {each.name: each for each in self.fields}

    @property
    def has_parts(self) -> bool:
        """Whether several rows make up one thing."""
        return any(each.is_part for each in self.fields)


def changed(labels: Mapping[str, str], before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What is different, in the order of the labels."""
    return [
        (label, values.shown(before[name]), values.shown(after[name]))
        for name, label in labels.items()
        if before[name] != after[name]
    ]


def lost_zeros(groups: Sequence[Group], name: str, rows: "QuerySet[Any]") -> None:
    """Warn where a code may have lost leading zeros: a known code is the same with zeros, or it was a true number.

    ``rows`` are all that have codes of this name; one query, none where every code has letters.
    """
    bare = {str(row.values.get(name, "")) for group in groups for row in group.rows}
    digits = {code for code in bare if code.isdigit() and not code.startswith("0")}
    if not digits:
        return
    padded = rows.filter(**{f"{name}__startswith": "0"}).annotate(bare=Func(F(name), Value("0"), function="ltrim"))
    twins = dict(padded.filter(bare__in=digits).values_list("bare", name))
    for group in groups:
        for row in group.rows:
            code = str(row.values.get(name, ""))
            if code in twins:
                row.warnings[name] = f"There is {twins[code]}: a spreadsheet may have dropped the zeros of {code}."
            elif code in digits and name in row.was_number and group.outcome == "new":
                row.warnings[name] = f"{code} was a number in the spreadsheet; leading zeros, if any, are lost."


def create_or_change(
    groups: Sequence[Group], *, create: Callable[[list[Any]], Sequence[int]], change: Callable[[int, Any], object]
) -> list[int | None]:
    """Carry out groups of master data: new ones in one set, changed ones one by one. Returns what each became."""
    new = [group for group in groups if group.target_id is None]
    made = dict(zip(map(id, new), create([group.draft for group in new]) if new else (), strict=True))
    for group in groups:
        if group.target_id is not None:
            change(group.target_id, group.draft)
    return [group.target_id or made[id(group)] for group in groups]


__all__ = [
    "Change",
    "Field",
    "Group",
    "Kind",
    "ReadRow",
    "Reading",
    "Scope",
    "Unclear",
    "changed",
    "create_or_change",
    "lost_zeros",
]
