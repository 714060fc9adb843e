"""The pages of rebates: who sees what, what a POST does, and what a refused one leaves."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.dates import business_date
from rebates.models import RebateAgreement, RebateSettlement, RebateTotal
from tests import factories
from tests.rebates.conftest import Rebates
from tests.support.pages import browser, posted

TODAY = business_date("UTC")


@pytest.fixture
def pages(rebates: Rebates) -> Client:
    """A browser of Fay, who does the books."""
    return browser(rebates.world.fay)


def terms(rebates: Rebates, *tiers: tuple[str, str], **data: object) -> dict[str, object]:
    """The form of an agreement, filled in."""
    form: dict[str, object] = {
        "company": rebates.world.company.pk,
        "account": "acme",
        "name": "Volume 2026",
        "valid_from": "2026-01-01",
        "valid_until": "2026-12-31",
        "method": "cumulative",
        "category": "",
        "expected_percent": "3",
        "currency": "",
        "tiers-TOTAL_FORMS": str(max(len(tiers), 1)),
        "tiers-INITIAL_FORMS": "0",
    }
    for number, (start, percent) in enumerate(tiers):
        form |= {f"tiers-{number}-starts_at": start, f"tiers-{number}-percent": percent}
    return posted(**(form | data))


def address(name: str, agreement: RebateAgreement) -> str:
    return reverse(f"rebates:{name}", args=[agreement.pk])


def test_an_agreement_is_written_activated_and_read(rebates: Rebates, pages: Client) -> None:
    answer = pages.post(reverse("rebates:new"), terms(rebates, ("0", "2"), ("1000", "5")))
    agreement = RebateAgreement.objects.get()
    activated = pages.post(address("activate", agreement), posted(version=agreement.version))
    rebates.invoice(10)

    shown = pages.get(address("agreement", agreement)).content.decode()

    assert (answer.status_code, activated.status_code) == (303, 303)
    assert "900 more to reach from 1,000: the rebate is then 50.00 (+48.00)." in shown
    assert "Volume 2026" in shown
    assert "At this pace" in shown
    assert agreement.number in pages.get(reverse("rebates:agreements")).content.decode()


def test_the_same_form_twice_is_one_agreement(rebates: Rebates, pages: Client) -> None:
    form = terms(rebates, ("0", "2"))

    answers = [pages.post(reverse("rebates:new"), form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert RebateAgreement.objects.count() == 1


@pytest.mark.parametrize(
    ("tiers", "data", "says"),
    [
        ((), {}, "Enter at least one tier"),
        ((("0", "2"), ("0", "3")), {}, "Two tiers start at 0."),
        ((("0", "101"),), {}, "Enter a percentage from 0 to 100."),
        ((("NaN", "2"),), {}, "Enter a number"),
        ((("1e999", "2"),), {}, "Ensure that there are no more than"),
        ((("0", ""),), {}, "Enter rebate, %"),
        ((("0", "2"),), {"account": "NOBODY"}, "There is no account NOBODY"),
        ((("0", "2"),), {"valid_until": "2025-12-31"}, "This ends before it begins."),
        ((("0", "2"),), {"valid_from": "9999-01-01"}, "Enter a date between 2000 and 2199"),
        ((("0", "2"),), {"currency": "XXX"}, "is not a currency in which amounts can be written"),
        ((("0", "2"),), {"method": "magic"}, "Select a valid choice"),
        ((("0", "2"),), {"category": "999999"}, "Select a valid choice"),
        ((("0", "2"),), {"name": "a\x00b"}, "Null characters are not allowed"),
        ((("0", "2"),), {"name": "x" * 121}, "at most 120 characters"),
        ((("0", "2"),), {"tiers-TOTAL_FORMS": "x"}, "The tiers did not arrive whole"),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_is_written(
    rebates: Rebates, pages: Client, tiers: tuple[tuple[str, str], ...], data: dict[str, object], says: str
) -> None:
    answer = pages.post(reverse("rebates:new"), terms(rebates, *tiers, **data))

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not RebateAgreement.objects.exists()


def test_a_refused_tier_is_told_at_its_own_row_behind_an_empty_one(rebates: Rebates, pages: Client) -> None:
    answer = pages.post(reverse("rebates:new"), terms(rebates, ("0", "2"), ("", ""), ("0", "3")))

    assert answer.status_code == 422
    assert re.findall(r'id="id_tiers-(\d)-starts_at-error">Two tiers start at 0', answer.content.decode()) == ["2"]


def test_a_draft_is_changed_by_one_person_at_a_time(rebates: Rebates, pages: Client) -> None:
    pages.post(reverse("rebates:new"), terms(rebates, ("0", "2")))
    agreement = RebateAgreement.objects.get()
    shown = pages.get(address("edit", agreement)).content.decode()

    changed = pages.post(address("edit", agreement), terms(rebates, ("0", "2"), ("500", "4"), version=1))
    stale = pages.post(address("edit", agreement), terms(rebates, ("0", "9"), version=1))
    pages.post(address("activate", agreement), posted())
    late = pages.post(address("edit", agreement), terms(rebates, ("0", "9"), version=3))

    assert 'value="ACME"' in shown
    assert [changed.status_code, stale.status_code, late.status_code] == [303, 409, 422]
    tiers = agreement.tiers.order_by("starts_at").values_list("starts_at", "percent")
    assert list(tiers) == [(0, 2), (500, 4)]


def test_settling_credits_the_account_once(rebates: Rebates, pages: Client) -> None:
    agreement = rebates.agree(("0", "5"), valid_until=date(2099, 12, 31))
    rebates.invoice(10)
    form = posted(until=TODAY.isoformat())

    answers = [pages.post(address("settle", agreement), form) for _ in range(2)]
    nothing = pages.post(address("settle", agreement), posted(until=TODAY.isoformat()))

    assert [answer.status_code for answer in answers] == [303, 303]
    assert nothing.status_code == 409
    assert "There is nothing to settle." in nothing.content.decode()
    assert RebateSettlement.objects.get().number in pages.get(address("agreement", agreement)).content.decode()


@pytest.mark.parametrize(
    ("data", "status", "says"),
    [
        ({"until": "x"}, 422, "Enter a date"),
        ({"until": "2025-12-31"}, 422, "nothing was earned before"),
        ({"until": "2026-03-02", "final": "on"}, 422, "runs until 31 Dec 2099"),
    ],
)
def test_a_settlement_that_does_not_fit_is_refused(
    rebates: Rebates, pages: Client, data: dict[str, object], status: int, says: str
) -> None:
    agreement = rebates.agree(("0", "5"), valid_until=date(2099, 12, 31))
    rebates.invoice(10)

    answer = pages.post(address("settle", agreement), posted(**data))

    assert answer.status_code == status
    assert says in answer.content.decode()
    assert not RebateSettlement.objects.exists()


def test_the_expected_rate_is_changed_with_a_reason(rebates: Rebates, pages: Client) -> None:
    agreement = rebates.agree(("0", "5"))
    rebates.invoice(10)

    silent = pages.post(address("rate", agreement), posted(expected_percent="4", reason="", version=agreement.version))
    wild = pages.post(address("rate", agreement), posted(expected_percent="400", reason="x", version=agreement.version))
    done = pages.post(address("rate", agreement), posted(expected_percent="4", reason="x", version=agreement.version))
    stale = pages.post(address("rate", agreement), posted(expected_percent="5", reason="x", version="junk"))

    assert [answer.status_code for answer in (silent, wild, done, stale)] == [422, 422, 303, 409]
    assert RebateTotal.objects.get().accrued == Decimal(4)


def test_who_may_see_and_who_may_do(rebates: Rebates, pages: Client) -> None:
    agreement = rebates.agree(("0", "5"))
    rebates.invoice(10)
    clerk = browser(factories.make_user(name="Finn", roles=("Finance",), companies=(rebates.world.company,)))
    outsider = browser(factories.make_user(name="Otto", roles=("Finance lead",)))
    seller = browser(rebates.world.alice)

    posts = [
        clerk.post(address("settle", agreement), posted(until="2026-03-02")),
        clerk.post(address("rate", agreement), posted(expected_percent="1", reason="x", version="2")),
        clerk.post(reverse("rebates:new"), terms(rebates, ("0", "2"))),
    ]

    assert [answer.status_code for answer in posts] == [403, 403, 403]
    shown = clerk.get(address("agreement", agreement))
    assert shown.status_code == 200
    assert "Settle</button>" not in shown.content.decode()
    assert outsider.get(address("agreement", agreement)).status_code == 404
    assert agreement.number not in outsider.get(reverse("rebates:agreements")).content.decode()
    assert seller.get(reverse("rebates:agreements")).status_code == 403
    assert pages.get(address("settle", agreement)).status_code == 405
    assert not RebateSettlement.objects.exists()


def test_pages_cost_the_same_for_more_rows(
    rebates: Rebates, pages: Client, count_statements: Callable[..., Any]
) -> None:
    agreement = rebates.agree(("0", "5"))
    counts = []
    for _ in range(2):
        for _ in range(3):
            rebates.agree(("0", "2"), valid_from=TODAY + timedelta(days=900), valid_until=TODAY + timedelta(days=999))
            rebates.invoice(1)
        pages.get(reverse("rebates:agreements"))
        with count_statements() as statements:
            assert pages.get(reverse("rebates:agreements")).status_code == 200
            assert pages.get(address("agreement", agreement)).status_code == 200
        counts.append(statements.count)

    assert counts[0] == counts[1]
