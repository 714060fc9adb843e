"""Many rows out of few, set by set: copies of rows in SQL, for tests that ask whether a page costs more with them."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.db import connection, models

STEP = 1_000_000  # between the key of a row and that of its first copy; more than any key of a test
PLACES = 1_000  # between the place of a line and that of its first copy
_WORDS = ("text", "varchar", "bpchar")
_SHORT = 8  # characters: texts that hold no more are codes of something, of which no other can be made up


def copy_rows(model: type[models.Model], wanted: int, instead: Mapping[str, str] | None = None, **of: Any) -> int:
    """Have so many rows of the model, or of those with these values; returns how many there are then.

    The n-th copy points to the n-th copies of what its row points to, as far as there are any, except where all are
    ``of`` the same. What must be unique is made so. Copies that a constraint still refuses are left out; triggers and
    keys to other rows that wait for the commit are not asked. Where it is said what stands ``instead`` in some columns
    (of the g-th copy of ``old``), the others are as they were.
    """
    rows = model._default_manager.filter(**of).order_by()
    have = rows.count()
    if not 0 < have < wanted:
        return have
    table, key = model._meta.db_table, model._meta.pk.column
    fixed = {name.removesuffix("_id") for name in of}
    copied = {
        name: _copied(model, name, kind, length, fixed, has_group=bool(of)) for name, kind, length in _columns(table)
    }
    if instead:
        key_column = model._meta.pk.column
        copied = {
            name: value if name == key_column else instead.get(name, f"old.{name}") for name, value in copied.items()
        }
    text, values = rows.values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        skipping = "" if _has_deferrable(table) else " ON CONFLICT DO NOTHING"
        cursor.execute(
            f'INSERT INTO "{table}" ({", ".join(copied)}) SELECT {", ".join(copied.values())} FROM "{table}" AS old,'
            f' generate_series(1, %s) AS g WHERE old."{key}" IN ({text}){skipping}',
            [wanted // have, *values],
        )
        cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return rows.count()


def copy_what_hangs_on(document: models.Model, wanted: int) -> dict[str, int]:
    """Have so many lines of a document, of each kind that it has, and as many of what hangs on these."""
    found = {}
    for name, model in _children(type(document)):
        found[model.__name__] = copy_rows(model, wanted, **{name: document.pk})
        if found[model.__name__]:
            for below, grandchild in _children(model):
                copy_rows(grandchild, wanted, **{f"{below}__{name}": document.pk})
    return found


def products_of(document: models.Model) -> set[int]:
    """The keys of the products on a document's lines."""
    found: set[int] = set()
    for name, model in _children(type(document)):
        if any(field.name == "product" for field in model._meta.fields):
            found |= set(model._default_manager.filter(**{name: document.pk}).values_list("product_id", flat=True))
    return found


def _children(model: type[models.Model]) -> Iterable[tuple[str, type[models.Model]]]:
    """The models whose rows belong to one of this model, by the field that says so."""
    for relation in model._meta.related_objects:
        child = relation.related_model
        if relation.one_to_many and isinstance(child, type) and not child.__name__.endswith("History"):
            yield relation.field.name, child


@cache
def _has_deferrable(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_constraint"
            " WHERE conrelid = %s::regclass AND condeferrable AND contype IN ('u', 'x')",
            [f'"{table}"'],
        )
        return bool(cursor.fetchone()[0])


@cache
def _columns(table: str) -> list[tuple[str, str, int | None]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(column_name), udt_name, character_maximum_length"
            " FROM information_schema.columns"
            " WHERE table_name = %s AND table_schema = 'public' AND is_generated = 'NEVER'",
            [table],
        )
        return cursor.fetchall()


@cache
def _unique_columns(table: str) -> frozenset[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid"
            " AND (a.attnum = ANY(i.indkey) OR i.indexprs IS NOT NULL AND"
            " pg_get_indexdef(i.indexrelid) ~ ('\\m' || a.attname || '\\M'))"
            " WHERE i.indrelid = %s::regclass AND (i.indisunique OR i.indisexclusion) AND a.attnum > 0",
            [f'"{table}"'],
        )
        return frozenset(name for (name,) in cursor.fetchall())


@cache
def _references(model: type[models.Model]) -> dict[str, tuple[str, str, str]]:
    """What the columns point to: the field, the table and its key."""
    return {
        field.column: (field.name, field.related_model._meta.db_table, field.related_model._meta.pk.column)
        for field in model._meta.fields
        if isinstance(field, models.ForeignKey)
    }


def _copied(
    model: type[models.Model], name: str, kind: str, length: int | None, fixed: set[str], *, has_group: bool
) -> str:
    """What stands in a column of the g-th copy."""
    column, is_unique = f"old.{name}", name.strip('"') in _unique_columns(model._meta.db_table)
    reference = _references(model).get(name)
    if reference is not None:
        field, table, key = reference
        if field in fixed or (has_group and not is_unique and f"{field}__" not in "".join(fixed)):
            return column
        return f'coalesce((SELECT it."{key}" FROM "{table}" AS it WHERE it."{key}" = {column} + g * {STEP}), {column})'
    if name == model._meta.pk.column:
        return f"{column} + g * {STEP}"
    if not is_unique or (length is not None and length <= _SHORT):
        return column
    if kind in _WORDS:
        mark = f"'c' || old.\"{model._meta.pk.column}\" || '-' || g"
        return f"CASE WHEN {column} = '' THEN '' WHEN {column} IS NOT NULL THEN {mark} END"
    if kind == "uuid":
        return "gen_random_uuid()"
    step = {"int8": STEP, "int4": PLACES, "int2": 1}.get(kind)
    return f"{column} + g * {step}" if step else column
