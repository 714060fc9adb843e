"""The command palette, the switch of companies, light or dark, and the bell: each within one's rights, and cheap."""

import re
from collections.abc import Callable
from time import perf_counter
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from core.models import CompanyMembership, Job, User
from orders.models import Order
from orders_site import waiting
from orders_site.exceptions.inbox import cases_visible_to, roles_of
from orders_site.home.jump import jump_targets, whole_numbers
from tests import factories
from tests.core.test_cases import CaseDraft
from tests.orders.makers import draft
from tests.site.home.test_home import _open
from tests.support.pages import browser
from tests.world import World


def found(client: Client, text: str) -> list[str]:
    page = client.get(reverse("palette"), {"q": text}).content.decode()
    return re.findall(r'role="option".*?<span class="code">([^<]*)</span>', page)


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("1042", ["SO-2026-001042", "SO-2025-001042", "SO-2024-001042"]),
        ("so-1042", ["SO-2026-001042", "SO-2025-001042", "SO-2024-001042"]),
        ("SO1042", ["SO-2026-001042", "SO-2025-001042", "SO-2024-001042"]),
        ("2025-1042", ["SO-2025-001042"]),
        ("SO-2025-001042", ["SO-2025-001042"]),
        ("INV-1042", []),
        ("acme", []),
        ("1234567890", []),
    ],
)
def test_a_short_number_is_completed_to_the_whole_ones_it_may_mean(typed: str, numbers: list[str]) -> None:
    assert [number for number in whole_numbers(typed, ("SO",), 2026) if number != typed.upper()] == [
        number for number in numbers if number != typed.upper()
    ]


def test_the_palette_finds_by_number_reference_customer_and_product(world: World) -> None:
    order = draft(world, bolt="1", customer_reference="PO-77")
    client = browser(world.alice)
    number = order.number or ""

    assert found(client, number.lower()) == found(client, number[-6:].lstrip("0")) == found(client, "PO-77") == [number]
    assert found(client, f"#{number}") == [number]
    assert found(client, "acme") == found(client, "@hardw") == ["ACME"]
    assert found(client, "bolt") == found(client, "/BOLT-M8") == ["BOLT-M8"]
    assert found(client, "@bolt") == found(client, "/acme") == found(client, "#acme") == found(client, "") == []


def test_the_palette_keeps_to_rights_and_companies(world: World) -> None:
    order = draft(world, bolt="1", customer_reference="PO-77")

    for text in (order.number or "", "PO-77", "acme", "bolt"):
        assert found(browser(world.charlie), text) == []
    CompanyMembership.objects.filter(user=world.alice).delete()
    assert found(browser(world.alice), "PO-77") == []
    assert Client().get(reverse("palette"), {"q": "acme"}).status_code == 302


@pytest.mark.parametrize(
    "text", ["'", "%", "_", "\\", "a'b\"c", "\x00x", "#", "@ ", "/" * 80, "x" * 500, "１２３", "٣"]
)
def test_whatever_is_typed_is_answered(world: World, text: str) -> None:
    client = browser(world.alice)

    assert client.get(reverse("palette"), {"q": text}).status_code == 200
    assert client.get(reverse("search"), {"q": text}).status_code == 200


def test_the_palette_is_one_statement_and_quick(world: World, count_statements: Callable[..., Any]) -> None:
    system = User.objects.get(username="system")
    jump_targets("warm", system)
    client = browser(system)
    found(client, "warm")

    for text in ("1042", "acme", "#SO-2026-001042", "bo"):
        with count_statements() as statements:
            jump_targets(text, system)
        assert len(statements) == 1

    started = perf_counter()
    for _ in range(20):
        found(client, "acme")
    assert (perf_counter() - started) / 20 < 0.1


def test_no_document_is_found_by_reading_its_whole_table(world: World) -> None:
    draft(world, bolt="1")
    system = User.objects.get(username="system")
    seen: list[tuple[str, Any]] = []

    def note(execute: Any, text: str, values: Any, many: bool, context: Any) -> Any:
        seen.append((text, values))
        return execute(text, values, many, context)

    with connection.execute_wrapper(note):
        jump_targets("1042", system)
    text, values = next(pair for pair in seen if "orders_order" in pair[0])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {text}", values)
        plan = "\n".join(row[0] for row in cursor.fetchall())

    read_whole = re.findall(r"Seq Scan on (\w+)", plan)
    assert read_whole == [], plan


