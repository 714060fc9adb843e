"""Refusals and faults as RFC 9457 problems: what happened, which field, and the reference to name.

They are made from the same ``DomainError`` that pages translate, so a program reads the sentence that a person reads.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import BaseModel, Field

from core.context import current_context
from core.errors import DomainError

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """What is wrong with one part of the request."""

    field: str = Field(description="Where: a path such as body.lines.0.quantity, or the name that the rule knows")
    message: str


class Problem(BaseModel):
    """Why a call was not carried out. Nothing was changed."""

    type: str = Field(description="Names the kind of problem: urn:kept:problem:<code>. Codes do not change meaning")
    title: str
    status: int
    detail: str = Field(description="A sentence for people; it may be worded anew at any time")
    errors: list[FieldProblem]
    request_id: str = Field(description="The reference to name when you ask about this call")


TITLES = {
    400: "The request could not be read",
    401: "No valid key",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Refused",
    428: "Version missing",
    429: "Too many calls",
    500: "Something broke",
    503: "Busy",
}


def problem(
    status: int,
    detail: str,
    *,
    code: str,
    fields: Sequence[tuple[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """A problem as an answer."""
    body = Problem(
        type=f"urn:kept:problem:{code}",
        title=TITLES.get(status, HTTPStatus(status).phrase),
        status=status,
        detail=detail,
        errors=[FieldProblem(field=name, message=message) for name, message in fields],
        request_id=current_context().request_id,
    )
    return HttpResponse(json.dumps(body.model_dump()), status=status, content_type=MEDIA_TYPE, headers=headers or {})


class NotRead(DomainError):
    """The request cannot be read as what it claims to be."""

    status = 400
    code = "unreadable"


class VersionMissing(DomainError):
    """A change must say which version it was made from."""

    status = 428
    code = "version_missing"


class MediaTypeRefused(DomainError):
    """A body must be JSON."""

    status = 415
    code = "media_type"


def of_refusal(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """A rule of the business said no."""
    seconds = refusal.retry_after_seconds
    headers = {} if seconds is None else {"Retry-After": str(seconds)}
    return problem(
        refusal.status, refusal.sentence, code=refusal.code, fields=list(refusal.fields.items()), headers=headers
    )


def of_absence(request: HttpRequest, absent: Http404) -> HttpResponse:
    """Absent and invisible answer alike."""
    return problem(404, "There is no such record, or it is not one that this key may see.", code="not_found")


def of_unreadable_values(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The request is well-formed, but its values are not what the description says."""
    fields = [(_place(each["loc"]), str(each["msg"]).removeprefix("Value error, ")) for each in error.errors]
    return problem(
        422, "Some values cannot be used; each is named. Nothing was changed.", code="validation", fields=fields
    )


def _place(parts: Sequence[Any]) -> str:
    source, *rest = parts
    return ".".join(map(str, [source, *(rest[1:] if source == "body" else rest)]))  # without the name of our parameter


def of_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the framework refuses by itself: no key, or a body that is no JSON."""
    if isinstance(error, AuthenticationError):
        return problem(
            401,
            "Send a valid key: “Authorization: Bearer kept_…”. It may be missing, mistyped, expired or revoked.",
            code="key",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return problem(error.status_code, "The body is not JSON that can be read. Nothing was changed.", code="unreadable")


def of_fault(request: HttpRequest, fault: Exception) -> HttpResponse:
    """A fault of ours, or a request beyond Django's own limits."""
    if isinstance(fault, RequestDataTooBig):
        return problem(413, "The body is larger than is accepted. Nothing was changed.", code="too_large")
    if isinstance(fault, SuspiciousOperation):
        return problem(400, "The request could not be read. Nothing was changed.", code="unreadable")
    logger.error("%s %s", request.method, request.path, exc_info=fault)
    return problem(
        500, "What you asked for was not carried out. Name the request id to an administrator.", code="fault"
    )


ANSWERS: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
    DomainError: of_refusal,
    Http404: of_absence,
    ValidationError: of_unreadable_values,
    HttpError: of_http_error,
    Exception: of_fault,
}
