"""Set-based writing: one statement for any number of rows, fenced for money.

``bulk_create`` and ``bulk_update`` cost a multiple of this and let money through without its currency.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection, models
from moneyed import Money

from core.arrays import array
from core.money import DocumentMoneyField, require_fits

Columns = Mapping[str, Sequence[Any]]


@lru_cache(maxsize=2048)
def _column(model: type[models.Model], name: str) -> "tuple[models.Field[Any, Any], str, str]":
    """The field behind ``name`` (or ``name_id``), its column and its array element type."""
    field = model._meta.get_field(
        name.removesuffix("_id") if name.endswith("_id") and not _has_field(model, name) else name
    )
    assert isinstance(field, models.Field)
    assert field.column is not None
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    db_type = target.rel_db_type(connection) if isinstance(field, models.ForeignKey) else field.db_type(connection)
    element = (db_type or "text").split("(")[0].replace("varchar", "text")
    return field, field.column, element


def _has_field(model: type[models.Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.get_fields())


def _amount(field: DocumentMoneyField, value: Any, currency: str | None) -> Any:
    if value is None:
        return None
    assert isinstance(value, Money), f"{field.name} takes Money, not {type(value).__name__}"
    require_fits(value, currency, field.name)
    return value.amount


def _written(model: type[models.Model], name: str, columns: Columns) -> Any:
    """One column's values as they are sent: amounts held against their row's currency."""
    field, _, element = _column(model, name)
    values = columns[name]
    if isinstance(field, DocumentMoneyField):
        currencies = columns.get(field.currency_field_name)
        assert currencies is not None, f"money needs its currency beside it: {name} of {model._meta.label}"
        values = [_amount(field, value, code) for value, code in zip(values, currencies, strict=True)]
    return array(element, values)


def _arrays(model: type[models.Model], columns: Columns) -> tuple[list[tuple[str, str]], list[Any]]:
    """The (column, element type) pairs and one array per column, money checked against the row's own currency."""
    lengths = {len(values) for values in columns.values()}
    assert len(lengths) == 1, (
        f"columns of different lengths: { {name: len(values) for name, values in columns.items()} }"
    )
    names = [_column(model, name)[1:] for name in columns]
    return names, [_written(model, name, columns) for name in columns]


def insert(
    model: type[models.Model],
    columns: Columns,
    *,
    same: Mapping[str, Any] | None = None,
    skip_known: bool = False,
) -> list[int]:
    """Insert one row per position of the columns and return the new ids in that order, in one statement.

    ``same`` gives values that every row shares. Columns left out take the database's default, so they need one.
    With ``skip_known`` rows that break a unique key are left out and nothing is returned for them.
    Money columns take Money in the row's currency, which must be among the columns.
    """
    size = len(next(iter(columns.values())))
    if size == 0:
        return []
    sql, values = insertion(model, columns, same=same, skip_known=skip_known)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        ids = [row[0] for row in cursor.fetchall()]
    assert skip_known or len(ids) == size
    return ids


def insertion(
    model: type[models.Model],
    columns: Columns,
    *,
    same: Mapping[str, Any] | None = None,
    skip_known: bool = False,
) -> tuple[str, list[Any]]:
    """The statement that ``insert`` sends, with its values: for those who send it as part of a larger one."""
    names, arrays = prepared(model, columns, same=same)
    return _insert_sql(model, tuple(names), skip_known), arrays


def prepared(
    model: type[models.Model], columns: Columns, *, same: Mapping[str, Any] | None = None
) -> tuple[list[tuple[str, str]], list[Any]]:
    """What an insert names, as (column, element type) pairs, and an array for each: shared values and defaults filled
    in, money held against its row's currency.
    """
    size = len(next(iter(columns.values())))
    filled: dict[str, Sequence[Any]] = {name: [value] * size for name, value in (same or {}).items()}
    filled.update(columns)
    filled.update(_python_defaults(model, filled, size))
    return _arrays(model, filled)


