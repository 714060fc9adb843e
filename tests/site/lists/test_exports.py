"""Lists as files: small ones stream, of big ones a worker makes the file; what a person may not see is in neither."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from core.jobs import run_job
from core.models import Company, CompanyMembership, Job, JobFilePart, User
from core.web import exports
from core.web.keyset import Ordering, write_place
from orders.models import Order
from orders_site.imports.models import ImportRun
from tests import factories
from tests.orders.makers import draft
from tests.support.pages import browser, posted
from tests.world import World


@pytest.fixture
def _few_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three rows are many, so that a job is needed for four."""
    monkeypatch.setattr(exports, "STREAMED_AT_MOST", 3)
    monkeypatch.setattr("core.outbox.nudge.nudge", lambda ids, queue: None)


def body(answer: HttpResponseBase) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def rows_of_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def rows_of_book(content: bytes) -> list[list[object]]:
    return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(content)).active.iter_rows()]


def export(client: Client, address: str, kind: str = "csv") -> Job:
    """Press the button of the page that offers a job, and let the worker do it."""
    answer = client.post(reverse("work:exports"), posted(list=address, kind=kind))
    assert answer.status_code == 303
    job = Job.objects.get(pk=int(answer.headers["Location"].split("/")[-2]))
    run_job(job.pk)
    job.refresh_from_db()
    return job


def file_of(client: Client, job: Job) -> HttpResponseBase:
    answer: HttpResponseBase = client.get(reverse("work:job-file", args=[job.pk]))
    return answer


def test_a_short_list_is_a_workbook_at_once(world: World) -> None:
    orders = [draft(world, bolt="2"), draft(world, bolt="3", customer_reference="=1+1")]

    answer = browser(world.alice).get("/orders/?view=drafts&format=xlsx")

    assert re.fullmatch(r'attachment; filename="orders-\d{4}-\d\d-\d\d\.xlsx"', answer.headers["Content-Disposition"])
    head, *rows = rows_of_book(body(answer))
    assert [row[0] for row in rows] == [order.number for order in reversed(orders)]
    assert rows[0][head.index("PO ref")] == "=1+1"
    assert rows[0][head.index("Total")] == 36
    assert rows[0][head.index("Currency")] == "GBP"


def test_both_files_hold_the_same_rows_in_the_lists_order(world: World) -> None:
    for bolts in ("5", "2", "9"):
        draft(world, bolt=bolts)
    client = browser(world.alice)
    query = "/orders/?view=drafts&sort=gross"

    sheet = rows_of_book(body(client.get(f"{query}&format=xlsx")))
    text = rows_of_csv(body(client.get(f"{query}&format=csv")))

    assert [str(row[0]) for row in sheet] == [row[0] for row in text]
    gross = text[0].index("Total")
    assert [row[gross] for row in text[1:]] == sorted((row[gross] for row in text[1:]), key=float)


@pytest.mark.usefixtures("_few_stream")
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_long_list_becomes_a_job_with_exactly_the_rows_of_the_address(world: World, kind: str) -> None:
    wanted = [draft(world, bolt="2", customer_reference="PO-77") for _ in range(4)]
    for _ in range(2):
        draft(world, bolt="2")
    client = browser(world.alice)

    asked = client.get(f"/orders/?q=PO-77&view=drafts&format={kind}").content.decode()
    address = re.search(r'name="list" value="([^"]+)"', asked)
    assert address is not None
    job = export(client, address[1].replace("&amp;", "&"), kind)

    assert (job.state, job.done_count, job.total_count) == ("done", 4, 4)
    page = client.get(reverse("work:job", args=[job.pk])).content.decode()
    assert reverse("work:job-file", args=[job.pk]) in page
    content = body(file_of(client, job))
    rows = rows_of_csv(content) if kind == "csv" else rows_of_book(content)
    assert [row[0] for row in rows[1:]] == [order.number for order in reversed(wanted)]
    assert int(file_of(client, job).headers["Content-Length"]) == len(content)


@pytest.mark.usefixtures("_few_stream")
def test_up_to_the_limit_no_job_is_needed(world: World) -> None:
    for _ in range(3):
        draft(world, bolt="1")

    assert len(rows_of_csv(body(browser(world.alice).get("/orders/?view=drafts&format=csv")))) == 4


@pytest.mark.usefixtures("_few_stream")
def test_a_big_file_is_kept_in_parts_and_a_retry_replaces_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "PART_BYTES", 50)
    for _ in range(4):
        draft(world, bolt="1")
    client = browser(world.alice)
    job = export(client, "/orders/?view=drafts")
    before, content = JobFilePart.objects.filter(job=job).count(), body(file_of(client, job))

    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING)
    run_job(job.pk)

    assert before == JobFilePart.objects.filter(job=job).count() > 4
    assert body(file_of(client, job)) == content


@pytest.mark.usefixtures("_few_stream")
def test_nobody_else_gets_the_file_not_even_who_sees_all_jobs(world: World) -> None:
    job = export(browser(world.alice), "/orders/?view=drafts")

    manager = browser(world.boss)
    page = manager.get(reverse("work:job", args=[job.pk])).content.decode()

    assert reverse("work:job-file", args=[job.pk]) not in page
    assert file_of(manager, job).status_code == 404
    assert file_of(browser(world.charlie), job).status_code == 404
    assert Client().get(reverse("work:job-file", args=[job.pk])).status_code == 302


