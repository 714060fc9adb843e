"""The migrated database holds every guard the models declare: one that exists only in Python guards nothing."""

import pgtrigger
import pytest
from django.apps import apps
from django.db import connection, models

MODELS = [model for model in apps.get_models() if model._meta.managed and not model._meta.proxy]

pytestmark = pytest.mark.django_db


def names(query: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}


def test_every_constraint_is_in_the_database() -> None:
    declared = {constraint.name for model in MODELS for constraint in model._meta.constraints}

    found = names("SELECT conname FROM pg_constraint") | names("SELECT indexname FROM pg_indexes")

    assert len(declared) > 100
    assert declared - found == set()


def test_every_index_is_in_the_database() -> None:
    declared = {index.name for model in MODELS for index in model._meta.indexes}

    assert len(declared) > 30
    assert declared - names("SELECT indexname FROM pg_indexes") == set()


def test_every_trigger_is_in_the_database() -> None:
    declared: set[str] = {trigger.get_pgid(model) for model, trigger in pgtrigger.registered() if not model._meta.proxy}

    assert len(declared) > 20
    assert declared - names("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal") == set()


def test_every_field_is_a_column() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'")
        columns = set(cursor.fetchall())
    declared = {
        (model._meta.db_table, field.column)
        for model in MODELS
        for field in model._meta.local_fields
        if isinstance(field, models.Field)
    }

    assert declared - columns == set()


def test_no_session_can_switch_the_triggers_off() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL pgtrigger.ignore = '{*}'")
        cursor.execute("SELECT tgname, _pgtrigger_should_ignore(tgname) FROM pg_trigger WHERE NOT tgisinternal")
        answers = cursor.fetchall()

    assert len(answers) > 20
    assert [name for name, ignored in answers if ignored] == []
