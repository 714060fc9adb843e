"""Planning a file: what each document becomes, which sale a credit finds, what falls due, and how days are cut."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from orders_site.replay.classify import Treatment
from orders_site.replay.plan import DocumentKind, Due
from orders_site.replay.survey import survey_trade
from tests.site.replay.trade_files import (
    MAPPING,
    back,
    documents_of,
    numbered,
    planned,
    report_of,
    sale,
    trade_line,
    write_trade,
)


def test_a_document_of_goods_and_freight_is_one_order_due_by_terms(tmp_path: Path) -> None:
    _, batches = planned(tmp_path, numbered(trade_line(), trade_line(code="POST", price="18", quantity="1")))

    (order,) = documents_of(batches).values()
    assert (order.key, order.kind, order.account_code, order.country) == (
        "order/500001",
        DocumentKind.ORDER,
        "13085",
        "United Kingdom",
    )
    assert [line.classified.treatment for line in order.lines] == [Treatment.GOODS_SALE, Treatment.CHARGE]
    assert order.due_on == date(2010, 3, 31)


def test_counter_sales_go_to_the_cash_account_of_their_country_and_are_paid_at_once(tmp_path: Path) -> None:
    survey, batches = planned(tmp_path, [trade_line(customer="", country="EIRE")])

    assert [(a.code, a.name, a.is_counter) for a in survey.accounts] == [("CASH-IE", "Counter sales, EIRE", True)]
    assert batches[-1].due == (Due(date(2010, 3, 1), "order/500001", "CASH-IE"),)


def test_an_invoice_is_due_in_the_first_batch_of_the_first_day_of_trade_on_or_after_its_date(tmp_path: Path) -> None:
    _, batches = planned(tmp_path, [sale("500001", "6"), sale("500002", "6", day="2010-04-02")])

    assert [(batch.day, [due.document_key for due in batch.due]) for batch in batches if batch.documents] == [
        (date(2010, 3, 1), []),
        (date(2010, 4, 2), ["order/500001"]),
    ]


def test_an_account_lives_where_most_of_its_lines_are(tmp_path: Path) -> None:
    survey, _ = planned(
        tmp_path,
        [
            sale("500001", "1", country="Spain"),
            sale("500002", "1", country="Belgium"),
            sale("500003", "2", country="Belgium"),
        ],
    )

    assert [account.countries for account in survey.accounts] == [("Belgium", "Spain")]


def test_a_product_is_called_what_most_of_its_sale_lines_call_it(tmp_path: Path) -> None:
    found = [sale(f"50001{n}", "1", price="0", customer="", description="damaged") for n in range(4)]
    sold = [sale("500021", "1", description="CAKE STAND"), sale("500022", "1"), sale("500023", "1", code="22423 ")]

    returned = [back(f"50003{n}", "1", description="CAKESTAND BROKEN") for n in range(4)]

    survey, _ = planned(tmp_path, [*found, *sold, *returned])

    assert {sku: product.name for sku, product in survey.products.items()} == {"22423": "CAKESTAND"}


def test_a_product_never_sold_keeps_its_code_as_its_name_and_the_declared_cost(tmp_path: Path) -> None:
    survey, _ = planned(tmp_path, [sale("500001", "-3", price="0", customer="", description="smashed")])

    product = survey.products["22423"]
    assert (product.name, product.unit_cost, product.is_stocked) == ("22423", Decimal("0.5"), True)


def test_a_return_refers_to_the_latest_earlier_sale_with_enough_left(tmp_path: Path) -> None:
    _, batches = planned(
        tmp_path,
        [
            sale("500001", "10"),
            sale("500002", "4"),
            back("500003", "3"),
            back("500004", "3"),
            back("500005", "8"),
            back("500006", "1", price="9.99"),
            back("500007", "1", customer="99999"),
        ],
    )

    credits = {d.number: d.lines[0] for d in documents_of(batches).values() if d.kind is DocumentKind.CREDIT}
    assert {number: line.reference for number, line in credits.items()} == {
        "C500003": "500002/1",
        "C500004": "500001/1",
        "C500005": None,
        "C500006": None,
        "C500007": None,
    }
    assert [line.classified.treatment for line in credits.values()] == [
        *[Treatment.RETURN_WITH_REFERENCE] * 2,
        *[Treatment.RETURN_WITHOUT_REFERENCE] * 3,
    ]


def test_a_return_before_its_sale_refers_to_nothing_but_in_the_same_minute_the_sale_comes_first(tmp_path: Path) -> None:
    _, batches = planned(
        tmp_path,
        [
            back("500001", "3", day="2010-03-01"),
            back("500002", "3", code="21232", day="2010-03-02"),
            sale("500003", "3", day="2010-03-02"),
            sale("500004", "3", code="21232", day="2010-03-02"),
        ],
    )

    documents = documents_of(batches)
    assert documents["credit/C500001"].lines[0].reference is None
    assert documents["credit/C500002"].lines[0].reference == "500004/1"


def test_a_counter_return_refers_to_nothing_unless_declared(tmp_path: Path) -> None:
    lines = [sale("500001", "3", customer=""), back("500002", "3", customer="")]
    matching = replace(MAPPING, counter=replace(MAPPING.counter, match_returns=True))

    survey, without = planned(tmp_path, lines)
    _, with_matching = planned(tmp_path, lines, matching)

    assert documents_of(without)["credit/C500002"].lines[0].reference is None
    assert survey.credits_per_sale_key == {}
    assert documents_of(with_matching)["credit/C500002"].lines[0].reference == "500001/1"


def test_a_credit_of_value_refers_to_the_charge_it_gives_back_and_moves_nothing(tmp_path: Path) -> None:
    _, batches = planned(tmp_path, [sale("500001", "1", code="POST"), back("500002", "1", code="POST")])

    (line,) = documents_of(batches)["credit/C500002"].lines
    assert (line.classified.treatment, line.reference) == (Treatment.VALUE_CREDIT, "500001/1")
    assert not any(batch.supply for batch in batches)


def test_one_document_of_the_file_may_become_two_of_different_kinds(tmp_path: Path) -> None:
    _, batches = planned(
        tmp_path,
        numbered(
            back("500001", "1", code="M"),
            trade_line(invoice="C500001", code="M", quantity="1", at="2010-03-02 09:00:00"),
        ),
    )

    assert sorted(documents_of(batches)) == ["credit/C500001", "debit/C500001"]


def test_a_price_off_the_list_was_agreed_by_hand(tmp_path: Path) -> None:
    lines = [sale(str(500_001 + n), "6") for n in range(5)] + [sale("500009", "6", price="1.99")]

    _, batches = planned(tmp_path, lines)

    agreed = [d.number for d in documents_of(batches).values() if d.lines[0].is_agreed_price]
    assert agreed == ["500009"]


def test_a_day_is_cut_into_sets_and_a_large_document_is_never_cut(tmp_path: Path) -> None:
    mapping = replace(MAPPING, sets=replace(MAPPING.sets, documents=2, lines=3))
    large = [sale("500003", "1") for _ in range(5)]

    _, batches = planned(
        tmp_path,
        numbered(
            sale("500001", "1"),
            sale("500002", "1"),
            *large,
            sale("500004", "1"),
            sale("500005", "1"),
            sale("500006", "1"),
        ),
        mapping,
    )

    assert [[d.number for d in batch.documents] for batch in batches if batch.documents] == [
        ["500001", "500002"],
        ["500003"],
        ["500004", "500005"],
        ["500006"],
    ]


def test_a_rejected_line_is_reported_on_its_day_and_the_rest_of_its_document_goes_on(tmp_path: Path) -> None:
    survey, batches = planned(tmp_path, numbered(trade_line(), trade_line(quantity="NaN"), trade_line(price="-1")))

    assert [(row.row, row.reason) for row in report_of(batches)] == [
        (3, "The quantity 'NaN' is not a number."),
        (4, "A positive quantity at a negative price fits no declared class."),
    ]
    assert len(documents_of(batches)["order/500001"].lines) == 1
    assert (survey.lines, survey.lines_rejected) == (1, 2)


def test_the_run_key_changes_with_file_and_mapping(tmp_path: Path) -> None:
    path = write_trade(tmp_path, [trade_line()])
    first = survey_trade(path, MAPPING).run_key

    assert survey_trade(path, MAPPING).run_key == first
    assert survey_trade(path, replace(MAPPING, digest="0")).run_key != first
    assert survey_trade(write_trade(tmp_path, [trade_line(quantity="7")]), MAPPING).run_key != first
