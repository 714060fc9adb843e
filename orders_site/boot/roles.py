"""The two database roles: ``kept_owner`` owns the schema and migrates, ``kept_app`` serves people and may not alter it.

What only the database can hold against a mistake or an intruder in the application: append-only tables accept INSERT
and SELECT from the application's role and nothing else. A deployment may name its roles otherwise.
"""

from collections.abc import Sequence
from typing import Any

OWNER = "kept_owner"
APP = "kept_app"
# All of them "trusted": the owner of a database may install them.
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent", "citext")


def create_roles(connection: Any) -> None:
    """Create both roles where missing. Local clusters only: they have no passwords, the socket folder is the guard."""
    for role in (OWNER, APP):
        exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        if not exists:
            connection.execute(f"CREATE ROLE {role} LOGIN")
    connection.execute(f"GRANT {APP} TO {OWNER}")


def create_database(connection: Any, name: str) -> None:
    """Create a database owned by ``kept_owner``, in which others may not create anything."""
    connection.execute(f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE template0')


def install_extensions(cursor: Any) -> None:
    """Install what the schema needs, as the database's owner, before migrating."""
    for extension in EXTENSIONS:
        cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")


def grant_use(cursor: Any, app: str = APP) -> None:
    """Let the application use every table the owner creates from now on; connected as the owner, before migrating."""
    cursor.execute(f'GRANT USAGE ON SCHEMA public TO "{app}"')
    tables = "SELECT, INSERT, UPDATE, DELETE ON TABLES"
    for rights in (tables, "USAGE, SELECT ON SEQUENCES", "EXECUTE ON FUNCTIONS"):
        cursor.execute(f'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} TO "{app}"')


def narrow_append_only(cursor: Any, tables: Sequence[str], app: str = APP) -> None:
    """Leave the application only SELECT and INSERT on tables that only grow; after every migration, as their owner."""
    cursor.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename = ANY(%s)", [list(tables)]
    )
    for (table,) in cursor.fetchall():
        cursor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM "{app}"')
    cursor.execute(f'REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM "{app}"')
