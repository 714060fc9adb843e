"""Where benchmarks run: a durable PostgreSQL of their own, removed afterwards, with clones of one migrated template."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connections

from core.append_only import append_only_tables
from orders_site.boot.roles import APP, OWNER, grant_use, install_extensions, narrow_append_only
from tests.support import clusters


class Ground:
    """A running durable cluster. Databases are clones of ``clusters.TEMPLATE`` or of one another."""

    def __init__(self, sockets: Path) -> None:
        self.sockets = sockets

    def use(self, name: str, user: str = APP) -> None:
        """Point Django of this process, and of those it starts, at a database."""
        connections["default"].close()
        connections["default"].settings_dict |= {
            "HOST": str(self.sockets), "PORT": "5432", "NAME": name, "USER": user,
        }  # fmt: skip
        os.environ |= {"KEPT_BENCHMARK_HOST": str(self.sockets), "KEPT_BENCHMARK_DATABASE": name}

    def clone(self, name: str, source: str = clusters.TEMPLATE) -> None:
        """Make a database anew as a copy of another, to which nobody may be connected."""
        connections["default"].close()
        clusters.clone(self.sockets, name, source)

    def analyze(self, name: str) -> None:
        """Let the planner know what was seeded: unanalyzed, a fresh database is ten times slower."""
        with clusters.superuser(self.sockets, name) as connection:
            connection.execute("VACUUM ANALYZE")

    def checkpoint(self) -> None:
        """Write out what seeding left, so that it is not written during the measurement."""
        with clusters.superuser(self.sockets, "postgres") as connection:
            connection.execute("CHECKPOINT")


@contextmanager
def ground() -> Iterator[Ground]:
    """Start the cluster and migrate the template, unless an earlier run of the same schema left a copy of it."""
    cluster = clusters.take_cluster(durable=True)
    try:
        place = Ground(cluster.sockets)
        _ensure_template(place)
        yield place
    finally:
        connections.close_all()
        clusters.give_back(cluster)


def _ensure_template(place: Ground) -> None:
    with clusters.superuser(place.sockets, "postgres") as connection:
        if clusters.database_exists(connection, clusters.TEMPLATE):
            return
    building = f"{clusters.TEMPLATE}_building"
    clusters.make_empty_database(place.sockets, building)
    place.use(building, OWNER)
    with connections["default"].cursor() as cursor:
        install_extensions(cursor)
        grant_use(cursor)
    call_command("migrate", verbosity=0, interactive=False)
    with connections["default"].cursor() as cursor:
        narrow_append_only(cursor, append_only_tables())
    connections["default"].close()
    with clusters.superuser(place.sockets, "postgres") as connection:
        connection.execute(f"ALTER DATABASE {building} RENAME TO {clusters.TEMPLATE}")
