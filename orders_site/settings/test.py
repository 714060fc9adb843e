"""Settings of the test suite: PostgreSQL as in production, on a cluster that ``tests/conftest.py`` throws away."""

import secrets

from orders_site.settings.base import *

SECRET_KEY = secrets.token_urlsafe(48)
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
IS_DEMO = False
KEPT_FIRST_RUN = False  # most tests know nobody; those of the first run switch it on
SECOND_FACTOR_REQUIRED = False  # tests of it switch it on; the others are about something else
# conftest sets HOST and NAME before the first query; the role owns the schema unless a test asks for kept_app.
DATABASES["default"] |= {"NAME": "kept", "USER": "kept_owner", "HOST": "/nonexistent"}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
