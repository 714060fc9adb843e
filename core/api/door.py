"""The API as a whole: rooms mounted under one address, one description, every answer in one form."""

import json
from collections.abc import Callable, Collection, Iterable
from functools import cache
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path
from ninja import NinjaAPI
from ninja.operation import Operation
from ninja.parser import Parser
from pydantic import BaseModel

from core.api import problems
from core.api.problems import MEDIA_TYPE, TITLES, MediaTypeRefused, NotRead, Problem
from core.api.routes import Key, Routes
from core.context import RequestContext, current_context, use_context
from core.errors import DomainError
from core.web.access import public

View = Callable[..., HttpResponseBase]
OF_ALL = (400, 401, 403, 404, 422, 429, 500, 503)
OF_BODIES = (409, 413, 415)
OF_CHANGES = (428,)
READS = ("GET", "HEAD")


class StrictParser(Parser):
    """JSON as the standard has it: no NaN, no name twice in one object."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Raises what is wrong; the framework makes 400 of it."""
        return json.loads(request.body, parse_constant=_refuse_constant, object_pairs_hook=_once_each)


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice in one object")
    return found


class _Api(NinjaAPI):
    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of the function: short, and the same for as long as the version lives."""
        return operation.view_func.__name__


class Door:
    """One version of the API under one address, such as ``/api/v1/``."""

    def __init__(self, *, title: str, version: str, description: str, address: str, rooms: Iterable[Routes]) -> None:
        self.address = address
        self.api = _Api(
            title=title,
            version=version,
            description=description,
            openapi_url=None,
            docs_url=None,
            parser=StrictParser(),
        )
        for kind, answer in problems.ANSWERS.items():
            self.api.add_exception_handler(kind, answer)
        for room in rooms:
            self.api.add_router("", room)

    @property
    def urls(self) -> list[URLPattern]:
        """Every address, the description, and a problem for whatever else is asked for below."""
        found = [path("openapi.json", self._description_view(), name="openapi")]
        by_address: dict[str, list[Operation]] = {}
        for room in self.api._get_bound_routers():
            for route, path_view in room.path_operations.items():
                address = route.replace("{", "<").replace("}", ">").lstrip("/")
                by_address.setdefault(address, []).extend(path_view.operations)
        for address, operations in by_address.items():
            found.append(path(address, _view_of(operations), name=operations[0].view_func.__name__))
        return [*found, re_path(r"[\s\S]*\Z", _nothing_here)]  # line breaks too, which ``path`` does not match

    def description(self) -> dict[str, Any]:
        """The OpenAPI document, with the problems that every call may be answered with."""
        schema: dict[str, Any] = json.loads(
            json.dumps(self.api.get_openapi_schema(path_prefix=self.address), default=dict)
        )
        components = schema["components"]
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        components["schemas"] |= {**problem.pop("$defs"), "Problem": problem}
        for operations in schema["paths"].values():
            for method, operation in operations.items():
                _tell_problems(method, operation)
        return schema

    def _description_view(self) -> View:
        text = cache(lambda: json.dumps(self.description()))

        @public("the description of the API tells no data")
        def openapi(request: HttpRequest) -> HttpResponseBase:
            if request.method not in READS:
                return _not_allowed(READS)
            return HttpResponse(text(), content_type="application/json", headers={"Cache-Control": "max-age=300"})

        return _as_program(openapi)


def _tell_problems(method: str, operation: dict[str, Any]) -> None:
    is_versioned = any(each["name"] == "If-Match" for each in operation.get("parameters", ()))
    wanted = OF_ALL + (OF_BODIES if method != "get" else ()) + (OF_CHANGES if is_versioned else ())
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    operation["responses"] |= {str(status): {"description": TITLES[status], "content": content} for status in wanted}


def operations_of(view: Any) -> dict[str, Operation]:
    """The operations behind one address, by method; none for what is no address of the API."""
    found: dict[str, Operation] = getattr(view, "api_operations", {})
    return found


def right_of(operation: Operation) -> str:
    """The right that an operation declares; empty for one that declares none."""
    rights = [callback.right for callback in operation.auth_callbacks if isinstance(callback, Key)]
    return rights[0] if len(rights) == len(operation.auth_callbacks) == 1 else ""


def _as_program(view: View) -> View:
    """Make the call one of a program: told apart in every log, and never kept by anybody on the way.

    HEAD is answered as GET is, without the body.
    """

    def called(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with use_context(RequestContext(via="api", request_id=current_context().request_id)):
            response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        if request.method == "HEAD" and isinstance(response, HttpResponse):
            response.headers["Content-Length"] = str(len(response.content))
            response.content = b""
        return response

    called.access_policy = getattr(view, "access_policy", "")  # type: ignore[attr-defined]
    called.is_open_without_factor = True  # type: ignore[attr-defined] # a session that comes along is not read
    called.csrf_exempt = True  # type: ignore[attr-defined] # keys only: nothing that a browser sends by itself counts
    return called


def _view_of(behind: Iterable[Operation]) -> View:
    """One address: its methods, each behind its own right."""
    operations = {method: operation for operation in behind for method in operation.methods}

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        operation = operations.get("GET" if request.method == "HEAD" else request.method or "")
        if operation is None:
            return _not_allowed([*operations, *(["HEAD"] if "GET" in operations else ())])
        try:
            refusal = _unreadable(request, operation)
        except SuspiciousOperation as fault:  # more names in the address than Django reads
            return problems.of_fault(request, fault)
        if refusal is not None:
            return problems.of_refusal(request, refusal)
        return operation.run(request, *args, **kwargs)

    view = _as_program(answer)
    view.api_operations = operations  # type: ignore[attr-defined]
    rights = {method: right_of(operation) for method, operation in operations.items()}
    view.access_policy = " or ".join(sorted(set(rights.values()))) if all(rights.values()) else ""  # type: ignore[attr-defined]
    return view


def _unreadable(request: HttpRequest, operation: Operation) -> DomainError | None:
    """What the framework would pass over: names of the query that nothing reads, a body where none is read, and one
    that is no JSON.
    """
    known = {name for model in operation.models if model.__ninja_param_source__ == "query" for name in _names_of(model)}
    unknown = sorted(set(request.GET) - known)
    if unknown:
        names = ", ".join(word[:40] for word in unknown[:5])
        return NotRead(f"Nothing here reads {names} in the address. Nothing was done.")
    if request.method in READS:
        return None
    if (request.content_type or "application/json") != "application/json":
        return MediaTypeRefused("Send the body as application/json. Nothing was changed.")
    is_read = any(model.__ninja_param_source__ == "body" for model in operation.models)
    if not is_read and request.body.strip() not in (b"", b"{}"):
        return NotRead("Nothing here reads a body. Send none. Nothing was changed.")
    return None


def _names_of(model: type[BaseModel]) -> Iterable[str]:
    names: Iterable[str] = getattr(model, "__ninja_flatten_map__", model.model_fields)
    return names


def _not_allowed(methods: Collection[str]) -> HttpResponse:
    allowed = ", ".join(sorted(methods))
    return problems.problem(405, f"This address answers {allowed} only.", code="method", headers={"Allow": allowed})


@_as_program
@public("there is nothing at these addresses")
def _nothing_here(request: HttpRequest) -> HttpResponseBase:
    return problems.problem(404, "There is no such address. See openapi.json for those that exist.", code="not_found")
