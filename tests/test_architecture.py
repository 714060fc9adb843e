"""The shape of the code, held by tests: direction of imports and keys, declared routes, banned calls, sizes.

A file or function that is too long, or breaks a rule for a reason, stands in an allow-list here with its reason.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver
from ninja.operation import Operation

from core.api.door import operations_of, right_of
from core.audit.history import RowHistory
from core.commands import Command
from core.money import DocumentMoneyField

ROOT = Path(__file__).parents[1]
STREET = (
    "core", "catalog", "accounting", "inventory", "quotes", "orders", "fulfillment", "billing", "payments", "rebates",
    "analytics", "orders_site",
)  # fmt: skip
LONGEST_FUNCTION, LONGEST_FILE = 60, 400

# What a room shows to the rooms above it. Engines and pure arithmetic are named with the room that owns them.
PUBLIC = {"models", "services", "selectors", "events", "errors", "drafts", "states", "apps"}
PUBLIC_OF = {
    "catalog": {"pricing", "tax", "promotions", "terms", "trace", "stored_traces", "ledgers"},
    "accounting": {"postings"},
    "inventory": {"promising", "valuation", "ledgers"},
    "quotes": {"ledgers"},
    "orders": {"credit", "exposure", "quantities", "ledgers"},
    "fulfillment": set(),
    "billing": set(),
    "rebates": {"tiers"},
}
# Doors, not rooms: what draws pages, runs processes or wires rooms together may look everywhere.
ONE_CURRENCY = {
    "billing/selectors.py": "the credit notes of one invoice are in its currency",
    "billing/services/values.py": "the credit notes of one invoice are in its currency",
    "orders_site/demo/trouble.py": "only invoices in pounds are looked at",
}
DAY_OF_UTC = {  # may ask for the day of UTC: no business date hangs on it
    "core/web/exports.py": "the name of a file",
    "core/web/formats.py": "leaves the present year out; ages in whole days",
    "orders/filters.py": "the year that a short number is completed with",
    "orders/editor.py": "leaves today out where a time is told",
    "orders_site/exceptions/views.py": "what a person resolved since midnight of the clock that the page shows",
}
IMPORTS_INSIDE_FUNCTIONS = {"orders_site/apps.py": "the rooms exist only after their models are loaded"}


@cache
def sources() -> dict[str, ast.Module]:
    """Every module of the product but migrations, parsed, by its path."""
    paths = (path for app in STREET for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts)
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in STREET]


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """The name behind each call: ``update`` of ``rows.update(...)``, ``round`` of ``round(...)``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield f".{node.func.attr}", node
            elif isinstance(node.func, ast.Name):
                yield node.func.id, node


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every dotted name that is imported, ``from a import b`` as ``a.b``, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


# --- the street ------------------------------------------------------------------------------------------------------


def test_imports_go_down_the_street_only() -> None:
    wrong = [
        f"{path}:{line} imports {name}"
        for path, tree in sources().items()
        for name, line in imports(tree)
        if (there := name.split(".")[0]) in STREET and STREET.index(there) > STREET.index(path.split("/")[0])
    ]

    assert wrong == []


def test_across_rooms_only_what_a_room_shows_is_imported() -> None:
    wrong = []
    for path, tree in sources().items():
        here = path.split("/")[0]
        for name, line in imports(tree):
            there, *rest = name.split(".")
            if there in (here, "core") or there not in STREET or here == "orders_site" or not rest:
                continue
            if rest[0] not in PUBLIC | PUBLIC_OF.get(there, set()) or any(part.startswith("_") for part in rest):
                wrong.append(f"{path}:{line} imports {name}")

    assert wrong == []


def test_foreign_keys_point_down_the_street() -> None:
    wrong = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in own_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and (there := field.related_model._meta.app_label) in STREET
        and STREET.index(there) > STREET.index(model._meta.app_label)
    ]

    assert wrong == []


