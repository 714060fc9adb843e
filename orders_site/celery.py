"""Background work: the Celery application and the clock of repeating tasks, in code so that none is forgotten.

PostgreSQL holds the truth about work (outbox and job rows); Celery is only told where to look. The tasks below are
safe to run twice and to miss: the next round finds what is left.
"""

import os

from celery import Celery
from celery.schedules import crontab

from orders_site.boot.queues import QUEUES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orders_site.settings.dev")

app = Celery("orders_site")
app.set_default()  # for every thread of the web server, not only the one that imports this
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    # Each queue is swept by its own worker: slow documents do not keep promises waiting.
    **{
        f"sweep-{queue}": {
            "task": "core.tasks.sweep_outbox",
            "args": [queue],
            "schedule": 15.0,
            "options": {"queue": queue, "expires": 15},
        }
        for queue in QUEUES
    },
    "send-webhooks": {
        "task": "orders_site.tasks.send_webhooks",
        "schedule": 15.0,
        "options": {"queue": "integration", "expires": 15},
    },
    "seal-audit": {"task": "core.tasks.seal_audit", "schedule": 60.0, "options": {"expires": 60}},
    "expire-holds": {
        "task": "inventory.tasks.expire_holds",
        "schedule": 60.0,
        "options": {"queue": "promising", "expires": 60},
    },
    "expire-quotes": {"task": "quotes.tasks.expire_quotes", "schedule": crontab(minute="5")},
    "prune-nightly": {"task": "core.tasks.prune", "schedule": crontab(hour="3", minute="40")},
    "roll-up-nightly": {
        "task": "analytics.tasks.roll_up_nightly",
        "schedule": crontab(hour="2", minute="10"),
        "options": {"queue": "analytics"},
    },
}
