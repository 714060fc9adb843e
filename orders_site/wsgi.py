"""The door for gunicorn. Production names its settings in DJANGO_SETTINGS_MODULE; others get development's."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orders_site.settings.dev")

application = get_wsgi_application()