def test_rooms_are_imported_at_the_top_of_a_module() -> None:
    wrong = [
        f"{path}:{line} imports {name}"
        for path, tree in sources().items()
        if path not in IMPORTS_INSIDE_FUNCTIONS
        for function in functions(tree)
        for name, line in imports(function)
        if name.split(".")[0] in STREET
    ]

    assert wrong == []


# --- routes ----------------------------------------------------------------------------------------------------------


def routes(patterns: list[URLPattern | URLResolver] | None = None, before: str = "") -> Iterator[tuple[str, object]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, before + str(pattern.pattern))
        else:
            yield before + str(pattern.pattern), pattern.callback


def test_every_route_declares_who_may_use_it() -> None:
    undeclared = [route for route, view in routes() if not getattr(view, "access_policy", "")]

    assert undeclared == []


def operations() -> dict[str, Operation]:
    """Every operation of the API by its method and address: several may share one address, each with its own right."""
    return {
        f"{method} {route}": operation for route, view in routes() for method, operation in operations_of(view).items()
    }


def test_every_operation_of_the_api_is_behind_a_key_and_one_right() -> None:
    undeclared = [name for name, operation in operations().items() if not right_of(operation)]

    assert len(operations()) > 30
    assert undeclared == []


def test_addresses_of_the_api_declare_what_their_operations_do() -> None:
    wrong = [
        route
        for route, view in routes()
        if (behind := operations_of(view))
        and set(str(getattr(view, "access_policy", "")).split(" or ")) != {right_of(each) for each in behind.values()}
    ]

    assert wrong == []


def test_policies_name_rights_that_exist() -> None:
    declared = {f"{model._meta.app_label}.{right}" for model in own_models() for right, _ in model._meta.permissions}
    declared |= {
        f"{model._meta.app_label}.{verb}_{model._meta.model_name}"
        for model in own_models()
        for verb in model._meta.default_permissions
    }
    unknown = {
        policy
        for _, view in routes()
        if (policy := str(getattr(view, "access_policy", "")))
        and policy != "signed in"
        and not policy.startswith("public: ")
        and not set(policy.split(" or ")) <= declared
    }

    assert unknown == set()


# --- commands --------------------------------------------------------------------------------------------------------


def commands() -> dict[str, ast.FunctionDef]:
    """Every function under ``@command``, by path and name."""
    return {
        f"{path}:{function.name}": function
        for path, tree in sources().items()
        for function in functions(tree)
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "command"
    }


def test_commands_take_keywords_only_and_name_their_actor() -> None:
    wrong = [
        name
        for name, function in commands().items()
        if function.args.args or function.args.posonlyargs or "actor" not in {a.arg for a in function.args.kwonlyargs}
    ]

    assert len(commands()) > 20
    assert wrong == []


def test_commands_say_what_they_do() -> None:
    assert [name for name, function in commands().items() if not ast.get_docstring(function)] == []


def test_rights_that_commands_ask_for_exist() -> None:
    declared = {f"{model._meta.app_label}.{right}" for model in own_models() for right, _ in model._meta.permissions}
    declared |= {
        f"{model._meta.app_label}.{verb}_{model._meta.model_name}"
        for model in own_models()
        for verb in model._meta.default_permissions
    }
    asked = {
        keyword.value.value
        for function in commands().values()
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Call)
        for keyword in decorator.keywords
        if keyword.arg == "permission" and isinstance(keyword.value, ast.Constant) and keyword.value.value
    }

    assert asked - declared == set()
    assert Command.__doc__


# --- banned calls ----------------------------------------------------------------------------------------------------


def test_rows_are_locked_only_by_functions_that_say_so() -> None:
    wrong = []
    for path, tree in sources().items():
        allowed = {call for function in functions(tree) if "lock_" in function.name for _, call in calls(function)}
        wrong += [
            f"{path}:{call.lineno}"
            for name, call in calls(tree)
            if name == ".select_for_update" and call not in allowed
        ]

    assert wrong == []


