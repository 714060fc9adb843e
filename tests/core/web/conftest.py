"""A reader, and rows to list."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.http import HttpRequest
from django.test import RequestFactory

from core.models import Job, User


@pytest.fixture
def reader(db: None) -> User:
    """Somebody who may see the design pages and nothing else."""
    user = User.objects.create_user("reader", first_name="Rita", last_name="Reader")
    user.user_permissions.add(Permission.objects.get(content_type__app_label="core", codename="administer"))
    return user


@pytest.fixture
def ask(reader: User) -> Callable[..., HttpRequest]:
    """Make a GET request of the reader."""

    def make(query: str = "", **headers: str) -> HttpRequest:
        request = RequestFactory().get(f"/somewhere/{query}", headers=headers)
        request.user = reader
        return request

    return make


@pytest.fixture
def make_jobs(reader: User) -> Callable[..., list[Job]]:
    """Make jobs with these totals: rows with a sort value that may be absent."""

    def make(*totals: int | None, **more: Any) -> list[Job]:
        facts = {"arguments": {}, "queue": "documents", "requested_by": reader, "kind": "test"} | more
        return Job.objects.bulk_create(
            [Job(title=f"Job {number}", total_count=total, **facts) for number, total in enumerate(totals)]
        )

    return make
