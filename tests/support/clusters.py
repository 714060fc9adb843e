"""PostgreSQL for tests: one throw-away cluster per run, one migrated template in it, one clone of that per worker."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from orders_site.boot.places import temp_base
from orders_site.boot.postgres import SUPERUSER, Cluster
from orders_site.boot.roles import APP, OWNER, create_database, create_roles

TEMPLATE = "kept_template"


def make_cluster(*, durable: bool) -> Cluster:
    """Start a cluster in a new temporary place; the caller removes it with ``discard``."""
    place = Path(tempfile.mkdtemp(prefix="kept-test-", dir=temp_base()))
    place.chmod(0o711)  # the account that runs PostgreSQL passes through when the tests run as root
    cluster = Cluster(data=place / "data", sockets=place / "s", log=place / "log", durable=durable)
    try:
        cluster.prepare()
        cluster.start()
        with superuser(cluster.sockets, "postgres") as connection:
            create_roles(connection)
    except BaseException:
        discard(cluster)
        raise
    return cluster


def discard(cluster: Cluster) -> None:
    """Stop a cluster made by ``make_cluster`` and delete its place."""
    cluster.remove()
    shutil.rmtree(cluster.data.parent, ignore_errors=True)


@contextmanager
def superuser(sockets: Path, database: str) -> Iterator[psycopg.Connection]:
    """Connect as the cluster's superuser, each statement in its own transaction."""
    connection = psycopg.connect(host=str(sockets), dbname=database, user=SUPERUSER, autocommit=True)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Let one process in; the workers of a parallel run share what the first one made."""
    with lock.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def database_exists(connection: psycopg.Connection, name: str) -> bool:
    """Tell whether the cluster has a database of that name."""
    return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def make_empty_database(sockets: Path, name: str) -> None:
    """Create a database with the roles and rights of a deployment, before any migration."""
    with superuser(sockets, "postgres") as connection:
        create_database(connection, name)


def clone(sockets: Path, name: str, template: str = TEMPLATE) -> None:
    """Replace a database by a fresh copy of the template, ending whoever is still connected. About 0.1 s."""
    with superuser(sockets, "postgres") as connection:
        target = sql.Identifier(name)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(target))
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY").format(
                target, sql.Identifier(OWNER), sql.Identifier(template)
            )
        )


__all__ = ["APP", "OWNER", "TEMPLATE", "clone", "discard", "make_cluster", "make_empty_database", "one_at_a_time"]