@pytest.mark.parametrize("banned", ["round", "float", ".bulk_update", ".round"])
def test_calls_that_lose_cents_or_currencies_are_not_made(banned: str) -> None:
    wrong = [
        f"{path}:{call.lineno}" for path, tree in sources().items() for name, call in calls(tree) if name == banned
    ]

    assert wrong == []


def test_business_dates_are_never_the_day_of_utc() -> None:
    names = {"localdate", "today"}
    asking = {
        path
        for path, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in names and isinstance(node.value, ast.Name)
        if node.value.id in {"timezone", "date", "datetime"}
    }

    assert asking == set(DAY_OF_UTC)


def money_names() -> set[str]:
    """Fields that hold Money wherever they occur: not also a plain number of another model."""
    fields = [
        field for model in own_models() if not issubclass(model, RowHistory) for field in model._meta.local_fields
    ]
    money = {field.name for field in fields if isinstance(field, DocumentMoneyField)}
    return money - {field.name for field in fields if not isinstance(field, DocumentMoneyField)}


def test_money_is_summed_per_currency_and_written_through_the_fence() -> None:
    wrong = []
    for path, tree in sources().items():
        for name, call in calls(tree):
            if (
                name == "Sum"
                and path not in ONE_CURRENCY
                and any(
                    isinstance(arg, ast.Constant) and str(arg.value).split("__")[-1] in money_names()
                    for arg in call.args
                )
            ):
                wrong.append(f"{path}:{call.lineno} Sum")
            if name == ".update" and {keyword.arg for keyword in call.keywords} & money_names():
                wrong.append(f"{path}:{call.lineno} update")

    assert "gross" in money_names()
    assert wrong == []


def test_rows_are_saved_with_their_fields_named() -> None:
    wrong = [
        f"{path}:{call.lineno}"
        for path, tree in sources().items()
        if "services" in path or path.endswith("tasks.py")
        for name, call in calls(tree)
        if name == ".save" and not {"update_fields", "force_insert"} & {keyword.arg for keyword in call.keywords}
    ]

    assert wrong == []


# --- models ----------------------------------------------------------------------------------------------------------


def test_every_model_says_what_it_is() -> None:
    unnamed = [model._meta.label for model in own_models() if model.__str__ is models.Model.__str__]
    undescribed = [
        model._meta.label
        for model in own_models()
        if not issubclass(model, RowHistory) and (model.__doc__ or "").startswith(f"{model.__name__}(")
    ]

    assert (unnamed, undescribed) == ([], [])


def test_every_foreign_key_names_its_way_back() -> None:
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.remote_field.related_name is None
    ]

    assert wrong == []


def test_constraints_are_named_by_what_holds() -> None:
    wrong = [
        f"{model._meta.label}: {constraint.name}"
        for model in own_models()
        for constraint in model._meta.constraints
        if re.search(r"(_uniq|_check|_\d+)$", constraint.name)
    ]

    assert wrong == []


def test_migrations_are_named_for_what_they_do() -> None:
    names = [path.stem for app in STREET for path in (ROOT / app / "migrations").glob("[0-9]*.py")]

    assert len(names) >= len(STREET) - 1
    assert [name for name in names if re.search(r"_auto_|_alter_.*_and_more|_and_more$", name)] == []


# --- sizes -----------------------------------------------------------------------------------------------------------


def test_functions_fit_on_a_screen() -> None:
    too_long = {
        f"{path}:{function.name}": function.end_lineno - function.lineno + 1
        for path, tree in sources().items()
        for function in functions(tree)
        if function.end_lineno and function.end_lineno - function.lineno + 1 > LONGEST_FUNCTION
    }

    assert too_long == {}


def test_files_are_short() -> None:
    lengths = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in sources()}

    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_templates_are_short_and_trust_nothing() -> None:
    templates = {path: path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html")}

    assert [str(path) for path, text in templates.items() if len(text.splitlines()) > 150] == []
    assert [
        str(path) for path, text in templates.items() if re.search(r"\|\s*safe\b|autoescape false|\bon\w+=\"", text)
    ] == []
