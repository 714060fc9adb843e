"""Finding what a call names: companies by code, documents by number, sensitive fields by right."""

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from pydantic import BaseModel

from core.access import company_ids, require
from core.errors import DomainError
from core.models import Company, User
from core.rounding import currency_exponent

ModelT = TypeVar("ModelT", bound=Model)


class CallRefused(DomainError):
    """The call names something that does not exist, or leaves out what is needed."""

    code = "call_refused"


def person_of(request: HttpRequest) -> User:
    """As whom the program acts."""
    assert isinstance(request.user, User)
    return request.user


def company_named(request: HttpRequest, code: str = "") -> Company:
    """The company with this code, or the only one for which the person works. One query.

    Raises CallRefused if it is not one of the person's, or none is named although there are several.
    """
    rows = Company.objects.filter(pk__in=company_ids(person_of(request)))
    found = list((rows.filter(code=code) if code else rows)[:2])
    if len(found) == 1:
        return found[0]
    sentence = (
        f"There is no company {code} for this key." if code else "This key works for several companies: name one."
    )
    raise CallRefused(sentence, fields={"company": sentence})


def document_numbered(rows: "QuerySet[ModelT]", number: str, company: str) -> ModelT:
    """The document with this number among those that the person may see. One query.

    Raises Http404; CallRefused where documents of two companies have it and none is named.
    """
    rows = rows.filter(number=number)
    found = list((rows.filter(company__code=company) if company else rows)[:2])
    if not found:
        raise Http404
    if len(found) > 1:
        sentence = f"{number} exists in more than one company: name the company."
        raise CallRefused(sentence, fields={"company": sentence})
    return found[0]


def given_values(wanted: BaseModel, *, but: Collection[str] = ()) -> dict[str, Any]:
    """What a change names, except ``but`` these. Raises CallRefused for what it names without a value."""
    empty = {
        f"body.{name}": "Leave it out, or give a value."
        for name in sorted(wanted.model_fields_set)
        if getattr(wanted, name) is None
    }
    if empty:
        raise CallRefused("A field that is changed is never null.", fields=empty)
    return {name: getattr(wanted, name) for name in wanted.model_fields_set if name not in but}


def known_currency(code: str) -> str:
    """The currency code in capitals, or nothing for nothing. Raises UnknownCurrency."""
    if code:
        currency_exponent(code.upper())
    return code.upper()


def wanted_fields(request: HttpRequest, asked: str, known: Mapping[str, str]) -> frozenset[str]:
    """The sensitive fields that a call asks for, as “cost,margin”; each needs its right, and none comes unasked.

    Raises NotAllowed, CallRefused for a name that is not one of them.
    """
    names = {word.strip() for word in asked.split(",") if word.strip()}
    unknown = sorted(names - set(known))
    if unknown:
        sentence = f"Ask for any of {', '.join(sorted(known))}; {', '.join(unknown)[:80]} is none of them."
        raise CallRefused(sentence, fields={"fields": sentence})
    for name in sorted(names):
        require(person_of(request), known[name])
    return frozenset(names)


def only(facts: Mapping[str, Any], sensitive: Mapping[str, str], wanted: frozenset[str]) -> dict[str, Any]:
    """These facts without the sensitive ones that were not asked for: left out, not made null."""
    return {name: value for name, value in facts.items() if name not in sensitive or name in wanted}
