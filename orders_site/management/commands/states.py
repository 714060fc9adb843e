"""Write ``docs/states.md``: every document's life cycle, drawn from the tables that also draw the buttons."""

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand

from core.models import Document

PLACE = Path("docs/states.md")
HEAD = """# Life cycles

Written by `manage.py states --write` from the tables in each room's `states.py`; a test holds that it is up to date.
The same tables draw the buttons, refuse verbs in code, and make the trigger that refuses them in the database. A right
is one permission; roles stand in `orders_site/roles.py`. What is derived from quantities (shipped, invoiced, paid) is
no status and is not here.
"""


class Command(BaseCommand):
    """Print the life cycles, or write them to their place in the documentation."""

    help = "Print every document's life cycle as Markdown; --write puts it into docs/states.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--write", action="store_true", help="write docs/states.md instead of printing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print or write."""
        if options["write"]:
            (Path(settings.BASE_DIR) / PLACE).write_text(written(), encoding="utf-8")
        else:
            self.stdout.write(written(), ending="")


def written() -> str:
    """The whole document, room by room along the street."""
    models = [model for model in apps.get_models() if issubclass(model, Document)]
    return "\n".join([HEAD, *(_section(model) for model in sorted(models, key=_place))])


def _place(model: type[Document]) -> tuple[int, str]:
    street = [config.label for config in apps.get_app_configs()]
    return street.index(model._meta.app_label), model.kind


def _section(model: type[Document]) -> str:
    meta: Any = model._meta  # every concrete document has a status with choices of its own
    status = meta.get_field("status")
    words = dict(status.choices)
    rows = [
        f"| {move.label} (`{verb}`) | {_named(move.sources, words)} | {words[move.target]} | `{move.permission}`"
        f" | {'yes' if move.needs_reason else ''} |"
        for verb, move in model.transitions.items()
    ]
    return "\n".join(
        [
            f"## {str(meta.verbose_name).capitalize()} (`{meta.app_label}/states.py`)",
            f"Begins as {words[status.default]}.",
            "",
            "| verb | from | to | right | reason asked |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _named(sources: Iterable[str], words: dict[str, str]) -> str:
    """In the order in which the statuses are declared, so that the text does not depend on a set's."""
    return ", ".join(word for status, word in words.items() if status in sources)
