"""The frame: what a user finds in it, and how it looks to them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpRequest
from django.utils import timezone

from core.models import Company, CompanyMembership, Job, User
from core.web import shell
from core.web.shell import CreateItem, NavItem

Ask = Callable[..., HttpRequest]


@pytest.fixture(autouse=True)
def _declared() -> Iterator[None]:
    before = vars(shell.registry).copy()
    shell.declare(
        [
            NavItem("Admin", "Design", "design:catalogue", "settings", "core.administer", "d"),
            NavItem("", "List", "design:list", "order", go="l"),
            NavItem("Money", "Ledger", "design:form", "ledger", "core.see_bank"),
        ],
        creates=[CreateItem("Customer", "design:form", "c"), CreateItem("Secret", "design:form", "s", "core.see_bank")],
    )
    yield
    vars(shell.registry).update(before)


def test_what_a_user_may_not_use_is_absent(ask: Ask) -> None:
    groups = shell.navigation(ask())

    assert [(group.label, [link.label for link in group.links]) for group in groups] == [
        ("", ["List"]),
        ("Admin", ["Design"]),
    ]
    assert shell.creates(ask()) == [("Customer", "/design/form/", "c c")]


def test_the_longest_address_that_fits_is_the_current_place(ask: Ask) -> None:
    request = ask()
    request.path = "/design/list/7/"

    current = [link.label for group in shell.navigation(request) for link in group.links if link.is_current]
    assert current == ["List"]


def test_the_user_s_theme_and_density_are_used(ask: Ask, reader: User) -> None:
    reader.theme, reader.density = "dark", "warehouse"

    assert shell.appearance(ask()) == shell.Appearance("dark", "warehouse")


def test_companies_are_switched_only_where_there_is_more_than_one(ask: Ask, reader: User) -> None:
    first = Company.objects.create(code="A", name="Acme", functional_currency="EUR", country="DE")
    reader.companies.add(first)
    assert shell.company_switch(ask()) is None

    reader.companies.add(Company.objects.create(code="B", name="Bolt", functional_currency="GBP", country="GB"))
    del reader._kept_companies  # type: ignore[attr-defined]
    switch = shell.company_switch(ask())
    assert switch is not None
    assert (switch.label, switch.chosen) == ("Acme · Bolt", None)
    request = ask()
    request.session = {"company": first.pk}  # type: ignore[assignment]
    chosen = shell.company_switch(request)
    assert chosen is not None
    assert chosen.label == "Acme"


def test_the_desk_is_one_statement_bounded_and_asked_once(
    ask: Ask, reader: User, count_statements: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.web.desk.COUNTED_AT_MOST", 3)
    monkeypatch.setattr("core.web.shell.COUNTED_AT_MOST", 3)
    shell.declare(
        [
            NavItem(
                "", "Jobs", "design:list", "order", count=lambda user, companies: Job.objects.filter(requested_by=user)
            ),
            NavItem(
                "",
                "Papers",
                "design:form",
                "order",
                count=lambda user, companies: CompanyMembership.objects.filter(company__in=companies),
            ),
            NavItem(
                "",
                "Ledger",
                "design:document",
                "order",
                "core.see_bank",
                count=lambda user, companies: Job.objects.all(),
            ),
        ]
    )
    facts = {"kind": "test", "arguments": {}, "queue": "documents", "requested_by": reader}
    Job.objects.bulk_create([Job(title=f"Job {number}", state="running", **facts) for number in range(9)])
    request = ask()
    reader_rights = shell.navigation(ask())  # rights and companies are known after this

    with count_statements() as statements:
        links = shell.navigation(request)[0].links
        running = shell.desk(request).running

    assert reader_rights
    assert len(statements) == 1
    assert [(link.label, link.count) for link in links] == [("Jobs", "3+"), ("Papers", "")]
    assert [job.title for job in running] == ["Job 8", "Job 7", "Job 6", "Job 5", "Job 4"]


def test_the_bell_shows_what_runs_and_what_has_just_finished(ask: Ask, reader: User) -> None:
    facts = {"kind": "test", "arguments": {}, "queue": "documents"}
    now = timezone.now()
    for title, state, owner, finished in (
        ("Long ago", "done", reader, now - timedelta(hours=2)),
        ("Just now", "failed", reader, now),
        ("Running", "running", reader, None),
        ("Another's", "running", User.objects.create_user("other"), None),
    ):
        Job.objects.create(title=title, state=state, requested_by=owner, finished_at=finished, **facts)

    assert [(job.title, job.is_running) for job in shell.desk(ask()).jobs] == [("Running", True), ("Just now", False)]
