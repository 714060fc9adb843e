"""The door for gunicorn. Production names its settings in DJANGO_SETTINGS_MODULE; others get development's.

All code is loaded here, routes too: once, before the workers part, so that they share it and the first page of each
waits for none of it. Nothing of it goes away again, so looking for garbage meanwhile would be in vain.
"""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orders_site.settings.dev")

gc.disable()
application = get_wsgi_application()
assert get_resolver().url_patterns, "no routes"
gc.freeze()
gc.enable()