@lru_cache(maxsize=512)
def _insert_sql(model: type[models.Model], names: tuple[tuple[str, str], ...], skip_known: bool) -> str:
    targets = ", ".join(f'"{column}"' for column, _ in names)
    sources = ", ".join(f"%s::{element}[]" for _, element in names)
    aliases = ", ".join(f"c{position}" for position in range(len(names)))
    conflict = " ON CONFLICT DO NOTHING" if skip_known else ""
    return (
        f'INSERT INTO "{model._meta.db_table}" ({targets}) SELECT {aliases}'  # noqa: S608 - names come from the model
        f" FROM unnest({sources}) WITH ORDINALITY AS rows({aliases}, position)"
        f" ORDER BY position{conflict} RETURNING id"
    )


def _python_defaults(model: type[models.Model], given: Columns, size: int) -> dict[str, list[Any]]:
    """Columns that Django would fill in Python and the database would not."""
    found: dict[str, list[Any]] = {}
    for field in model._meta.concrete_fields:
        named = field.name in given or field.attname in given
        if named or field.primary_key or field.has_db_default() or getattr(field, "generated", False):
            continue
        if field.has_default() or (field.empty_strings_allowed and not field.null and field.get_default() == ""):
            is_made = callable(field.default)
            found[field.name] = [field.get_default() for _ in range(size)] if is_made else [field.get_default()] * size
    return found


def update(model: type[models.Model], ids: Sequence[int], columns: Columns) -> None:
    """Write each row's own values by id in one statement. The caller holds the rows' locks, or their header's.

    A money column needs its currency column beside it, which is compared and not written: a row never changes its
    currency here. Asserts that every id was found.
    """
    if not ids:
        return
    names, arrays = _arrays(model, columns)
    fields = [_column(model, name)[0] for name in columns]
    frozen = {field.currency_field_name for field in fields if isinstance(field, DocumentMoneyField)}
    fence = "".join(
        f' AND t."{column}" = v.c{position}' for position, (column, _) in enumerate(names) if column in frozen
    )
    sets = ", ".join(
        f'"{column}" = v.c{position}' for position, (column, _) in enumerate(names) if column not in frozen
    )
    aliases = ", ".join(f"c{position}" for position in range(len(names)))
    sources = ", ".join(f"%s::{element}[]" for _, element in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{model._meta.db_table}" t SET {sets} FROM unnest(%s::bigint[], {sources})'  # noqa: S608
            f" AS v(id, {aliases}) WHERE t.id = v.id{fence}",
            [array("bigint", ids), *arrays],
        )
        assert cursor.rowcount == len(set(ids)), (
            f"{model._meta.db_table}: {cursor.rowcount} of {len(set(ids))} rows written"
        )


def add(model: type[models.Model], deltas: Mapping[int, Mapping[str, Decimal]]) -> None:
    """Add to plain numeric counters by id in one statement: ``{line_id: {"shipped": Decimal(3)}}``.

    The caller holds the header's lock. Money is refused.
    """
    if not deltas:
        return
    ids = sorted(deltas)
    names = sorted({name for delta in deltas.values() for name in delta})
    money = [name for name in names if isinstance(_column(model, name)[0], DocumentMoneyField)]
    assert not money, f"amounts are not added to in passing: {money}"
    arrays = [array("numeric", [deltas[row_id].get(name, Decimal(0)) for row_id in ids]) for name in names]
    columns = [_column(model, name)[1] for name in names]
    sets = ", ".join(f'"{column}" = t."{column}" + v.c{position}' for position, column in enumerate(columns))
    aliases = ", ".join(f"c{position}" for position in range(len(columns)))
    sources = ", ".join("%s::numeric[]" for _ in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{model._meta.db_table}" t SET {sets} FROM unnest(%s::bigint[], {sources})'  # noqa: S608
            f" AS v(id, {aliases}) WHERE t.id = v.id",
            [array("bigint", ids), *arrays],
        )
        assert cursor.rowcount == len(ids)
