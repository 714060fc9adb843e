"""What is written beside the code: drawn from it where that is possible, and naming only what is there."""

import re
from io import StringIO
from pathlib import Path

from django.core.management import call_command

ROOT = Path(__file__).parents[2]
ROOMS = (
    "core", "catalog", "accounting", "inventory", "quotes", "orders", "fulfillment", "billing", "payments", "rebates",
    "analytics", "orders_site", "tests", "benchmarks",
)  # fmt: skip
CITED = re.compile(r"(?<![\w/.-])((?:docs/)?(?:adr/)?[\w-]+\.md)\b")
PATH = re.compile(rf"`((?:{'|'.join(ROOMS)}|docs|bin|templates)/[\w/.-]*\w)`")


def documents() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def sources() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def test_the_life_cycles_are_those_of_the_tables() -> None:
    drawn = StringIO()
    call_command("states", stdout=drawn)

    assert "| Confirm order (`confirm`) | Draft, On hold | Confirmed | `orders.confirm_order` |  |" in drawn.getvalue()
    assert (ROOT / "docs" / "states.md").read_text(encoding="utf-8") == drawn.getvalue(), "manage.py states --write"


def test_the_code_cites_only_documents_that_are_here() -> None:
    known = {name for path in documents() for name in (str(path.relative_to(ROOT)), path.name)}
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in sources()
        for name in CITED.findall(path.read_text(encoding="utf-8"))
        if name not in known
    }

    assert missing == set()


def test_the_code_names_no_number_of_a_migration() -> None:
    named = [
        str(path.relative_to(ROOT))
        for path in sources()
        if re.search(r"migrations? 0\d{3}", path.read_text(encoding="utf-8"))
    ]

    assert named == []


def test_documents_name_only_files_that_are_here() -> None:
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in documents()
        for name in PATH.findall(path.read_text(encoding="utf-8"))
        if not (ROOT / name).exists()
    }

    assert missing == set()
