"""The database under the tests is what production needs: PostgreSQL with its extensions and two roles."""

import psycopg
import pytest
from django.db import ProgrammingError, connection

from core.append_only import append_only_tables
from orders_site.boot.postgres import Cluster
from tests.support import clusters


@pytest.mark.django_db
def test_the_extensions_the_schema_needs_are_installed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        installed = {row[0] for row in cursor.fetchall()}

    assert {"btree_gist", "pg_trgm", "unaccent", "citext"} <= installed


@pytest.mark.as_app_role
def test_the_application_role_cannot_create_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, has_schema_privilege(current_user, 'public', 'CREATE')")

        assert cursor.fetchone() == ("kept_app", False)


@pytest.mark.as_app_role
def test_the_application_role_may_only_read_and_add_to_append_only_tables() -> None:
    tables = append_only_tables()
    refused = []
    with connection.cursor() as cursor:
        for table in tables:
            for verb in ("UPDATE", "DELETE", "TRUNCATE"):
                cursor.execute("SELECT has_table_privilege(current_user, %s, %s)", [table, verb])
                refused += [(table, verb)] if cursor.fetchone() == (False,) else []
            cursor.execute("SELECT has_table_privilege(current_user, %s, 'INSERT')", [table])
            assert cursor.fetchone() == (True,)

    assert refused == [(table, verb) for table in tables for verb in ("UPDATE", "DELETE", "TRUNCATE")]


@pytest.mark.as_app_role
def test_the_application_role_cannot_empty_an_append_only_table() -> None:
    table = append_only_tables()[0]

    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="permission denied"):
        cursor.execute(f'TRUNCATE "{table}" CASCADE')


def acknowledged_rows(cluster: Cluster) -> set[int]:
    with clusters.superuser(cluster.sockets, "postgres") as own:
        return {number for (number,) in own.execute("SELECT number FROM promise").fetchall()}


def test_a_killed_server_comes_back_with_every_acknowledged_row(durable_cluster: Cluster) -> None:
    with clusters.superuser(durable_cluster.sockets, "postgres") as own:
        own.execute("CREATE TABLE promise (number int PRIMARY KEY)")
        for number in range(50):
            own.execute("INSERT INTO promise VALUES (%s)", [number])
        assert durable_cluster.child is not None
        durable_cluster.child.kill()
        durable_cluster.child.wait()
        with pytest.raises(psycopg.OperationalError):
            own.execute("INSERT INTO promise VALUES (99)")

    durable_cluster.start()

    assert acknowledged_rows(durable_cluster) == set(range(50))


def test_a_dead_servers_number_given_to_a_stranger_does_not_stop_the_next_start(durable_cluster: Cluster) -> None:
    durable_cluster.stop()
    (durable_cluster.data / "postmaster.pid").write_text(f"1\n{durable_cluster.data}\n")
    lock = durable_cluster.sockets / ".s.PGSQL.5432.lock"
    lock.write_text("1\n")

    durable_cluster.start()

    with clusters.superuser(durable_cluster.sockets, "postgres") as own:
        assert own.execute("SHOW fsync").fetchone() == ("on",)


class TestIsolation:
    """A committing test leaves nothing to the next one; the order of the two does not matter."""

    @pytest.mark.own_database
    @pytest.mark.parametrize("turn", [1, 2])
    def test_a_committing_test_gets_a_fresh_database(self, turn: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE left_behind (turn int)")
            cursor.execute("INSERT INTO left_behind VALUES (%s)", [turn])
            cursor.execute("SELECT count(*) FROM left_behind")

            assert cursor.fetchone() == (1,)
