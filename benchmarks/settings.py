"""Settings of the benchmarks: the application's role on a durable cluster of their own, and nobody to nudge."""

from orders_site.settings import environment
from orders_site.settings.test import *  # noqa: F403 - Django settings build on each other

DATABASES["default"] |= {  # noqa: F405
    "USER": "kept_app",
    "HOST": environment.text("KEPT_BENCHMARK_HOST", "/nonexistent"),
    "PORT": "5432",
    "NAME": environment.text("KEPT_BENCHMARK_DATABASE", "kept"),
}
SECRET_KEY = environment.text("KEPT_BENCHMARK_SECRET", "only for the benchmarks' own throw-away cluster")
CELERY_BROKER_URL = "memory://localhost/"  # a nudge is one message to Redis; the message itself is a row either way
WHITENOISE_AUTOREFRESH = False
