"""Asking people in: by e-mail, with roles and companies, by a link that works once and for a week."""

import hashlib
import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from core.commands import command
from core.errors import DomainError, NotFound
from core.locks import Rank, lock_rows
from core.models import Invitation, User
from core.outbox import emit
from core.system import system_user
from orders_site.people.drafts import PersonDraft, Secret
from orders_site.people.services.access import lock_person, require_reach, write_companies, write_roles
from orders_site.people.services.mail import absolute, send
from orders_site.people.services.sessions import MAINTAIN

SEND = "people.send_invitation"
DAYS = 7


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@command(permission=MAINTAIN)
def invite_person(*, draft: PersonDraft, actor: User) -> int:
    """Make the account, not active and without a password, and have the link sent. Returns the person's id.

    Raises DomainError (a name or address that is taken, rights that exclude each other), NotFound, NotAllowed.
    """
    lock_rows(User, [system_user().pk], Rank.MASTER_DATA)  # one after the other, or two take the same name at once
    taken = {}
    if User.objects.filter(username__iexact=draft.username).exists():
        taken["username"] = "Somebody has this user name already"
    if User.objects.filter(email__iexact=draft.email).exists():
        taken["email"] = "Somebody has this e-mail address already"
    if taken:
        raise DomainError("This person is here already.", fields=taken)
    person = User(username=draft.username, email=draft.email, first_name=draft.first_name, last_name=draft.last_name)
    person.set_unusable_password()
    person.is_active = False
    try:
        person.full_clean(exclude=["password"])
    except ValidationError as error:
        raise DomainError(
            "This cannot be kept.", fields={k: " ".join(v) for k, v in error.message_dict.items()}
        ) from None
    person.save(force_insert=True)
    lock_rows(User, [person.pk], Rank.MASTER_DATA)
    write_roles(person, draft.role_ids, actor)
    write_companies(person, draft.company_ids, actor)
    invitation = Invitation.objects.create(person=person, expires_at=timezone.now() + timedelta(days=DAYS))
    emit(SEND, [{"invitation_id": invitation.pk}], queue="integration")
    return person.pk


@command(permission=MAINTAIN)
def send_invitation_again(*, user_id: int, actor: User) -> None:
    """Send a new link, also after the invitation was withdrawn; the one before it is void.

    Raises NotFound, NotAllowed, DomainError (it was accepted).
    """
    person = lock_person(user_id, actor)
    if person.has_usable_password():
        raise DomainError("This person has accepted already.")
    require_reach(actor, person)
    invitation, _ = Invitation.objects.update_or_create(
        person=person, defaults={"token_hash": "", "expires_at": timezone.now() + timedelta(days=DAYS)}
    )
    emit(SEND, [{"invitation_id": invitation.pk}], queue="integration")


@command(permission=None)
def keep_token(*, invitation_id: int, token_hash: str, actor: User) -> None:
    """Make this the only link that opens the invitation: a step of sending it."""
    Invitation.objects.filter(pk=invitation_id, accepted_at=None).update(token_hash=token_hash)


def send_invitation_task(*, invitation_id: int) -> None:
    """Make the link and send it. The link stands nowhere but in the e-mail."""
    invitation = Invitation.objects.select_related("person").filter(pk=invitation_id, accepted_at=None).first()
    if invitation is None:
        return
    token = secrets.token_urlsafe(32)
    keep_token(invitation_id=invitation.pk, token_hash=_hash(token), actor=system_user())
    link = absolute(reverse("invited", args=[token]))
    send(
        invitation.person.email,
        "Your account in Kept",
        "people/mail_invited.txt",
        person=invitation.person,
        link=link,
        days=DAYS,
    )


def invitation_of(token: str) -> Invitation | None:
    """The invitation that this link opens, as long as it does."""
    found = Invitation.objects.select_related("person").filter(token_hash=_hash(token), accepted_at=None)
    return found.filter(expires_at__gt=Now()).first()


@command(permission=None)
def accept_invitation(*, token: Secret, password: Secret, actor: User) -> None:
    """Give the invited person a password and let it in; the link is void.

    Raises NotFound: it was used, withdrawn or replaced meanwhile.
    """
    (person,) = lock_rows(User, [actor.pk], Rank.MASTER_DATA)
    open_now = Invitation.objects.filter(person=person, token_hash=_hash(token.reveal), accepted_at=None)
    if not open_now.filter(expires_at__gt=Now()).update(accepted_at=Now(), token_hash=""):
        raise NotFound("This link was used already, or it is too old.")
    person.set_password(password.reveal)
    person.is_active = True
    person.save(update_fields=["password", "is_active"])
