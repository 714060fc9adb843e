"""Routes of the API: each declares the right that it needs, is authenticated by a key, and is described by itself."""

import hashlib
import json
import logging
import re
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router
from ninja.errors import AuthenticationError
from ninja.security import HttpBearer

from core.access import company_ids, know, permissions_of, require
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
    """

    def __init__(self, right: str) -> None:
        super().__init__()
        self.right = right

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
    """The routes of one room. ``read`` answers GET, ``act`` POST, ``change`` PATCH; each names its right."""

    def read(self, path: str, *, right: str, answer: Any, files: dict[int, Any] | None = None) -> Callable[[Any], Any]:
        """A question: GET, which changes nothing. ``files`` describes answers that are no JSON."""
        told = _told(right)
        told["openapi_extra"] |= {"responses": files} if files else {}
        return self.get(path, auth=Key(right), response={200: answer}, exclude_unset=True, **told)

    def ask(self, path: str, *, right: str, answer: Any) -> Callable[[Any], Any]:
        """A question that is too long for an address: POST, which changes nothing."""
        return self.post(path, auth=Key(right), response={200: answer}, exclude_unset=True, **_told(right))

    def act(
        self, path: str, *, right: str, answer: Any, status: int = 200, headers: Sequence[dict[str, Any]] = ()
    ) -> Callable[[Any], Any]:
        """A verb: POST, once per idempotency key."""
        told = _told(right, ONCE, *headers)
        return self.post(path, auth=Key(right), response={status: answer}, exclude_unset=True, **told)

    def change(self, path: str, *, right: str, answer: Any) -> Callable[[Any], Any]:
        """A change of what was read: PATCH, against a version and once per idempotency key."""
        told = _told(right, ONCE, MATCH)
        return self.patch(path, auth=Key(right), response={200: answer}, exclude_unset=True, **told)


def _told(right: str, *headers: dict[str, Any]) -> dict[str, Any]:
    extra: dict[str, Any] = {"x-right": right}
    if headers:
        extra["parameters"] = [dict(header) for header in headers]
    return {"openapi_extra": extra}
