"""Requests as the server makes them: text is UTF-8, whatever they claim."""

from collections.abc import Mapping
from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http.request import HttpRequest
from django.utils.http import parse_header_parameters

CHARSETS = {"utf-8", "utf8", "us-ascii", "ascii"}


class Utf8Request(WSGIRequest):
    """A request that reads its address as UTF-8 even if it names another charset.

    Some names that Python knows, such as hex, are none of texts: reading the address by them is a fault before any
    page is asked. What names one is refused by ``RequestContextMiddleware``.
    """

    def _set_content_type_params(self, meta: Mapping[str, Any]) -> None:
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))


class Handler(WSGIHandler):
    """Django's door for the server, with requests of ours."""

    request_class = Utf8Request


def names_other_charset(request: HttpRequest) -> bool:
    """Whether the request claims that its text is not UTF-8."""
    named: str = (request.content_params or {}).get("charset", "")
    return bool(named) and named.lower() not in CHARSETS
