"""The pages of billing: each verb's five questions, lists of equal cost, and what people see."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounting.models import Period
from billing.models import Invoice
from billing.tasks import render_invoice_pdf
from core.models import User
from fulfillment.models import ReturnLine
from tests import factories
from tests.billing.makers import Trade
from tests.world import World

SignIn = Callable[[User], Client]


@pytest.fixture
def as_user(client: Client) -> SignIn:
    """Sign somebody in."""

    def sign_in(user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def invoice(world: World, trade: Trade) -> Invoice:
    return trade.bill(trade.ship(trade.order({world.bolt: "10", world.mug: "4"}, customer_reference="PO-7")))[0]


def url(name: str, *args: object) -> str:
    return reverse(f"billing:{name}", args=args)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_worklist_shows_what_waits_and_its_worth(world: World, trade: Trade, as_user: SignIn) -> None:
    delivery = trade.ship(trade.order({world.bolt: "10"}))
    trade.take_back(delivery, "3")

    page = text(as_user(world.fay).get(url("worklist")))

    assert delivery.number in page
    assert "70.00" in page


def test_posting_picked_deliveries_says_for_each_what_became_of_it(world: World, trade: Trade, as_user: SignIn) -> None:
    fresh = trade.ship(trade.order({world.bolt: "10"}))
    billed = trade.ship(trade.order({world.bolt: "1"}))
    trade.bill(billed)
    empty = trade.ship(trade.order({world.bolt: "2"}))
    trade.take_back(empty, "2")

    answer = as_user(world.fay).post(url("post-deliveries"), {"picked": [fresh.pk, billed.pk, empty.pk]}, follow=True)

    page = text(answer)
    assert "2 of 3 deliveries billed" in page
    assert "INV-2026-000002" in page
    assert "Nothing of it is left to bill." in page


def test_pressed_twice_with_one_key_bills_once(world: World, trade: Trade, as_user: SignIn) -> None:
    delivery, client = trade.ship(trade.order({world.bolt: "10"})), as_user(world.fay)

    answers = [client.post(url("post-deliveries"), {"picked": [delivery.pk], "idempotency_key": "k"}) for _ in range(2)]

    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert Invoice.objects.count() == 1


def test_a_delivery_that_somebody_else_billed_is_refused_with_its_sentence(
    world: World, trade: Trade, as_user: SignIn
) -> None:
    delivery = trade.ship(trade.order({world.bolt: "10"}))
    trade.bill(delivery)

    answer = as_user(world.fay).post(url("post-deliveries"), {"picked": [delivery.pk]}, follow=True)

    assert "0 of 1 deliveries billed" in text(answer)
    assert "it was billed already, or came back" in text(answer)


def test_the_preview_posts_nothing(world: World, trade: Trade, as_user: SignIn) -> None:
    delivery = trade.ship(trade.order({world.bolt: "10"}))

    answer = as_user(world.fay).post(url("post-deliveries"), {"picked": [delivery.pk], "preview": "1"})

    assert "120.00" in text(answer)
    assert not Invoice.objects.exists()


@pytest.mark.parametrize("picked", [[], ["x"], ["9" * 30], ["999999"]])
def test_nothing_picked_is_told(world: World, as_user: SignIn, picked: list[str]) -> None:
    for name in ("post-deliveries", "post-orders", "post-returns"):
        answer = as_user(world.fay).post(url(name), {"picked": picked})

        assert answer.status_code == 422
        assert "Pick at least one of the" in text(answer)


def test_services_and_returns_have_their_tabs(world: World, trade: Trade, as_user: SignIn) -> None:
    order = trade.order({trade.product_at("640", kind="service"): "1"})
    delivery = trade.ship(trade.order({world.bolt: "10"}))
    trade.bill(delivery)
    rma = trade.take_back(delivery, "4")
    client = as_user(world.fay)
    assert order.number in text(client.get(url("worklist") + "?view=orders"))
    assert rma.number in text(client.get(url("worklist") + "?view=returns"))

    answers = [
        client.post(url("post-orders") + "?view=orders", {"picked": [order.pk]}),
        client.post(url("post-returns") + "?view=returns", {"picked": [rma.pk]}),
    ]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert ReturnLine.objects.get(rma=rma).credited == 4
    assert "No return waits" in text(client.get(url("worklist") + "?view=returns"))
    assert "No service" in text(client.get(url("worklist") + "?view=orders"))


def test_what_was_billed_is_counted_and_told_also_when_another_company_refuses(
    world: World, trade: Trade, as_user: SignIn
) -> None:
    other = factories.make_company(code="ZZ")
    there = Trade(replace(world, company=other, main=factories.make_warehouse(company=other)))
    beta = factories.make_account(company=other, code="BETA", name="Beta")
    orders = [
        trade.order({trade.product_at("640", kind="service"): "1"}),
        there.order({there.product_at("640", kind="service"): "1"}, account=beta),
    ]
    world.fay.memberships.create(company=other)
    Period.objects.filter(company=other).update(is_locked=True)
    picked = {"picked": [*(order.pk for order in orders), 999_999, 888_888]}

    refused = as_user(world.fay).post(url("post-orders") + "?view=orders", picked, follow=True)
    Period.objects.filter(company=other).update(is_locked=False)
    again = as_user(world.fay).post(url("post-orders") + "?view=orders", picked, follow=True)

    assert "1 of 2 orders billed" in text(refused)
    assert "is locked" in text(refused)
    assert "1 of 2 orders billed" in text(again)
    assert Invoice.objects.count() == 2


@pytest.mark.parametrize("name", ["post-deliveries", "post-orders", "post-returns"])
def test_posting_needs_post_and_its_right(world: World, trade: Trade, as_user: SignIn, name: str) -> None:
    delivery = trade.ship(trade.order({world.bolt: "10"}))

    assert as_user(world.fay).get(url(name)).status_code == 405
    assert as_user(world.charlie).post(url(name), {"picked": [delivery.pk]}).status_code == 403
    assert not Invoice.objects.exists()


def test_the_list_costs_the_same_for_10_and_20_rows(
    world: World, trade: Trade, as_user: SignIn, count_statements: Any
) -> None:
    client, counts = as_user(world.fay), []
    for _ in range(2):
        for _ in range(3):
            trade.bill(trade.ship(trade.order({world.bolt: "1"})))
        client.get(url("invoices"))
        with count_statements() as statements:
            page = text(client.get(url("invoices") + "?sort=-gross"))
        counts.append(statements.count)

    assert counts[0] == counts[1]
    assert "INV-2026-000006" in page


@pytest.mark.parametrize("view", ["all", "open", "overdue", "credits", "nonsense"])
def test_every_view_of_the_list_answers_and_exports(invoice: Invoice, world: World, as_user: SignIn, view: str) -> None:
    client = as_user(world.fay)

    assert client.get(url("invoices") + f"?view={view}").status_code == 200
    export = b"".join(client.get(url("invoices") + f"?view={view}&format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert ("INV-2026-000001" in export) == (view in ("all", "open", "overdue", "nonsense"))


def test_the_invoice_page_shows_lines_tax_ledger_and_what_is_open(
    invoice: Invoice, world: World, as_user: SignIn
) -> None:
    page = text(as_user(world.fay).get(url("invoice", invoice.pk)))

    for words in ("INV-2026-000001", "BOLT-M8", "124.00", "21.20", "145.20", "PO-7", "Journal", "Being made"):
        assert words in page


def test_sales_sees_the_invoice_without_the_ledger_and_the_cost(
    invoice: Invoice, world: World, as_user: SignIn
) -> None:
    page = text(as_user(world.alice).get(url("invoice", invoice.pk)))

    assert "BOLT-M8" in page
    assert "What it posted to the ledger" not in page
    assert ">Cost<" not in page
    assert "Reverse" not in page


def test_another_companys_invoice_is_not_there(invoice: Invoice, as_user: SignIn) -> None:
    stranger = factories.make_user(name="Sid", roles=("Finance lead",), companies=(factories.make_company(code="OT"),))
    client = as_user(stranger)

    for name in ("invoice", "pdf", "print", "credit"):
        assert client.get(url(name, invoice.pk)).status_code == 404
    assert client.post(url("reverse", invoice.pk), {"reason": "x"}).status_code == 404
    assert "INV-2026" not in text(client.get(url("invoices")))


def test_the_pdf_is_waited_for_and_then_always_the_same(invoice: Invoice, world: World, as_user: SignIn) -> None:
    client = as_user(world.fay)
    waiting = client.get(url("pdf", invoice.pk))
    assert (waiting.status_code, waiting["Refresh"]) == (202, "2")

    render_invoice_pdf(invoice_id=invoice.pk)

    answers = [client.get(url("pdf", invoice.pk)) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert answers[0]["Content-Type"] == "application/pdf"
    assert answers[0]["Content-Disposition"] == 'inline; filename="INV-2026-000001.pdf"'
    assert "145.20" in text(client.get(url("print", invoice.pk)))


def test_reversing_asks_for_a_reason_and_leads_to_the_opposite(invoice: Invoice, world: World, as_user: SignIn) -> None:
    client = as_user(world.fay)

    refused = client.post(url("reverse", invoice.pk), {"reason": " "})
    done = client.post(url("reverse", invoice.pk), {"reason": "wrong customer", "idempotency_key": "k"})
    again = client.post(url("reverse", invoice.pk), {"reason": "wrong customer", "idempotency_key": "k"})

    assert refused.status_code == 409
    assert "Enter why it is reversed" in text(refused)
    opposite = Invoice.objects.get(credits=invoice)
    assert done["Location"] == again["Location"] == url("invoice", opposite.pk)
    assert "Reverses" in text(client.get(url("invoice", opposite.pk)))


def test_crediting_an_amount(invoice: Invoice, world: World, as_user: SignIn) -> None:
    client = as_user(world.fay)
    page = text(client.get(url("credit", invoice.pk)))
    assert "145.20" in page

    answer = client.post(
        url("credit", invoice.pk),
        {"reason": "scratched", "lines-0-description": "Goodwill", "lines-0-net": "10", "lines-0-tax": "standard"},
    )

    note = Invoice.objects.get(direction="credit")
    assert answer["Location"] == url("invoice", note.pk)
    assert note.gross.amount == Decimal("12.00")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Enter reason"),
        ({"reason": "x"}, "Enter an amount"),
        ({"reason": "x", "lines-0-net": "10"}, "Enter what it is for"),
        ({"reason": "x", "lines-0-description": "a", "lines-0-net": "NaN"}, "Enter a number"),
        ({"reason": "x", "lines-0-description": "a", "lines-0-net": "1e999"}, "Ensure that there are no more than"),
        ({"reason": "x", "lines-0-description": "a", "lines-0-net": "-1"}, "greater than or equal to 0"),
        ({"reason": "x", "lines-0-description": "a", "lines-0-net": "1.005"}, "Enter an amount in GBP"),
        ({"reason": "x", "lines-0-description": "a", "lines-0-net": "500"}, "is left to credit"),
        ({"reason": "x" * 1_000_000, "lines-0-description": "a", "lines-0-net": "5"}, "at most 200 characters"),
        ({"reason": "x", "lines-0-description": "a", "lines-0-net": "5", "lines-0-tax": "none"}, "valid choice"),
    ],
)
def test_bad_input_is_told_at_its_place_and_nothing_is_posted(
    invoice: Invoice, world: World, as_user: SignIn, data: dict[str, str], words: str
) -> None:
    answer = as_user(world.fay).post(url("credit", invoice.pk), data)

    assert answer.status_code == 422
    assert words in text(answer)
    assert "There is a problem" in text(answer)
    assert Invoice.objects.count() == 1


def test_charging_an_account(world: World, as_user: SignIn) -> None:
    client = as_user(world.fay)
    data = {
        "company": world.company.pk, "account": "acme", "reason": "Late payment",
        "lines-0-description": "Reminder fee", "lines-0-net": "5", "lines-0-group": "fees",
    }  # fmt: skip

    answer = client.post(url("fee-new"), data)

    assert answer.status_code == 303
    assert Invoice.objects.get().gross.amount == Decimal("6.00")
    unknown = client.post(url("credit-new"), {**data, "account": "NOBODY"})
    assert unknown.status_code == 422
    assert "There is no customer with this number" in text(unknown)


@pytest.mark.parametrize("name", ["credit-new", "fee-new", "credit"])
def test_without_the_right_there_is_no_form(invoice: Invoice, world: World, as_user: SignIn, name: str) -> None:
    args = [invoice.pk] if name == "credit" else []

    assert as_user(world.alice).get(url(name, *args)).status_code == 403
    assert as_user(world.alice).post(url(name, *args), {"reason": "x"}).status_code == 403
