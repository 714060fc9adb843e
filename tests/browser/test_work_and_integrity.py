"""The pages of work and integrity in a real browser: nothing blocked, no barrier, on every size."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection

from core import work
from core.audit.sealer import seal
from core.models import Job, User
from orders_site.integrity.run import start_run
from tests.browser.conftest import OpenPage, Screenshot, Violations

pytestmark = pytest.mark.browser


@pytest.fixture
def auditor(transactional_db: None, monkeypatch: Any) -> User:
    """Somebody who may see integrity and all jobs; one run is done, with one broken check, and one job failed."""
    monkeypatch.setattr("core.outbox.nudge.nudge", lambda ids, queue: None)
    person = User.objects.create_user("auditor", first_name="Ruth", last_name="Hallam")
    rights = Permission.objects.filter(codename__in=["see_integrity", "see_jobs", "administer"])
    person.user_permissions.set(rights)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE VIEW site_i15_maker_is_checker AS SELECT 7::bigint AS order_id, 8::bigint AS hold_id,"
            " 'credit'::varchar(8) AS kind, 9::bigint AS created_by_id"
        )
    seal()
    start_run(actor=person)
    work.sweep()
    Job.objects.create(
        kind="test",
        title="Confirm 200 orders",
        arguments={},
        queue="promising",
        requested_by=person,
        state="failed",
        error="The period of 2 March 2026 is locked.",
        done_count=120,
        total_count=200,
        result={"rows": [{"label": "SO-2026-000121", "outcome": "refused", "sentence": "The period is locked."}]},
    )
    return person


@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark")])
def test_the_integrity_page_has_no_barriers(
    open_page: OpenPage, screenshot: Screenshot, violations: Violations, auditor: User, size: str, scheme: str
) -> None:
    page = open_page("/integrity/", user=auditor, size=size, scheme=scheme)

    screenshot(page, f"integrity-{size}-{scheme}")
    assert page.get_by_role("heading", name="I15 · Who asked did not approve").is_visible()
    assert violations(page) == []


@pytest.mark.parametrize("address", ["/work/jobs/", "/work/messages/"])
def test_the_lists_of_work_have_no_barriers(
    open_page: OpenPage, screenshot: Screenshot, violations: Violations, auditor: User, address: str
) -> None:
    page = open_page(address, user=auditor)

    screenshot(page, "work" + address.replace("/", "-"))
    assert violations(page) == []


def test_a_failed_job_says_why_and_offers_to_go_on(
    open_page: OpenPage, screenshot: Screenshot, violations: Violations, auditor: User
) -> None:
    page = open_page(f"/work/jobs/{Job.objects.get(state='failed').pk}/", user=auditor)

    screenshot(page, "work-job")
    assert violations(page) == []
    page.get_by_role("button", name="Retry").click()
    page.locator("main").get_by_text("Waiting").first.wait_for()
    assert Job.objects.get(kind="test").state == "queued"
