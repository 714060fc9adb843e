"""The two database roles: ``kept_owner`` owns the schema and migrates, ``kept_app`` serves people and may not alter it.

What only the database can hold against a mistake or an intruder in the application: append-only tables accept INSERT
and SELECT from ``kept_app`` and nothing else. Works on any psycopg connection with the right to create roles.
"""

from collections.abc import Sequence
from typing import Any

OWNER = "kept_owner"
APP = "kept_app"
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent", "citext")


def create_roles(connection: Any) -> None:
    """Create both roles where missing. Local clusters only: they have no passwords, the socket folder is the guard."""
    for role in (OWNER, APP):
        exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        if not exists:
            connection.execute(f"CREATE ROLE {role} LOGIN")
    connection.execute(f"GRANT {APP} TO {OWNER}")


def create_database(connection: Any, name: str) -> None:
    """Create a database owned by ``kept_owner`` in which ``kept_app`` may use, but not create, tables."""
    connection.execute(f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE template0')


def prepare_schema(connection: Any) -> None:
    """Install extensions and default rights, connected to the database as its owner or a superuser.

    Default rights reach every table that ``kept_owner`` creates later; the append-only ones are narrowed after migrate.
    """
    for extension in EXTENSIONS:
        connection.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    connection.execute(f"ALTER SCHEMA public OWNER TO {OWNER}")
    connection.execute(f"GRANT USAGE ON SCHEMA public TO {APP}")
    tables = "SELECT, INSERT, UPDATE, DELETE ON TABLES"
    for objects in (tables, "USAGE, SELECT ON SEQUENCES", "EXECUTE ON FUNCTIONS"):
        connection.execute(f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT {objects} TO {APP}")


def narrow_append_only(cursor: Any, tables: Sequence[str]) -> None:
    """Leave ``kept_app`` only SELECT and INSERT on tables that only grow; after every migration, as their owner."""
    cursor.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename = ANY(%s)", [list(tables)]
    )
    for (table,) in cursor.fetchall():
        cursor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM {APP}')
    cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {APP}")
