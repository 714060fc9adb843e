"""What every test stands on: PostgreSQL, a migrated template, a clone for each worker and committing test."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings
from pytest_django.plugin import DjangoDbBlocker

from core.append_only import append_only_tables
from orders_site.boot.places import temp_base
from orders_site.boot.postgres import Cluster
from orders_site.boot.roles import APP, OWNER, grant_use, install_extensions, narrow_append_only
from tests.support import clusters
from tests.support.browser import missing_browser
from tests.support.concurrency import Outcome, run_together
from tests.support.statements import Statements, count_statements
from tests.support.workers import RunningWorker, running_worker

# How fast the machine is just now is no matter of a test.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

CLUSTER_PLACE = "KEPT_TEST_CLUSTER"
_own_cluster: list[Cluster] = []


def pytest_configure(config: pytest.Config) -> None:
    """Start the cluster up front in the process that starts the workers, so that it outlives each of them."""
    is_worker = hasattr(config, "workerinput")
    if not is_worker and (config.getoption("numprocesses", None) or 0) and not config.option.collectonly:
        _cluster_sockets()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Throw the cluster away; also at an interrupt."""
    while _own_cluster:
        clusters.give_back(_own_cluster.pop())
        os.environ.pop(CLUSTER_PLACE, None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests that commit the transactional database without asking each of them to say so twice."""
    no_browser = missing_browser()
    for item in items:
        if no_browser and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=no_browser))
        if item.get_closest_marker("own_database") or item.get_closest_marker("as_app_role"):
            item.add_marker(pytest.mark.django_db(transaction=True))


def _cluster_sockets() -> Path:
    if CLUSTER_PLACE not in os.environ:
        cluster = clusters.take_cluster()
        _own_cluster.append(cluster)
        os.environ[CLUSTER_PLACE] = str(cluster.sockets)
    return Path(os.environ[CLUSTER_PLACE])


def _point_django_at(sockets: Path, name: str, user: str = OWNER) -> None:
    connections["default"].close()
    connections["default"].settings_dict |= {"HOST": str(sockets), "PORT": "5432", "NAME": name, "USER": user}


def _ensure_template(sockets: Path) -> None:
    """Migrate once per run; the other workers wait and clone."""
    with clusters.one_at_a_time(sockets.parent / "template.lock"):
        with clusters.superuser(sockets, "postgres") as connection:
            if clusters.database_exists(connection, clusters.TEMPLATE):
                return
        building = f"{clusters.TEMPLATE}_building"
        clusters.make_empty_database(sockets, building)
        _point_django_at(sockets, building)
        with connections["default"].cursor() as cursor:
            install_extensions(cursor)
            grant_use(cursor)
        call_command("migrate", verbosity=0, interactive=False)
        with connections["default"].cursor() as cursor:
            narrow_append_only(cursor, append_only_tables())
        connections["default"].close()
        with clusters.superuser(sockets, "postgres") as connection:
            connection.execute(f"ALTER DATABASE {building} RENAME TO {clusters.TEMPLATE}")


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Replace Django's creation of test databases: a clone per worker, and another after each test that committed."""
    sockets = _cluster_sockets()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"kept_{worker}"
    with django_db_blocker.unblock():
        _ensure_template(sockets)
        clusters.clone(sockets, name)
        _point_django_at(sockets, name)

    def fresh_clone(case: TransactionTestCase) -> None:
        # Append-only tables refuse TRUNCATE, on which Django's own reset relies; a clone also restores migrated rows.
        connections.close_all()
        clusters.clone(sockets, name)

    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", fresh_clone)
    yield
    patch.undo()
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture
def own_database(transactional_db: None) -> None:
    """Let the test commit; afterwards the database is replaced by a fresh clone of the template."""


@pytest.fixture(autouse=True)
def _as_app_role(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.node.get_closest_marker("as_app_role") is None:
        yield
        return
    request.getfixturevalue("transactional_db")
    parts = connections["default"].settings_dict
    _point_django_at(Path(parts["HOST"]), parts["NAME"], APP)
    yield
    _point_django_at(Path(parts["HOST"]), parts["NAME"], OWNER)


@pytest.fixture(name="count_statements")
def _count_statements() -> Callable[[], AbstractContextManager[Statements]]:
    return count_statements


@pytest.fixture(name="run_together")
def _run_together(transactional_db: None) -> Callable[..., list[Outcome]]:
    return run_together


@pytest.fixture
def durable_cluster() -> Iterator[Cluster]:
    """Give a test its own PostgreSQL with every promise to disk kept, to be killed and started again."""
    cluster = clusters.make_cluster(durable=True)
    yield cluster
    clusters.discard(cluster)


@pytest.fixture
def real_worker(transactional_db: None) -> Iterator[RunningWorker]:
    """Give a test that commits a real broker and a real worker on its own database."""
    with (
        tempfile.TemporaryDirectory(prefix="kept-worker-", dir=temp_base()) as place,
        running_worker(Path(place)) as worker,
    ):
        yield worker


def pytest_assertrepr_compare(op: str, left: Any, right: Any) -> list[str] | None:
    """Show the statements themselves when their number is not the expected one."""
    if isinstance(left, Statements) and op == "==":
        return [f"{left.count} statements", *str(left).splitlines()]
    return None
