"""The database under the tests is what production needs: PostgreSQL with its extensions and two roles."""

import pytest
from django.db import connection


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
