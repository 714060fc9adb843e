"""PostgreSQL for tests: one throw-away cluster per run, one migrated template in it, one clone of that per worker."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from orders_site.boot.places import PROJECT, own_key, private_folder, temp_base
from orders_site.boot.postgres import SUPERUSER, Cluster
from orders_site.boot.roles import OWNER, create_database, create_roles

TEMPLATE = "kept_template"
# Where the copy of each taken cluster belongs, by the sources as they were when it was taken.
_places: dict[Path, Path] = {}
COPIES_KEPT = 4


def _new_cluster(*, durable: bool) -> Cluster:
    place = Path(tempfile.mkdtemp(prefix="kept-test-", dir=temp_base()))
    place.chmod(0o711)  # the account that runs PostgreSQL passes through when the tests run as root
    return Cluster(data=place / "data", sockets=place / "s", log=place / "log", durable=durable)


def _start(cluster: Cluster) -> Cluster:
    try:
        cluster.prepare()
        cluster.start()
        with superuser(cluster.sockets, "postgres") as connection:
            create_roles(connection)
    except BaseException:
        discard(cluster)
        raise
    return cluster


def make_cluster(*, durable: bool) -> Cluster:
    """Start a cluster in a new temporary place; the caller removes it with ``discard``."""
    return _start(_new_cluster(durable=durable))


def take_cluster(*, durable: bool = False) -> Cluster:
    """Start the run's throw-away cluster from the copy an earlier run of the same schema left, else an empty one."""
    kept = _kept_copy()
    cluster = _take(kept, durable=durable)
    _places[cluster.data] = kept
    return cluster


def _take(kept: Path, *, durable: bool) -> Cluster:
    if not kept.exists():
        return make_cluster(durable=durable)
    cluster = _new_cluster(durable=durable)
    copied = subprocess.run(["cp", "-a", str(kept), str(cluster.data)], check=False, capture_output=True)
    if copied.returncode:  # tidied away by another run at this moment
        discard(cluster)
        return make_cluster(durable=durable)
    return _start(cluster)


def give_back(cluster: Cluster) -> None:
    """Stop the run's cluster and keep its template for the next run; migrating takes far longer than copying."""
    kept = _places[cluster.data]
    with superuser(cluster.sockets, "postgres") as connection:
        is_complete = database_exists(connection, TEMPLATE)
        names = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'kept%'").fetchall()
        for (name,) in names:
            if is_complete and name != TEMPLATE:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    cluster.stop()
    if is_complete and not kept.exists():
        private_folder(kept.parent)
        with contextlib.suppress(OSError):  # another run was first
            cluster.data.rename(kept)
        for old in sorted(kept.parent.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)[COPIES_KEPT:]:
            shutil.rmtree(old, ignore_errors=True)
    discard(cluster)


def _kept_copy() -> Path:
    """Name the copy after everything that shapes the template, and this boot: it was never promised to the disk."""
    mark = hashlib.sha256()
    parts = ("*/migrations/*.py", "*/models.py", "*/models/*.py", "*/sql/*.sql", "core/*.py", "orders_site/boot/*.py")
    for path in sorted(path for part in (*parts, "requirements/base.lock") for path in PROJECT.glob(part)):
        mark.update(str(path.relative_to(PROJECT)).encode() + b"\0" + path.read_bytes())
    boot = Path("/proc/sys/kernel/random/boot_id")
    mark.update(boot.read_bytes() if boot.exists() else b"")
    mark.update(os.environ.get("PG_BIN", "").encode())
    return temp_base() / f"kept-templates-{own_key()}" / mark.hexdigest()[:16]


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