def take_role(world: World) -> None:
    world.alice.groups.clear()


def take_company(world: World) -> None:
    CompanyMembership.objects.filter(user=world.alice).delete()


@pytest.mark.usefixtures("_few_stream")
@pytest.mark.parametrize("take", [take_role, take_company])
def test_a_file_made_with_rights_that_were_lost_is_not_handed_out(world: World, take: Callable[[World], None]) -> None:
    draft(world, bolt="1")
    client = browser(world.alice)
    job = export(client, "/orders/?view=drafts")
    assert file_of(client, job).status_code == 200

    take(world)

    assert file_of(client, job).status_code == 403


@pytest.mark.usefixtures("_few_stream")
def test_the_worker_sees_with_the_rights_of_the_moment_and_of_the_person(world: World) -> None:
    other = factories.make_company(code="OTHER")
    CompanyMembership.objects.create(user=world.alice, company=other)
    mine = draft(world, bolt="1")
    answer = browser(world.alice).post(reverse("work:exports"), posted(list="/orders/?view=drafts", kind="csv"))
    job = Job.objects.get(pk=int(answer.headers["Location"].split("/")[-2]))
    Order.objects.filter(pk=mine.pk).update(company=other)
    CompanyMembership.objects.filter(user=world.alice, company=other).delete()

    run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, job.done_count) == ("done", 0)


@pytest.mark.usefixtures("_few_stream")
def test_a_column_that_needs_a_right_is_in_the_file_of_its_holders_only(world: World) -> None:
    heads = {}
    for person in (world.bob, world.fay):
        client = browser(person)
        job = export(client, reverse("inventory:on-hand"))
        heads[person.first_name] = rows_of_csv(body(file_of(client, job)))[0]

    assert "Value" in heads["Fay"]
    assert "Value" not in heads["Bob"]


@pytest.mark.usefixtures("_few_stream")
def test_who_lost_the_right_to_the_list_gets_no_file(world: World) -> None:
    answer = browser(world.alice).post(reverse("work:exports"), posted(list="/orders/?view=drafts", kind="csv"))
    job = Job.objects.get(pk=int(answer.headers["Location"].split("/")[-2]))
    world.alice.groups.clear()

    run_job(job.pk)

    job.refresh_from_db()
    assert job.state == "failed"
    assert "orders.see_orders" in job.error


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("https://elsewhere.example/orders/", 404),
        ("//elsewhere.example/orders/", 404),
        ("/\\elsewhere.example/", 404),
        ("/nowhere/", 404),
        ("/orders/new/", 404),
        ("/orders/999999/", 404),
        ("/work/messages/replay/", 404),
        ("/work/messages/", 403),
        ("", 404),
        ("/orders/?requested_until=nonsense", 404),
    ],
)
def test_only_a_list_that_the_person_may_see_can_be_asked_for(world: World, address: str, status: int) -> None:
    answer = browser(world.alice).post(reverse("work:exports"), posted(list=address, kind="csv"))

    assert (answer.status_code, Job.objects.exists()) == (status, False)


def test_asking_twice_makes_one_file(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.outbox.nudge.nudge", lambda ids, queue: None)
    client, form = browser(world.alice), posted(list="/orders/", kind="xlsx")

    first, second = (client.post(reverse("work:exports"), form).headers["Location"] for _ in range(2))

    assert (first == second, Job.objects.count()) == (True, 1)


def test_a_file_past_its_week_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.outbox.nudge.nudge", lambda ids, queue: None)
    client = browser(world.alice)
    job = export(client, "/orders/?view=drafts")
    JobFilePart.objects.all().delete()

    answer = file_of(client, job)

    assert answer.status_code == 404
    assert "Export the list again" in answer.content.decode()  # type: ignore[attr-defined]


def test_the_chosen_company_narrows_the_file_as_the_list(world: World) -> None:
    other: Company = factories.make_company(code="OTHER")
    CompanyMembership.objects.create(user=world.alice, company=other)
    mine, theirs = draft(world, bolt="1"), draft(world, bolt="1")
    Order.objects.filter(pk=theirs.pk).update(company=other)
    alice = User.objects.get(pk=world.alice.pk)

    found = {
        company: [row["number"] for row in exports.list_at("/orders/?view=drafts", alice, company).export_rows()]
        for company in (None, world.company.pk, other.pk)
    }

    assert found == {
        None: [theirs.number, mine.number], world.company.pk: [mine.number], other.pk: [theirs.number]
    }  # fmt: skip


def test_a_place_of_another_list_that_is_sorted_by_the_same_word_starts_this_one_anew(world: World) -> None:
    run = ImportRun.objects.create(
        company=world.company, kind="orders", size_bytes=1, form={}, headers=[], created_by=world.alice
    )
    word = write_place(Ordering("number"), {"number": "SO-2026-000001", "pk": 1}, 51)

    assert browser(world.alice).get(reverse("imports:rows", args=[run.pk]), {"after": word}).status_code == 200