def test_the_chosen_company_narrows_lists_and_counts_and_nothing_else(world: World) -> None:
    other = factories.make_company(code="OTHER")
    CompanyMembership.objects.create(user=world.alice, company=other)
    mine, theirs = draft(world, bolt="1"), draft(world, bolt="1")
    Order.objects.filter(pk=theirs.pk).update(company=other)
    client = browser(world.alice)

    def orders() -> tuple[bool, bool, str]:
        page = client.get("/orders/").content.decode()
        count = re.search(r'<span>Orders</span><span class="n" aria-label="(\d+) waiting"', page)
        return str(mine.number) in page, str(theirs.number) in page, count[1] if count else ""

    assert orders() == (True, True, "2")
    answer = client.post(reverse("choose-company"), {"company": other.pk, "next": "/orders/?view=drafts"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/orders/?view=drafts")
    assert orders() == (False, True, "1")
    assert client.get(reverse("orders:detail", args=[mine.pk]), follow=True).status_code == 200

    CompanyMembership.objects.filter(user=world.alice, company=other).delete()
    assert orders() == (True, False, "1"), "a company that was lost is not chosen any more"
    client.post(reverse("choose-company"), {"company": other.pk})
    assert "company" not in client.session
    client.post(reverse("choose-company"), {"company": ""})
    assert orders() == (True, False, "1")


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "x", ""]
)
def test_no_form_of_the_frame_leads_elsewhere(world: World, address: str) -> None:
    client = browser(world.alice)

    assert client.post(reverse("choose-company"), {"next": address}).headers["Location"] == "/"
    assert client.post(reverse("appearance"), {"theme": "dark", "next": address}).headers["Location"] == "/settings/"


def test_light_or_dark_is_kept_by_the_server(world: World) -> None:
    client = browser(world.alice)
    assert 'name="theme" value="dark"' in client.get("/orders/").content.decode()

    answer = client.post(reverse("appearance"), {"theme": "dark", "next": "/orders/?view=held"})
    assert answer.headers["Location"] == "/orders/?view=held"
    page = client.get("/orders/").content.decode()
    assert ('data-theme="dark"' in page, 'name="theme" value="light"' in page) == (True, True)
    assert client.post(reverse("appearance"), {"theme": "light"}, headers={"HX-Request": "true"}).status_code == 204


def test_the_bell_asks_only_while_something_runs_and_tells_what_ended(world: World) -> None:
    client = browser(world.alice)
    assert reverse("work:bell") not in client.get("/orders/").content.decode()
    job = Job.objects.create(
        kind="test", title="Orders as Excel file", arguments={}, queue="documents", requested_by=world.alice
    )

    page = client.get("/orders/").content.decode()
    address = re.search(r'hx-get="([^"]*bell[^"]*)"', page)
    assert address is not None
    assert '<span class="sr">Jobs: 1 running</span>' in page
    assert "finished" not in client.get(address[1]).content.decode()

    Job.objects.filter(pk=job.pk).update(state="done", finished_at=job.created_at)
    news = client.get(address[1]).content.decode()
    assert 'data-say="Orders as Excel file: finished"' in news
    assert "hx-get" not in news
    assert '<span class="sr">Jobs</span>' in news
    assert 'id="bell"' not in news, "the open menu hangs on the button"


def test_exceptions_beside_the_sidebar_are_those_of_the_inbox(world: World) -> None:
    facts = {"company_id": world.company.pk, "document_kind": "order", "sentence": "Look."}
    kinds = (("promise_broken", "Sales"), ("short_pick", "Sales lead"), ("paid_cancelled_order", "Finance"))
    cases = [CaseDraft(kind=kind, role=role, document_id=1, **facts) for kind, role in kinds]  # type: ignore[arg-type]
    _open(cases=cases, actor=world.boss)

    for person in (world.alice, world.bob, world.fay, world.boss, world.charlie):
        shown = set(cases_visible_to(person, roles_of(person)).filter(resolved_at=None))
        assert set(waiting.exceptions(person, frozenset({world.company.pk}))) == shown
