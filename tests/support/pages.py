"""Requests as the pages of every room get them."""

import uuid

from django.test import Client

from core.models import User


def browser(user: User) -> Client:
    """A browser in which this person has signed in."""
    client = Client()
    client.force_login(user)
    return client


def posted(**data: object) -> dict[str, object]:
    """A form as it is posted, with its key."""
    return {"idempotency_key": str(uuid.uuid4())} | data
