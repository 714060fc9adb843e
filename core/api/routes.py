"""Routes of the API: each declares the right that it needs, is authenticated by a key, and is described by itself."""

import hashlib
import json
import logging
import re
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from ninja import Router
from ninja.errors import AuthenticationError
from ninja.security import HttpBearer

from core.access import company_ids, know, may, permissions_of, require
from core.api.keys import live_key, note_use
from core.api.problems import NotRead, VersionMissing
from core.commands import RequestKey
from core.errors import Busy
from core.models import ApiKey, User
from core.web.limits import Limit, take
from core.web.people import PeopleBackend

SIGNED_IN = "signed in"
WINDOW_SECONDS = 60
_KEY = re.compile(r"[0-9A-Za-z_.:-]{1,100}")
_VERSION = re.compile(r'"([0-9]{1,9})"')
logger = logging.getLogger(__name__)

ONCE = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "pattern": "^[0-9A-Za-z_.:-]{1,100}$"},
    "description": "Makes a repeated call harmless: the same key with the same body gets the first answer, and nothing "
    "is done twice. Kept for seven days.",
}
MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
    "description": "The version that the change was made from: the ETag of the document as it was read.",
}


class Key(HttpBearer):
    """Let in whoever brings a key whose person holds ``right`` and whose scopes cover it.

    There is no session here, so there is nothing that a foreign page could make a browser send.

    A verb answers with what it was done to, so it also needs the right to see that (``sees``): without it a document is
    absent, as it is when it is read; where the verb names none yet, the missing right is told.
    """

    def __init__(self, right: str, *, sees: Sequence[str] = (), names_document: bool = False) -> None:
        super().__init__()
        self.right, self.sees, self.names_document = right, sees, names_document

    def authenticate(self, request: HttpRequest, token: str) -> User:
        """The person as whom the program acts, with rights narrowed to the key's scopes for the whole request."""
        key = live_key(token)
        person = PeopleBackend().get_user(key.person_id) if key is not None else None
        if key is None or person is None or person.is_system:
            raise AuthenticationError
        _count_call(key)
        know(person, rights=permissions_of(person) & set(key.scopes), companies=company_ids(person))
        request.user = person
        request.api_key = key  # type: ignore[attr-defined]
        note_use(key)
        if self.right != SIGNED_IN:
            require(person, self.right)
        for seen in self.sees:
            if self.names_document and not may(person, seen):
                raise Http404
            require(person, seen)
        return person


def _count_call(key: ApiKey) -> None:
    """Hold the key to its calls per minute. Where nobody can count nobody is turned away: work goes before fairness.

    Raises TooMany.
    """
    try:
        take(Limit("api", settings.KEPT_API_CALLS_PER_MINUTE, WINDOW_SECONDS), str(key.pk))
    except Busy:
        logger.warning("calls of API keys are not counted: the cache does not answer")


def key_of(request: HttpRequest) -> RequestKey | None:
    """The caller's idempotency key, kept apart from those of other programs and of pages; None when none was sent.

    A repeat is known by what the caller wrote: address, version and body, whatever the order of its names. What is read
    beside it (today, the place of a line) may be another by then, and the first answer still holds.

    Raises NotRead for one that cannot be used: ignoring it would do twice what was to be done once.
    """
    word = request.headers.get("Idempotency-Key")
    if word is None:
        return None
    if not _KEY.fullmatch(word):
        raise NotRead("The Idempotency-Key must be 1 to 100 letters, digits, or any of _ . : - and was not used.")
    body = json.loads(request.body) if request.body.strip() else None
    asked = json.dumps([request.get_full_path(), request.headers.get("If-Match"), body], sort_keys=True)
    digest = hashlib.sha256(asked.encode()).hexdigest()
    return RequestKey(f"api{request.api_key.pk}-{word}", digest)  # type: ignore[attr-defined]


def version_of(request: HttpRequest) -> int:
    """The version in ``If-Match``. Raises VersionMissing, NotRead."""
    word = request.headers.get("If-Match")
    if word is None:
        raise VersionMissing("Send the version that you read, as If-Match with the document's ETag.")
    found = _VERSION.fullmatch(word)
    if found is None:
        raise NotRead('If-Match must be one ETag of this document, such as "3".')
    return int(found[1])


class Routes(Router):
    """The routes of one room. ``read`` answers GET, ``act`` POST, ``change`` and ``amend`` PATCH; each names its right.

    ``sees`` is the right to see what verbs of the room are done to and answer with.
    """

    def __init__(self, *, tags: list[str], sees: str = "") -> None:
        super().__init__(tags=tags)
        self.sees = (sees,) if sees else ()

    def read(self, path: str, *, right: str, answer: Any, files: dict[int, Any] | None = None) -> Callable[[Any], Any]:
        """A question: GET, which changes nothing. ``files`` describes answers that are no JSON."""
        told = self._told(right)
        told["openapi_extra"] |= {"responses": files} if files else {}
        return self.get(path, auth=Key(right), response={200: answer}, exclude_unset=True, **told)

    def ask(self, path: str, *, right: str, answer: Any) -> Callable[[Any], Any]:
        """A question that is too long for an address: POST, which changes nothing."""
        return self.post(path, auth=Key(right), response={200: answer}, exclude_unset=True, **self._told(right))

    def act(
        self,
        path: str,
        *,
        right: str,
        answer: Any,
        status: int = 200,
        headers: Sequence[dict[str, Any]] = (),
        sees: Sequence[str] | None = None,
    ) -> Callable[[Any], Any]:
        """A verb: POST, once per idempotency key. ``sees`` replaces the room's right where other things are shown."""
        seen = self.sees if sees is None else sees
        told, auth = self._told(right, ONCE, *headers, sees=seen), self._key(path, right, seen)
        return self.post(path, auth=auth, response={status: answer}, exclude_unset=True, **told)

    def change(self, path: str, *, right: str, answer: Any) -> Callable[[Any], Any]:
        """A change of what was read: PATCH, against a version and once per idempotency key."""
        told, auth = self._told(right, ONCE, MATCH, sees=self.sees), self._key(path, right, self.sees)
        return self.patch(path, auth=auth, response={200: answer}, exclude_unset=True, **told)

    def amend(self, path: str, *, right: str, answer: Any) -> Callable[[Any], Any]:
        """A change of master data, which has no versions: PATCH, field by field, once per idempotency key."""
        told, auth = self._told(right, ONCE, sees=self.sees), self._key(path, right, self.sees)
        return self.patch(path, auth=auth, response={200: answer}, exclude_unset=True, **told)

    @staticmethod
    def _key(path: str, right: str, sees: Sequence[str]) -> Key:
        return Key(right, sees=sees, names_document="{" in path)

    @staticmethod
    def _told(right: str, *headers: dict[str, Any], sees: Sequence[str] = ()) -> dict[str, Any]:
        extra: dict[str, Any] = {"x-right": right} | ({"x-sees": list(sees)} if sees else {})
        if headers:
            extra["parameters"] = [dict(header) for header in headers]
        return {"openapi_extra": extra}
