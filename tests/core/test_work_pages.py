"""Pages of work: one's own jobs, everybody's with the right, dead letters and their replay."""

import re
import uuid
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from core import work
from core.models import Job, OutboxMessage, User
from core.web.formats import NBSP
from tests.core.makers import make_company, make_person


@pytest.fixture
def clerk(db: None, client: Client) -> User:
    """A person without any right, signed in."""
    person = make_person()
    client.force_login(person)
    return person


@pytest.fixture
def administrator(db: None) -> User:
    return make_person(rights=["core.administer", "core.see_jobs"])


def make_job(owner: User, **facts: Any) -> Job:
    return Job.objects.create(
        **{"kind": "test", "title": "Ledger 2026", "arguments": {}, "queue": "documents", "requested_by": owner} | facts
    )


def make_letter(**facts: Any) -> OutboxMessage:
    return OutboxMessage.objects.create(
        **{
            "task": "orders.note_moved_promises",
            "payload": {},
            "queue": "promising",
            "state": "dead",
            "tries": 8,
            "last_error": "ZeroDivisionError: broken",
            "command_uid": uuid.uuid4(),
        }
        | facts
    )


def test_one_sees_ones_own_jobs(client: Client, clerk: User) -> None:
    make_job(clerk, title="Mine")
    make_job(make_person(), title="Somebody else's")

    html = client.get(reverse("work:jobs")).content.decode()

    assert "Mine" in html
    assert "Somebody else" not in html


def test_with_the_right_one_sees_all_jobs(client: Client, clerk: User, administrator: User) -> None:
    job = make_job(clerk)
    client.force_login(administrator)

    assert job.title in client.get(reverse("work:jobs")).content.decode()
    assert client.get(reverse("work:job", args=[job.pk])).status_code == 200


def test_with_the_right_one_sees_the_jobs_of_ones_own_companies_alone(db: None, client: Client) -> None:
    ours, theirs = make_company(), make_company()
    seer = make_person(rights=["core.see_jobs"], companies=[ours])
    rows = {"rows": [{"label": "INV-7", "outcome": "ok", "sentence": "900.00 EUR"}]}
    own, other = (make_job(make_person(), company=each, title=each.name, result=rows) for each in (ours, theirs))
    asked = make_job(seer, company=theirs, title="Asked by myself")
    client.force_login(seer)

    html = client.get(reverse("work:jobs")).content.decode()
    assert own.title in html
    assert asked.title in html
    assert other.title not in html
    assert "900.00 EUR" in client.get(reverse("work:job", args=[own.pk])).content.decode()
    assert client.get(reverse("work:job", args=[other.pk])).status_code == 404
    assert client.get(reverse("work:job-progress", args=[other.pk])).status_code == 404


def test_anothers_job_is_not_there(client: Client, clerk: User) -> None:
    job = make_job(make_person(), state="failed")
    absent = reverse("work:job", args=[job.pk + 1])

    for name in ("job", "job-progress"):
        assert client.get(reverse(f"work:{name}", args=[job.pk])).status_code == 404
    assert client.post(reverse("work:job-retry", args=[job.pk])).status_code == 404
    assert client.get(absent).status_code == 404
    assert Job.objects.get(pk=job.pk).state == "failed"


@pytest.mark.parametrize("count", [10, 20])
def test_the_list_costs_the_same_for_any_number_of_jobs(
    client: Client, clerk: User, count_statements: Any, count: int
) -> None:
    for _ in range(count):
        make_job(clerk)

    with count_statements() as statements:
        client.get(reverse("work:jobs"))

    # session, person, rights, rows, count, companies
    assert statements.count <= 7


def test_a_finished_job_shows_what_came_of_each_row(client: Client, clerk: User) -> None:
    rows = [
        {"label": "SO-2026-000001", "outcome": "ok", "sentence": ""},
        {"label": "SO-2026-000002", "outcome": "refused", "sentence": "<b>Over the limit</b>"},
    ]
    job = make_job(clerk, state="done", result={"sentence": "1 of 2 confirmed.", "rows": rows, "link": "/orders/"})

    html = client.get(reverse("work:job", args=[job.pk])).content.decode()

    assert "1 of 2 confirmed." in html
    assert "&lt;b&gt;Over the limit" in html
    assert 'href="/orders/"' in html


