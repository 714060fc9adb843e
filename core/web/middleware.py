"""The outer skin of every request: its id, its door, and what a refusal or a busy database becomes."""

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from core.api.problems import problem
from core.context import RequestContext, use_context
from core.errors import DomainError
from core.web.errors import refusal_page, trouble_page
from core.web.requests import names_other_charset

REQUEST_ID = re.compile(r"\A[A-Za-z0-9_-]{8,36}\Z")
ONLY_UTF8 = "Send text in UTF-8."


def _refused(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem(400, ONLY_UTF8, code="unreadable")
    return trouble_page(request, 400, ONLY_UTF8)


class RequestContextMiddleware:
    """Give the request an id (a proxy's when well formed), make it ambient, and tell it back in a header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request_id = given if REQUEST_ID.match(given) else uuid.uuid4().hex[:16]
        with use_context(RequestContext(via="page", request_id=request_id)):
            response = _refused(request) if names_other_charset(request) else self.get_response(request)
        response["X-Request-Id"] = request_id
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal that no view has shown in its own place with the page of its status."""
        return refusal_page(request, exception) if isinstance(exception, DomainError) else None
