"""What a deployment must not have."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


def second_factor_check(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Only a demonstration may go without second factors."""
    if settings.SECOND_FACTOR_REQUIRED or getattr(settings, "IS_DEMO", False):
        return []
    return [
        Error(
            "People with far-reaching rights could sign in with a password alone.",
            hint="Leave SECOND_FACTOR_REQUIRED out of the settings: only a demonstration may relax it.",
            id="kept.E001",
        )
    ]


def register_checks() -> None:
    """Have ``manage.py check --deploy`` ask for it."""
    register(second_factor_check, Tags.security, deploy=True)
