"""An outside program: it knows the address of the description and a key, and nothing else about the product."""

import json
from datetime import timedelta
from typing import Any

import jsonschema_rs
from django.test import Client
from django.utils import timezone

from core.access import permissions_of
from core.api.keys import NewKey, make_api_key
from core.models import User
from core.system import system_user

DESCRIPTION = "/api/v1/openapi.json"


def make_key(person: User, *, scopes: list[str] | None = None, days: int = 30) -> str:
    """A key of the person, with all of the person's rights unless told otherwise."""
    fresh = User.objects.get(pk=person.pk)
    new = NewKey.make()
    make_api_key(
        name=f"Program of {person}",
        prefix=new.prefix,
        digest=new.digest,
        person_id=person.pk,
        scopes=sorted(permissions_of(fresh)) if scopes is None else scopes,
        expires_at=timezone.now() + timedelta(days=days),
        actor=system_user(),
    )
    return new.token


class Answer:
    """What came back, as the program sees it."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.headers = response.headers
        self.content: bytes = b"".join(response.streaming_content) if response.streaming else response.content
        is_json = "json" in response.headers.get("Content-Type", "")
        self.body: Any = json.loads(self.content) if is_json else None

    def __repr__(self) -> str:
        return f"{self.status} {self.content[:2000]!r}"


class Program:
    """Calls operations by the names of the description, and holds every request and answer against it."""

    def __init__(self, key: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.key = key
        self.description: dict[str, Any] = json.loads(Client().get(DESCRIPTION).content)
        self.operations = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, methods in self.description["paths"].items()
            for method, operation in methods.items()
        }

    def call(
        self, name: str, body: Any = None, *, once: str = "", version: int | None = None, is_checked: bool = True,
        **values: Any,
    ) -> Answer:  # fmt: skip
        """Carry out an operation; ``values`` fill its address and its query."""
        method, path, operation = self.operations[name]
        query = {}
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path":
                path = path.replace("{" + parameter["name"] + "}", str(values.pop(parameter["name"])))
            elif parameter["in"] == "query" and parameter["name"] in values:
                query[parameter["name"]] = values.pop(parameter["name"])
        assert not values, f"{name} describes no {', '.join(values)}"
        headers = {"Authorization": f"Bearer {self.key}"}
        headers |= {"Idempotency-Key": once} if once else {}
        headers |= {"If-Match": f'"{version}"'} if version is not None else {}
        if is_checked and "requestBody" in operation:
            self._hold(body, operation["requestBody"]["content"]["application/json"]["schema"])
        data = json.dumps(body) if body is not None else ""
        if method == "GET":
            response = self.client.get(path, query, headers=headers)
        else:
            response = self.client.generic(
                method, path, data, content_type="application/json", headers=headers, query_params=query
            )
        answer = Answer(response)
        told = operation["responses"].get(str(answer.status))
        assert told is not None, f"{name} does not describe {answer}"
        for media_type, content in told.get("content", {}).items():
            assert answer.headers["Content-Type"].startswith(media_type), answer
            if answer.body is not None:
                self._hold(answer.body, content["schema"])
        return answer

    def get(self, address: str) -> Answer:
        """Follow an address that an answer gave."""
        return Answer(self.client.get(address, headers={"Authorization": f"Bearer {self.key}"}))

    def _hold(self, value: Any, schema: dict[str, Any]) -> None:
        whole = {**schema, "components": self.description["components"]}
        jsonschema_rs.validator_for(whole).validate(value)
