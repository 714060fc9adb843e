"""Refusals: what a user is told when something cannot be done. Every refusal is a sentence, and nothing was changed."""

from collections.abc import Mapping


class DomainError(Exception):
    """A rule of the business refuses the request. The transaction is rolled back; the sentence is shown to the user.

    ``fields`` maps a form field (``"lines-3-quantity"``) to its own sentence. ``status`` is the HTTP answer of every
    door, and ``retry_after_seconds``, where it is set, when asking again makes sense.
    """

    status = 422
    code = "refused"
    retry_after_seconds: int | None = None

    def __init__(self, sentence: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.fields = dict(fields or {})


class NotAllowed(DomainError):
    """The actor lacks the permission that the command demands."""

    status = 403
    code = "not_allowed"


class NotFound(DomainError):
    """The document does not exist for this actor: absent and invisible answer alike."""

    status = 404
    code = "not_found"


class Conflict(DomainError):
    """The request was right when it was made, and is not any more."""

    status = 409
    code = "conflict"


class StaleVersion(Conflict):
    """Somebody else changed the document since the actor read it."""

    code = "stale_version"


class KeyReused(Conflict):
    """One idempotency key was sent with two different requests."""

    code = "idempotency_key_reused"


class StillRunning(Conflict):
    """The same request is being carried out at this moment by its twin."""

    code = "still_running"


class TransitionRefused(DomainError):
    """The verb is not possible in the document's present status."""

    code = "transition_refused"


class ConstraintRefused(DomainError):
    """The database refused what would have broken a named rule."""

    code = "constraint"

    def __init__(self, sentence: str, *, constraint: str) -> None:
        super().__init__(sentence)
        self.constraint = constraint


class Unkeepable(DomainError):
    """A value does not fit its column: the last resort behind the checks of forms and services."""

    code = "unkeepable"


class LedgerRefused(DomainError):
    """A guarded ledger refused a movement; ``keys`` names every key that refused, not only the first."""

    code = "ledger_refused"

    def __init__(self, sentence: str, *, ledger: str, keys: tuple[tuple[object, ...], ...]) -> None:
        super().__init__(sentence)
        self.ledger = ledger
        self.keys = keys


class Busy(DomainError):
    """Too many want the same thing at once; try again with the same idempotency key."""

    status = 503
    code = "busy"
    retry_after_seconds = 2


class TooMany(DomainError):
    """The same was tried too often in too short a time; it may be tried again after ``retry_after_seconds``."""

    status = 429
    code = "too_many"

    def __init__(self, sentence: str, *, retry_after_seconds: int) -> None:
        super().__init__(sentence)
        self.retry_after_seconds = retry_after_seconds
