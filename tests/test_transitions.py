"""Life cycles: every status times every verb of every document, in the code and in the database's own trigger (I14)."""

from typing import Any

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction

from core.errors import TransitionRefused
from core.models import Document, User
from core.states import available_actions, require_transition

DOCUMENTS: list[type[Document]] = sorted(
    (model for model in apps.get_models() if issubclass(model, Document)), key=lambda model: model.kind
)


def statuses(model: type[Document]) -> list[str]:
    return [value for value, _ in model._meta.get_field("status").choices or []]


def named(model: type[Document]) -> str:
    return model.kind


VERBS = [(model, status, verb) for model in DOCUMENTS for status in statuses(model) for verb in model.transitions]
SOURCES = [(model, status) for model in DOCUMENTS for status in statuses(model)]


def almighty() -> User:
    user = User(username="almighty", is_system=True)
    user.is_active = True
    return user


def test_all_kinds_of_documents_are_known() -> None:
    assert {model.kind for model in DOCUMENTS} >= {
        "contract", "quote", "order", "delivery", "return", "invoice", "payment", "rebate_agreement", "entry",
        "supply_order", "supply_receipt", "stock_adjustment",
    }  # fmt: skip
    assert len({model.kind for model in DOCUMENTS}) == len(DOCUMENTS)
    assert len({model.prefix for model in DOCUMENTS}) == len(DOCUMENTS)


@pytest.mark.parametrize(("model", "status", "verb"), VERBS, ids=lambda part: getattr(part, "kind", part))
def test_a_verb_is_possible_exactly_from_its_sources(model: type[Document], status: str, verb: str) -> None:
    document = model(status=status, number="X-1")
    move = model.transitions[verb]

    if status in move.sources:
        assert require_transition([document], verb) is move
    else:
        with pytest.raises(TransitionRefused, match=f"“{move.label}” now"):
            require_transition([document], verb)
    assert document.status == status


@pytest.mark.parametrize(("model", "status", "verb"), VERBS, ids=lambda part: getattr(part, "kind", part))
def test_buttons_are_drawn_from_the_same_table(model: type[Document], status: str, verb: str) -> None:
    offered = {action.verb for action in available_actions(model(status=status), almighty())}

    assert (verb in offered) == (status in model.transitions[verb].sources)


@pytest.mark.parametrize("model", DOCUMENTS, ids=named)
def test_nobody_without_rights_is_offered_a_verb(db: None, model: type[Document]) -> None:
    nobody = User.objects.create(username="nobody")

    for status in statuses(model):
        assert available_actions(model(status=status), nobody) == []


@pytest.mark.parametrize(("model", "source"), SOURCES, ids=lambda part: getattr(part, "kind", part))
def test_the_database_allows_exactly_the_transitions_of_the_table(db: None, model: type[Document], source: str) -> None:
    """The trigger's own function is tried on a bare table, so that no other rule of the document speaks first."""
    legal = {move.target for move in model.transitions.values() if source in move.sources} | {source}
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bare (status text) ON COMMIT DROP")
        cursor.execute("INSERT INTO bare VALUES (%s)", [source])
        cursor.execute(
            f"CREATE TRIGGER tried BEFORE UPDATE ON bare FOR EACH ROW EXECUTE FUNCTION {_function(cursor, model)}()"
        )

        allowed = {target for target in statuses(model) if _goes(cursor, target)}

    assert allowed == legal & set(statuses(model))


def _function(cursor: Any, model: type[Document]) -> str:
    """The function behind the table's trigger, which must be enabled and fire for each updated row."""
    cursor.execute(
        "SELECT p.proname, t.tgenabled, t.tgtype FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE t.tgrelid = %s::regclass AND t.tgname LIKE 'pgtrigger_legal_status_%%'",
        [model._meta.db_table],
    )
    ((name, enabled, kind),) = cursor.fetchall()
    row, before, update = 1, 2, 16
    assert enabled in ("O", "A")
    assert kind & (row | before | update) == row | before | update
    return str(name)


def _goes(cursor: Any, target: str) -> bool:
    try:
        with transaction.atomic():
            cursor.execute("UPDATE bare SET status = %s", [target])
            transaction.set_rollback(True)
    except ProgrammingError:  # what the trigger raises: it names no rule, because the code refuses long before
        return False
    return True


@pytest.mark.parametrize("model", DOCUMENTS, ids=named)
def test_targets_sources_and_stamps_exist(model: type[Document]) -> None:
    known, columns = set(statuses(model)), {field.name for field in model._meta.fields}

    for verb, move in model.transitions.items():
        assert move.sources <= known, verb
        assert move.target in known, verb
        if move.stamp:
            assert {f"{move.stamp}_at", f"{move.stamp}_by"} <= columns, verb


@pytest.mark.parametrize("model", DOCUMENTS, ids=named)
def test_every_status_can_be_reached(model: type[Document]) -> None:
    first = str(model._meta.get_field("status").get_default())
    reached, grown = {first}, True
    while grown:
        more = {move.target for move in model.transitions.values() if move.sources & reached}
        grown = not more <= reached
        reached |= more

    assert reached == set(statuses(model))


@pytest.mark.parametrize("model", DOCUMENTS, ids=named)
def test_the_rights_that_verbs_ask_for_are_declared(model: type[Document]) -> None:
    declared = {
        f"{other._meta.app_label}.{right}"
        for other in apps.get_models()
        for right in [
            *(codename for codename, _ in other._meta.permissions),
            *(f"{verb}_{other._meta.model_name}" for verb in other._meta.default_permissions),
        ]
    }

    assert {move.permission for move in model.transitions.values() if move.permission} <= declared
