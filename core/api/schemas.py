"""Plain types of the API: amounts and quantities are text with digits, days are ISO, nothing unknown is accepted."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import TextChoices
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from core.web.fields import EARLIEST, LATEST

RowT = TypeVar("RowT")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LINE_BREAKS = re.compile(r"[\t\n\u2028\u2029]")
_SOMETHING = r"\S"  # a blank alone is nothing


class In(BaseModel):
    """What a caller sends. A name that is not known is refused: a typing slip must not be ignored. So is a value of
    another type: "0" is no false, and true is no 1.
    """

    model_config = ConfigDict(extra="forbid", strict=True)


class Out(BaseModel):
    """What a caller gets. Fields may be added at any time."""


class Listed(Out, Generic[RowT]):
    """One page of a list."""

    items: list[RowT]
    next: str | None = Field(description="The address of the next page; null on the last")


def _read_number(pattern: str, said: str) -> Callable[[Any], Decimal]:
    known = re.compile(pattern)

    def read(value: Any) -> Decimal:
        if not isinstance(value, str) or not known.fullmatch(value):
            raise ValueError(said)
        return Decimal(value)

    return read


def _number(pattern: str, said: str, example: str) -> tuple[BeforeValidator, WithJsonSchema]:
    schema = {"type": "string", "pattern": f"^{pattern}$", "examples": [example]}
    return BeforeValidator(_read_number(pattern, said)), WithJsonSchema(schema, mode="validation")


def _read_day(value: Any) -> date:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("Send a day as text like 2026-03-31.")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ValueError("There is no such day.") from None
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"Send a day between {EARLIEST.year} and {LATEST.year}.")
    return day


def no_controls(value: str) -> str:
    if _CONTROLS.search(value):
        raise ValueError("Control characters are not accepted.")
    return value.strip()


def _one_line(value: str) -> str:
    if _LINE_BREAKS.search(value):
        raise ValueError("Line breaks and tabs are not accepted here.")
    return no_controls(value)


def _digits(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_digits_out = WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}, mode="serialization")
_above_zero = r"(?=.*[1-9])[0-9]{1,12}(\.[0-9]{1,6})?"

Quantity = Annotated[
    Decimal, *_number(r"[0-9]{1,12}(\.[0-9]{1,6})?", "Send a quantity as text like “12” or “1.5”.", "12")
]
SignedQuantity = Annotated[
    Decimal, *_number(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", "Send a quantity as text like “12” or “-1.5”.", "-1.5")
]
Price = Annotated[Decimal, *_number(r"[0-9]{1,12}(\.[0-9]{1,6})?", "Send a price as text like “12.50”.", "12.50")]
Amount = Annotated[Decimal, *_number(r"[0-9]{1,14}(\.[0-9]{1,4})?", "Send an amount as text like “12.50”.", "12.50")]
Percent = Annotated[Decimal, *_number(r"[0-9]{1,3}(\.[0-9]{1,4})?", "Send a percentage as text like “7.5”.", "7.5")]
Day = Annotated[date, BeforeValidator(_read_day), WithJsonSchema({"type": "string", "format": "date"})]

Money = Annotated[Decimal, PlainSerializer(lambda value: f"{value:f}", return_type=str), _digits_out]
Number = Annotated[Decimal, PlainSerializer(_digits, return_type=str), _digits_out]
Moment = datetime

Code = Annotated[str, Field(min_length=1, max_length=40, pattern=_SOMETHING), AfterValidator(_one_line)]
Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=_SOMETHING), AfterValidator(no_controls)]
ShortReason = Annotated[str, Field(min_length=1, max_length=200, pattern=_SOMETHING), AfterValidator(no_controls)]
Short = Annotated[str, Field(max_length=60), AfterValidator(_one_line)]
Name = Annotated[str, Field(min_length=1, max_length=120, pattern=_SOMETHING), AfterValidator(_one_line)]
Title = Annotated[str, Field(max_length=160), AfterValidator(no_controls)]
Line = Annotated[str, Field(max_length=160), AfterValidator(_one_line)]
LongName = Annotated[str, Field(min_length=1, max_length=160, pattern=_SOMETHING), AfterValidator(_one_line)]
Note = Annotated[str, Field(max_length=2000), AfterValidator(no_controls)]
Word = Annotated[str, Field(max_length=200), AfterValidator(no_controls)]


class OfCompany(In):
    """Whose document is meant. Some numbers begin anew in each company."""

    company: Short = Field(default="", description="Needed where two companies have a document of this number")


Count = Annotated[int, Field(ge=1, le=2**31 - 1)]
RowId = Annotated[int, Field(ge=1, le=2**63 - 1, description="The id of a row that has no number")]


class ReasonIn(In):
    """Why."""

    reason: Reason


def only_asked(field: str, said: str = "") -> Any:
    """A sensitive part of an answer, which comes only with ``?fields=`` and its right, and is left out otherwise."""
    told = f"{said} Only with fields={field}".strip()
    return Field(default=None, description=told, json_schema_extra=_without_default)


def one_of(choices: type[TextChoices]) -> Any:
    """A filter by one of these words; left out, by none. A word that is none of them is refused, not found nowhere."""

    def told(schema: dict[str, Any]) -> None:
        del schema["default"], schema["pattern"]
        schema["enum"] = list(choices.values)

    return Field(default="", pattern=f"^({'|'.join(choices.values)})$", json_schema_extra=told)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)
