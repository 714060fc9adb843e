"""The outer skin of every request: its id, its door, and what a refusal or a busy database becomes."""

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from core.context import RequestContext, use_context

REQUEST_ID = re.compile(r"\A[A-Za-z0-9_-]{8,36}\Z")


class RequestContextMiddleware:
    """Give the request an id (taken over from a proxy when well formed), make it ambient, and tell it back in a header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request_id = given if REQUEST_ID.match(given) else uuid.uuid4().hex[:16]
        with use_context(RequestContext(via="page", request_id=request_id)):
            response = self.get_response(request)
        response["X-Request-Id"] = request_id
        return response
