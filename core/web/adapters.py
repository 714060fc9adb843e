"""What django-allauth asks of its host: closed doors for strangers, quiet messages, secrets encrypted at rest."""

import base64
import hashlib
from io import BytesIO
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from qrcode.image.svg import SvgPathFillImage

from core.models import User
from core.web.second_factor import must_set_up
from core.web.sessions import is_fresh
from core.web.visitors import visitor_address


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up, everything is a page, and a fresh sign-in is proof enough."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: people are invited."""
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        """Never: programs have the API."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The visitor's address as far as the proxies are trusted."""
        return visitor_address(request) or "unknown"

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Not while the last proof is at most ten minutes old, the sign-in included."""
        return not is_fresh(self.request)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say what changed, not that somebody signed in or out."""
        if message_template not in ("account/messages/logged_in.txt", "account/messages/logged_out.txt"):
            super().add_message(request, level, message_template, message_context, extra_tags, message)


class SecondFactorAdapter(DefaultMFAAdapter):
    """The secrets of second factors are encrypted with the secret key; an older one still reads them."""

    def encrypt(self, text: str) -> str:
        """Encrypt a secret for the database."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Read a secret from the database."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        """The name in the authenticator app."""
        return "Kept"

    def get_totp_label(self, user: Any) -> str:
        """The account in the authenticator app."""
        return str(user.username)

    def build_totp_svg(self, url: str) -> str:
        """The code that the app reads, dark on white also on a dark page."""
        drawn = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage, border=2).save(drawn)
        return drawn.getvalue().decode()

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Not for who must have one: it is replaced by an administrator, or kept."""
        person = authenticator.user
        person.has_second_factor = False
        return not (isinstance(person, User) and must_set_up(person))


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(f"kept second factor {key!s}".encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
