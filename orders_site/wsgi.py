"""The door for gunicorn. Production names its settings in DJANGO_SETTINGS_MODULE; others get development's.

All code is loaded here, routes too: once, before the workers part, so that they share it and the first page of each
waits for none of it. Nothing of it goes away again, so looking for garbage meanwhile would be in vain.
"""

import gc
import os

import django
from django.urls import get_resolver

from core.web.requests import Handler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orders_site.settings.dev")

gc.disable()
django.setup(set_prefix=False)
application = Handler()
assert get_resolver().url_patterns, "no routes"
gc.freeze()
gc.enable()
