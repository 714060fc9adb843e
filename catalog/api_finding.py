"""What master data calls name: small things by their codes, each refusal beside its part of the body."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model
from pydantic import Field

from catalog.models import Account, Product
from core.api.finding import CallRefused
from core.api.schemas import Out


class AddedOut(Out):
    """What was entered: the id by which it is named from now on."""

    id: int = Field(description="By which it is named in addresses")


class AddedAllOut(Out):
    """How much was entered."""

    codes: list[str]


def key_of_code(model: type[Model], code: str, part: str, *, column: str = "code") -> int | None:
    """The key of the row with this code; None for no code. One query. Raises CallRefused."""
    if not code:
        return None
    found = model._default_manager.filter(**{f"{column}__iexact": code}).values_list("pk", flat=True)[:2]
    if len(found) != 1:
        raise CallRefused(f"There is no {part} {code}.", fields={f"body.{part}": f"There is no {part} {code}."})
    key: int = found[0]
    return key


def account_key(code: str, part: str = "account") -> int | None:
    """The key of the account with this code. Raises CallRefused."""
    return key_of_code(Account, code, part)


def product_key(sku: str, part: str = "sku") -> int | None:
    """The key of the product with this SKU. Raises CallRefused."""
    return key_of_code(Product, sku, part, column="sku")


def keys_of_codes(model: type[Model], codes: Sequence[str], part: str, *, column: str = "code") -> Mapping[str, int]:
    """The keys of these rows by their codes as given. One query. Raises CallRefused naming those that are not there."""
    rows: Any = model._default_manager.filter(**{f"{column}__in": set(codes)}).values_list(column, "pk")
    found = dict(rows)
    unknown = sorted(set(codes) - set(found))
    if unknown:
        sentence = f"There is no {part} {', '.join(unknown[:5])}."
        raise CallRefused(sentence, fields={f"body.{part}": sentence})
    return found
