"""Keys of programs: made and revoked by an administrator, checked at every call."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from core.access import company_ids, permissions_of
from core.commands import command
from core.errors import DomainError, NotFound
from core.locks import lock_rows
from core.locks_registry import Rank
from core.models import ApiKey, CompanyMembership, User

OPENING = "kept"
LONGEST_LIFE = timedelta(days=366 * 2)
USE_NOTED_EVERY = timedelta(minutes=1)


class KeyRefused(DomainError):
    """The key cannot be made as asked; ``fields`` names why."""

    code = "api_key_refused"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A new key on its way to be kept. The command log and row history see its digest, never the secret."""

    token: str

    @classmethod
    def make(cls) -> "NewKey":
        """A key of 256 random bits, which no hash needs to be slow for."""
        return cls(f"{OPENING}_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}")

    @property
    def prefix(self) -> str:
        """Its readable beginning."""
        return "_".join(self.token.split("_")[:2])

    @property
    def digest(self) -> str:
        """What is kept of it."""
        return digest_of(self.token)


def people_to_lend(actor: User) -> "QuerySet[User]":
    """As whom a key of the actor's may act: active people who work for no company but the actor's. The system itself
    lends its rights to nobody.
    """
    elsewhere = CompanyMembership.objects.filter(user=OuterRef("pk")).exclude(company__in=company_ids(actor))
    return User.objects.filter(~Exists(elsewhere), is_active=True, is_system=False)


def keys_visible_to(user: User) -> "QuerySet[ApiKey]":
    """The keys of people of one's companies, or of none yet, and those that one made."""
    theirs = CompanyMembership.objects.filter(user=OuterRef("person"))
    shared = Exists(theirs.filter(company__in=company_ids(user)))
    return ApiKey.objects.filter(Q(shared) | ~Exists(theirs) | Q(created_by=user))


def digest_of(token: str) -> str:
    """The SHA-256 of a whole key."""
    return hashlib.sha256(token.encode()).hexdigest()


@command(permission="core.administer")
def make_api_key(
    *,
    name: str,
    prefix: str,
    digest: str,
    person_id: int,
    scopes: Collection[str],
    expires_at: datetime,
    actor: User,
) -> int:
    """Keep a new key of a person, limited to these of the person's rights, and return its id.

    Raises:
        KeyRefused: no name, no scope, a scope that the person does not hold, an end that is past or too far, or a
        person of another company.
    """
    person = people_to_lend(actor).filter(pk=person_id).first()
    faults: dict[str, str] = {}
    if not name.strip():
        faults["name"] = "Enter a name: which program uses the key."
    if person is None:
        faults["person"] = "Choose an active person who works for no company but yours."
    if not scopes:
        faults["scopes"] = "Choose at least one right."
    elif person is not None and (beyond := sorted(set(scopes) - permissions_of(person))):
        faults["scopes"] = f"{person} does not hold {', '.join(beyond)}."
    if not timezone.now() < expires_at <= timezone.now() + LONGEST_LIFE:
        faults["expires_on"] = "Choose a day in the future, at most two years ahead."
    if faults:
        raise KeyRefused(" ".join(faults.values()), fields=faults)
    key = ApiKey(
        name=name.strip()[:60],
        prefix=prefix,
        digest=digest,
        person=person,
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
        created_by=actor,
    )
    key.save(force_insert=True)
    return key.pk


@command(permission="core.administer")
def revoke_api_key(*, key_id: int, actor: User) -> None:
    """End a key at once and for good. Revoking twice changes nothing. Raises NotFound."""
    if not keys_visible_to(actor).filter(pk=key_id).exists():
        raise NotFound("There is no such key.")
    key = lock_rows(ApiKey, [key_id], Rank.MASTER_DATA)[0]
    if key.revoked_at is None:
        key.revoked_at, key.revoked_by = timezone.now(), actor
        key.save(update_fields=["revoked_at", "revoked_by"])


def live_key(token: str) -> ApiKey | None:
    """The key that this token is, if it stands: neither expired nor revoked. One query."""
    prefix = "_".join(token.split("_")[:2])
    if not prefix.isascii() or not prefix.isprintable() or len(prefix) > 16:
        return None
    key = ApiKey.objects.filter(prefix=prefix, revoked_at=None, expires_at__gt=timezone.now()).first()
    return key if key is not None and hmac.compare_digest(key.digest, digest_of(token)) else None


def note_use(key: ApiKey) -> None:
    """Note that the key is in use, once a minute at most; no command, because nobody decided anything."""
    now = timezone.now()
    if key.last_used_at is None or key.last_used_at < now - USE_NOTED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
