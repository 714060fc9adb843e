"""Everyday settings: the embedded system that ``bin/demo`` starts, reachable from this machine only."""

import secrets

from orders_site.boot import places
from orders_site.settings.base import *


def _local_secret_key() -> str:
    """Keep one secret per working copy, made on first use: nothing in the repository opens anybody's session."""
    path = places.state_folder() / "secret-key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


SECRET_KEY = environment.text("SECRET_KEY", "") or _local_secret_key()
DEBUG = environment.flag("DEBUG", False)
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
IS_DEMO = True
# The printed logins stay usable without an authenticator app; the ribbon says so.
SECOND_FACTOR_REQUIRED = environment.flag("SECOND_FACTOR_REQUIRED", False)
KEPT_WEBHOOKS_INSECURE = True  # a receiver on this machine can be tried out
WHITENOISE_USE_FINDERS = True
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
