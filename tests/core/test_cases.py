"""Exception cases: one open per kind and document, refreshed when found again, resolved by the command that mends."""

from decimal import Decimal
from typing import Any

import pytest

from core.cases import CaseDraft, open_cases, resolve_cases
from core.models import Company, ExceptionCase, User


def draft(company: Company, document_id: int = 1, **facts: Any) -> CaseDraft:
    return CaseDraft(
        **{
            "company_id": company.pk,
            "kind": "late",
            "role": "Sales",
            "document_kind": "order",
            "document_id": document_id,
            "sentence": "Two lines are late.",
            **facts,
        }
    )


def test_a_case_is_opened_with_its_money(company: Company, boss: User) -> None:
    open_cases(cases=[draft(company, currency="EUR", value_at_risk=Decimal("120.50"))], actor=boss)

    case = ExceptionCase.objects.get()
    assert (case.sentence, case.role, case.currency) == ("Two lines are late.", "Sales", "EUR")
    assert case.value_at_risk == Decimal("120.5")
    assert case.resolved_at is None


def test_found_again_it_is_told_anew_and_not_opened_twice(company: Company, boss: User) -> None:
    open_cases(cases=[draft(company)], actor=boss)
    opened_at = ExceptionCase.objects.get().opened_at

    open_cases(cases=[draft(company, sentence="Three lines are late.", value_at_risk=Decimal(9))], actor=boss)

    case = ExceptionCase.objects.get()
    assert (case.sentence, case.value_at_risk, case.opened_at) == ("Three lines are late.", Decimal(9), opened_at)


def test_of_two_drafts_for_one_document_in_a_call_the_later_holds(company: Company, boss: User) -> None:
    open_cases(cases=[draft(company), draft(company, sentence="Later.")], actor=boss)

    assert ExceptionCase.objects.get().sentence == "Later."


def test_a_resolved_case_may_come_back_as_a_new_one(company: Company, boss: User) -> None:
    open_cases(cases=[draft(company)], actor=boss)
    resolve_cases(kind="late", document_kind="order", document_ids=[1], resolution="Shipped.", actor=boss)

    open_cases(cases=[draft(company)], actor=boss)

    assert ExceptionCase.objects.filter(resolved_at__isnull=True).count() == 1
    assert ExceptionCase.objects.get(resolved_at__isnull=False).resolution == "Shipped."


def test_only_the_named_cases_are_resolved_and_counted(company: Company, boss: User) -> None:
    open_cases(cases=[draft(company, 1), draft(company, 2), draft(company, 1, kind="price")], actor=boss)

    count = resolve_cases(kind="late", document_kind="order", document_ids=[1, 99], resolution="Done.", actor=boss)

    assert count == 1
    assert sorted(ExceptionCase.objects.filter(resolved_at=None).values_list("kind", "document_id")) == [
        ("late", 2),
        ("price", 1),
    ]
    assert ExceptionCase.objects.get(resolution="Done.").resolved_by == boss


@pytest.mark.parametrize("count", [1, 10, 500])
def test_any_number_of_cases_is_one_statement(company: Company, boss: User, count_statements: Any, count: int) -> None:
    with count_statements() as statements:
        open_cases(cases=[draft(company, number) for number in range(count)], actor=boss)

    # settings, cases, log
    assert statements.count == 3
    assert ExceptionCase.objects.count() == count


def test_no_cases_are_no_statement(company: Company, boss: User, count_statements: Any) -> None:
    with count_statements() as statements:
        open_cases(cases=[], actor=boss)

    assert statements.count == 2


def test_a_long_sentence_is_cut_to_what_the_desk_shows(company: Company, boss: User) -> None:
    open_cases(cases=[draft(company, sentence="x" * 900)], actor=boss)

    assert len(ExceptionCase.objects.get().sentence) == 500


def test_two_that_find_the_same_cases_in_another_order_open_each_once(
    company: Company, boss: User, run_together: Any
) -> None:
    cases = [draft(company, number) for number in range(50)]

    outcomes = run_together(
        [
            lambda: open_cases(cases=cases, actor=boss),
            lambda: open_cases(cases=cases[::-1], actor=boss),
            lambda: open_cases(cases=cases, actor=boss),
        ]
    )

    assert [outcome.error for outcome in outcomes] == [None] * 3
    assert ExceptionCase.objects.count() == 50
