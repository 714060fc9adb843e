"""E-mail to people: by the outbox, made where it is sent, so that no link waits in a table."""

from collections.abc import Sequence

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from core.commands import command
from core.models import User
from core.outbox import emit
from core.system import system_user

PASSWORD_RESET = "people.send_password_reset"  # noqa: S105 - the name of a task


@command(permission=None)
def request_password_reset(*, user_ids: Sequence[int], actor: User) -> None:
    """Have a link to a new password sent to each of these people."""
    emit(PASSWORD_RESET, [{"user_id": user_id} for user_id in user_ids], queue="integration")


def ask_for_password_reset(user_ids: Sequence[int]) -> None:
    """The same in the name of the system: who asks has not signed in."""
    request_password_reset(user_ids=user_ids, actor=system_user())


def send_password_reset_task(*, user_id: int) -> None:
    """Send the link; the person may have gone meanwhile."""
    person = User.objects.filter(pk=user_id, is_active=True).exclude(email="").first()
    if person is None:
        return
    key = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
    uid, _, token = key.partition("-")
    link = absolute(reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token}))
    send(person.email, "A new password for Kept", "people/mail_reset.txt", person=person, link=link)


def absolute(path: str) -> str:
    """The address of a page as people outside write it."""
    return f"{settings.KEPT_ADDRESS.rstrip('/')}{path}"


def send(to: str, subject: str, template: str, **words: object) -> None:
    """Send one plain e-mail. Raises what the mail server answers: the outbox tries again."""
    send_mail(subject, render_to_string(template, words, using="jinja2"), settings.DEFAULT_FROM_EMAIL, [to])
