"""Which column is which field: guessed from the headers, never more than once each."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from orders_site.imports.errors import MappingRefused
from orders_site.imports.kinds import Kind

Columns = Mapping[str, Mapping[str, str]]  # field -> {"column": header} or {"constant": text}


def headers_hash(headers: Sequence[str]) -> str:
    """The fingerprint of a sort of file: the same headers in the same order, in any case."""
    return hashlib.sha256(json.dumps([header.lower() for header in headers]).encode()).hexdigest()


def guess(kind: Kind, headers: Sequence[str]) -> dict[str, dict[str, str]]:
    """The columns whose headers name a field, by its label, its name or another word for it."""
    bare = {_bare(header): header for header in reversed(headers)}
    found: dict[str, dict[str, str]] = {}
    taken: set[str] = set()
    for field in kind.fields:
        for word in (_bare(field.label), _bare(field.name), *field.guesses):
            header = bare.get(word)
            if header and header not in taken:
                found[field.name] = {"column": header}
                taken.add(header)
                break
    return found


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def require_usable(kind: Kind, columns: Columns, headers: Sequence[str]) -> None:
    """Refuse unknown columns, a column for two fields, and fields without which no row can be told from another."""
    wrong = {}
    used: dict[str, str] = {}
    for field in kind.fields:
        said = columns.get(field.name, {})
        header = said.get("column", "")
        if header and header not in headers:
            wrong[field.name] = f"The file has no column “{header}”."
        elif header and header in used:
            wrong[field.name] = f"The column “{header}” is already used for {used[header]}."
        elif header:
            used[header] = field.label
        if field.is_required and not header and not said.get("constant"):
            wrong[field.name] = f"Choose the column of “{field.label}”: no row can be read without it."
    unknown = set(columns) - set(kind.by_name)
    if wrong or unknown:
        sentence = next(iter(wrong.values()), "A field is unknown.")
        raise MappingRefused(sentence, fields=wrong)


def positions(columns: Columns, headers: Sequence[str]) -> dict[str, Any]:
    """For each mapped field the position of its column, or the text that holds for all rows."""
    return {
        name: headers.index(said["column"]) if said.get("column") else said["constant"]
        for name, said in columns.items()
        if said.get("column") or said.get("constant")
    }
