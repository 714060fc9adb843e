"""Bring a database to the state of this version of the program: all a start or a deployment needs, in one process."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from core.append_only import append_only_tables
from core.models import Company
from core.system import system_user
from orders_site.boot import roles
from orders_site.demo import DEMO_LOGINS, known_logins, load_demo_company
from orders_site.first_run.progress import has_people, setup_code
from orders_site.roles import sync_roles
from orders_site.settings import environment


class Command(BaseCommand):
    """Migrate, narrow the application role's rights, and with ``--demo`` load the demonstration company."""

    help = "Migrate, set database rights, collect static files; with --demo also load the demonstration company."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--demo", action="store_true", help="load the demonstration company if it is not there")
        parser.add_argument("--report", type=Path, help="write what was done as JSON to this file")
        parser.add_argument("--unfinished-mark", type=Path, help="a file that exists while the company is loaded")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do each step that is needed; running it again changes nothing. A deployment takes no demonstration."""
        if options["demo"] and not settings.IS_DEMO:
            raise CommandError("The demonstration company is for demonstrations: its passwords are known to everybody.")
        if not settings.IS_DEMO and not settings.SECOND_FACTOR_REQUIRED:
            raise CommandError(
                "Only a demonstration goes without second factors: leave SECOND_FACTOR_REQUIRED as it is."
            )
        app = connection.settings_dict["USER"]
        with as_owner() as is_separate:
            if is_behind():
                self.step("Database schema", lambda: migrate(app if is_separate else None))
        if not settings.IS_DEMO and (known := known_logins()):
            raise CommandError(
                f"Everybody knows the passwords of {', '.join(known)}: this is a demonstration's database. Nothing is"
                " served from it until they are deactivated or have passwords of their own."
            )
        self.step("Roles", sync_roles)
        system_user()
        if not is_separate:
            self.stderr.write("One database role for everything: append-only tables are guarded by triggers alone.")
        if hasattr(staticfiles_storage, "manifest_storage"):
            self.step("Static files", lambda: call_command("collectstatic", verbosity=0, interactive=False))
        report: dict[str, Any] = {"logins": []}
        if options["demo"]:
            self.load_demo(options["unfinished_mark"])
            report["logins"] = [list(login) for login in DEMO_LOGINS]
        if not has_people():
            self.stdout.write(f"  Nobody is known yet. Open the site and enter the set-up code: {setup_code()}")
        if options["report"]:
            options["report"].write_text(json.dumps(report), encoding="utf-8")

    def load_demo(self, unfinished_mark: Path | None) -> None:
        """Load the demonstration company into an empty database; a database with a company of its own is left alone."""
        if Company.objects.exists():
            return
        if unfinished_mark:
            unfinished_mark.touch()
        self.stdout.write("  Demonstration company:")
        self.step("  Demonstration company", lambda: load_demo_company(lambda what: self.stdout.write(f"    {what}")))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        if unfinished_mark:
            unfinished_mark.unlink()

    def step(self, name: str, work: Any) -> None:
        """Do one step and say how long it took when a person would notice."""
        started = time.monotonic()
        work()
        seconds = time.monotonic() - started
        if seconds > 0.3:
            self.stdout.write(f"  {name}: {seconds:.1f} s")


@contextmanager
def as_owner() -> Iterator[bool]:
    """Connect as the role that owns the schema; yields whether that is another role than the application's.

    The embedded cluster has ``kept_owner``; a deployment names its own in DATABASE_OWNER_URL.
    """
    parts = connection.settings_dict
    before = dict(parts)
    if settings.DATABASE_OWNER_URL:
        owner = environment.database("DATABASE_OWNER_URL", settings.DATABASE_OWNER_URL)
        changed = {key: owner[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    else:
        changed = {"USER": roles.OWNER} if parts["USER"] == roles.APP and not parts["PASSWORD"] else {}
    connection.close()
    parts.update(changed)
    try:
        yield parts["USER"] != before["USER"]
    finally:
        connection.close()
        parts.update({key: before[key] for key in changed})


def is_behind() -> bool:
    """Tell whether a migration is waiting: Django's own command takes seconds to find out that none is."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate(app: str | None) -> None:
    """Bring schema and rights to this version; ``app`` is the application's role where it is not the owner."""
    with connection.cursor() as cursor:
        roles.install_extensions(cursor)
        if app:
            roles.grant_use(cursor, app)
    call_command("migrate", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        if app:
            roles.narrow_append_only(cursor, append_only_tables(), app)
        cursor.execute("ANALYZE")