@pytest.mark.parametrize("link", ["//evil.example", "https://evil.example", "javascript:alert(1)"])
def test_a_result_leads_to_no_other_place(client: Client, clerk: User, link: str) -> None:
    job = make_job(clerk, state="done", result={"link": link})

    assert link not in client.get(reverse("work:job", args=[job.pk])).content.decode()


@pytest.mark.parametrize(("state", "status"), [("queued", 200), ("running", 200), ("done", 286), ("failed", 286)])
def test_progress_asks_again_until_the_job_is_over(client: Client, clerk: User, state: str, status: int) -> None:
    job = make_job(clerk, state=state, done_count=3, total_count=12)

    answer = client.get(reverse("work:job-progress", args=[job.pk]))

    assert answer.status_code == status
    assert (answer.get("HX-Refresh") == "true") == (status == 286)
    assert ("hx-get" in answer.content.decode()) == (status == 200)


def test_a_failed_job_is_retried_once_by_its_button(client: Client, clerk: User) -> None:
    job = make_job(clerk, state="failed", error="The year is locked.")
    html = client.get(reverse("work:job", args=[job.pk])).content.decode()
    assert "The year is locked." in html
    key = re.findall(r'name="idempotency_key" value="([^"]+)"', html)[0]

    for _ in range(2):
        answer = client.post(reverse("work:job-retry", args=[job.pk]), {"idempotency_key": key})
        assert (answer.status_code, answer["Location"]) == (303, reverse("work:job", args=[job.pk]))

    assert Job.objects.get(pk=job.pk).state == "queued"
    assert OutboxMessage.objects.count() == 1


def test_a_running_job_is_not_retried(client: Client, clerk: User) -> None:
    job = make_job(clerk, state="running")

    answer = client.post(reverse("work:job-retry", args=[job.pk]))

    assert answer.status_code == 422
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("name", ["jobs", "messages"])
def test_visitors_are_sent_to_sign_in(client: Client, db: None, name: str) -> None:
    answer = client.get(reverse(f"work:{name}"))

    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, reverse("login"))


@pytest.mark.parametrize(("name", "verb"), [("job-retry", "get"), ("messages-replay", "get"), ("jobs", "post")])
def test_the_wrong_method_is_refused(client: Client, clerk: User, name: str, verb: str) -> None:
    args = [make_job(clerk).pk] if name == "job-retry" else []

    assert getattr(client, verb)(reverse(f"work:{name}", args=args)).status_code == 405


def test_messages_need_the_right(client: Client, clerk: User) -> None:
    letter = make_letter()

    assert client.get(reverse("work:messages")).status_code == 403
    assert client.post(reverse("work:messages-replay"), {"picked": [letter.pk]}).status_code == 403
    assert OutboxMessage.objects.get().state == "dead"


def test_dead_letters_are_shown_with_their_error(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    make_letter()
    make_letter(state="done", task="orders.other", last_error="")

    html = client.get(reverse("work:messages"), {"state": "dead"}).content.decode()

    assert "ZeroDivisionError: broken" in html
    assert "orders.other" not in html


def test_picked_dead_letters_are_replayed(client: Client, administrator: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(work, "nudge", lambda ids, queue: None)
    client.force_login(administrator)
    picked, left = make_letter(), make_letter()

    url, data = reverse("work:messages-replay") + "?state=dead", {"picked": [picked.pk], "idempotency_key": "k"}
    answers = [client.post(url, data) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    told = [str(each) for each in get_messages(answers[1].wsgi_request)]
    assert told == [f"1{NBSP}dead letter will be tried again now."] * 2  # the second press is answered as the first
    picked.refresh_from_db()
    left.refresh_from_db()
    assert ((picked.state, picked.tries), left.state) == (("waiting", 0), "dead")


def test_who_may_only_look_has_no_replay_button(client: Client, db: None) -> None:
    client.force_login(make_person(rights=["core.see_jobs"]))
    make_letter()

    assert "Replay" not in client.get(reverse("work:messages")).content.decode()


def test_who_may_only_look_has_no_retry_button(client: Client, clerk: User) -> None:
    others = make_job(make_person(), state="failed")
    own = make_job(clerk, state="failed")
    assert reverse("work:job-retry", args=[own.pk]) in _job_page(client, own)

    client.force_login(make_person(rights=["core.see_jobs"]))

    assert reverse("work:job-retry", args=[others.pk]) not in _job_page(client, others)
    assert client.post(reverse("work:job-retry", args=[others.pk])).status_code == 403


def _job_page(client: Client, job: Job) -> str:
    return client.get(reverse("work:job", args=[job.pk])).content.decode()
