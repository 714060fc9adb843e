"""Django's ``migrate``, three times as fast on an empty database, and with triggers that nobody can switch off.

Django rebuilds a model's historical class, and those of all its relatives (here: nearly all models, through company
and user), whenever an index, constraint or trigger joins its state. Those objects are passed to the schema editor
directly and PostgreSQL needs no class that lists them, so rebuilding is left to the operations that change fields.
A new model is rendered by itself: what it points at exists, and nothing points at it yet.
``tests/boot/test_schema.py`` holds the outcome.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.apps import apps
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.state import ModelState, ProjectState
from pgtrigger.migrations import AddTrigger

# The library gives every trigger a way round it, for whoever sets a variable of the session. Here the database refuses
# what must never be, so there is none; PostgreSQL folds this constant away, which also spares a call for each row.
NEVER_IGNORED = """
CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT false'
"""


class Command(migrate.Command):
    """Migrate without rebuilding historical classes in vain."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run Django's command; then close the triggers' back door, which each new trigger opens again."""
        with light_states():
            super().handle(*args, **options)
        with connections[options["database"]].cursor() as cursor:
            cursor.execute("SELECT to_regprocedure('_pgtrigger_should_ignore(name)')")
            if cursor.fetchone()[0]:
                cursor.execute(NEVER_IGNORED)


@contextmanager
def light_states() -> Iterator[None]:
    """Let additions of indexes, constraints and triggers change only the state's description of a model."""

    thorough = ProjectState._append_option  # type: ignore[attr-defined]

    def append_option(state: ProjectState, app_label: str, model_name: str, option: str, added: object) -> None:
        if apps.get_app_config(app_label).name.startswith("allauth."):  # it alters a field that has a constraint later
            thorough(state, app_label, model_name, option, added)
            return
        options = state.models[app_label, model_name].options
        options[option] = [*options.get(option, []), added]

    def add_model(state: ProjectState, model_state: ModelState) -> None:
        key = model_state.app_label, model_state.name_lower
        state.models[key] = model_state
        if state._relations is not None:  # type: ignore[attr-defined]
            state.resolve_model_relations(key)
        if "apps" in state.__dict__:
            state.apps.render_multiple([model_state])

    def add_trigger(operation: AddTrigger, app_label: str, state: ProjectState) -> None:
        append_option(state, app_label, operation.model_name, "triggers", operation.trigger)

    with (
        mock.patch.object(ProjectState, "_append_option", append_option),
        mock.patch.object(ProjectState, "add_model", add_model),
        mock.patch.object(AddTrigger, "state_forwards", add_trigger),
    ):
        yield
