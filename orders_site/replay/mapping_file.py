"""Loads a mapping and checks it as a whole, before anything is read by it.

``mapping.toml`` beside this module is the mapping for the public year of trade, and the example for every other one.
"""

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from cattrs import Converter, transform_error

from core.rounding import currency_exponent
from orders_site.replay.errors import MappingError
from orders_site.replay.mapping import FileKind, Identity, ReplayMapping, Sign, SupplyPeriod

DEFAULT_MAPPING = Path(__file__).with_name("mapping.toml")


def load_mapping(path: Path = DEFAULT_MAPPING) -> ReplayMapping:
    """Read a mapping and check it as a whole.

    Raises:
        MappingError: the file is absent, is no TOML, misses or adds a key, or contradicts itself; all faults are named.
    """
    try:
        text = path.read_bytes()
        raw = tomllib.loads(text.decode(), parse_float=Decimal)
    except OSError as error:
        raise MappingError(f"The mapping {path.name} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MappingError(f"The mapping {path.name} is not valid TOML: {error}.") from error
    if "digest" in raw:
        raise MappingError("The mapping may not name its own digest.")
    try:
        mapping = _converter().structure(raw | {"digest": hashlib.sha256(text).hexdigest()}, ReplayMapping)
    except Exception as error:
        raise _refusal(transform_error(error, path="mapping")) from error
    if faults := list(_faults(mapping)):
        raise _refusal(faults)
    return mapping


def _refusal(faults: Iterable[str]) -> MappingError:
    return MappingError(f"The mapping has faults: {'; '.join(faults)}.")


def _converter() -> Converter:
    """Give a converter that takes no text for a number, no number for a text, and no unknown key."""
    converter = Converter(forbid_extra_keys=True)
    for kind in (str, int, bool, date):
        converter.register_structure_hook(kind, _exactly)
    for choice in (FileKind, Identity, Sign, SupplyPeriod):  # else served by the hook for text, which they extend
        converter.register_structure_hook(choice, lambda value, wanted: wanted(value))
    converter.register_structure_hook(Decimal, _finite)
    return converter


def _exactly(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise ValueError(f"{value!r} is not a {kind.__name__}")
    return value


def _finite(value: Any, _: Any) -> Decimal:
    if type(value) not in (int, Decimal) or not Decimal(value).is_finite():
        raise ValueError(f"{value!r} is not a finite number")
    return Decimal(value)


def _faults(mapping: ReplayMapping) -> Iterable[str]:
    """Name what contradicts itself, one short sentence each."""
    try:
        currency_exponent(mapping.currency)
    except Exception as error:
        yield str(error).rstrip(".")
    yield from _pattern_faults(mapping)
    headers = Counter(mapping.columns.wanted().values())
    yield from (f"column {header!r} is mapped twice" for header, count in headers.items() if count > 1)
    names = Counter(c.name for c in mapping.codes.classes)
    yield from (f"code class {name!r} is declared twice" for name, count in names.items() if count > 1)
    if mapping.codes.default not in names:
        yield f"the default code class {mapping.codes.default!r} is not declared"
    codes = Counter(mapping.countries.values())
    yield from (f"country code {code!r} stands for two countries" for code, count in codes.items() if count > 1)
    yield from (f"country code {code!r} is not two capitals" for code in codes if not re.fullmatch("[A-Z]{2}", code))
    yield from _number_faults(mapping)
    yield from _template_faults(mapping)


def _pattern_faults(mapping: ReplayMapping) -> Iterable[str]:
    patterns = [rule.pattern for rule in mapping.documents]
    patterns += [pattern for code_class in mapping.codes.classes for pattern in code_class.patterns]
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            yield f"{pattern!r} is not a pattern ({error})"


def _number_faults(mapping: ReplayMapping) -> Iterable[str]:
    limits, supply = mapping.limits, mapping.supply
    at_least_one: dict[str, int | Decimal] = {
        "limits.record_characters": limits.record_characters,
        "limits.text_characters": limits.text_characters,
        "limits.key_characters": limits.key_characters,
        "limits.quantity": limits.quantity,
        "limits.unit_price": limits.unit_price,
        "supply.lines_per_order": supply.lines_per_order,
        "sets.documents": mapping.sets.documents,
        "sets.lines": mapping.sets.lines,
    }
    yield from (f"{name} is less than 1" for name, value in at_least_one.items() if value < 1)
    not_negative: dict[str, int | Decimal] = {
        "accounts.terms_days": mapping.accounts.terms_days,
        "counter.terms_days": mapping.counter.terms_days,
        "prices.lines_per_step": mapping.prices.lines_per_step,
        "supply.cost_share": supply.cost_share,
        "supply.unsold_unit_cost": supply.unsold_unit_cost,
    }
    yield from (f"{name} is less than 0" for name, value in not_negative.items() if value < 0)
    places = {
        "limits.quantity_places": limits.quantity_places,
        "limits.unit_price_places": limits.unit_price_places,
        "supply.cost_places": supply.cost_places,
    }
    yield from (f"{name} is not between 0 and 6" for name, value in places.items() if not 0 <= value <= 6)
    if mapping.dates.earliest > mapping.dates.latest:
        yield "dates.earliest is after dates.latest"


def _template_faults(mapping: ReplayMapping) -> Iterable[str]:
    """Check the templates by filling them: a place that is not known would otherwise be met in the middle of a run."""
    templates = {
        "accounts.code": (mapping.accounts.code, {"customer": "1"}, True),
        "accounts.name": (mapping.accounts.name, {"customer": "1"}, False),
        "counter.code": (mapping.counter.code, {"country": "2", "country_code": "3"}, True),
        "counter.name": (mapping.counter.name, {"country": "2", "country_code": "3"}, False),
    }
    for name, (template, places, must_vary) in templates.items():
        try:
            filled = template.format(**places)
        except (KeyError, IndexError, ValueError, AttributeError):
            yield f"{name} has a place other than {', '.join('{' + place + '}' for place in places)}"
            continue
        if must_vary and filled == template:
            yield f"{name} would be the same for all"
