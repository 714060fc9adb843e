"""Settings of a worker process that a test starts: the test's settings on the database and broker it is told."""

from orders_site.settings.test import *  # noqa: F403

DATABASES["default"] |= environment.database("DATABASE_URL", "") | {"OPTIONS": DATABASES["default"]["OPTIONS"]}  # noqa: F405
