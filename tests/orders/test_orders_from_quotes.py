"""Orders that came from a quote: the accepted version only, and its prices stay the quote's without a right."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from core.errors import NotAllowed
from core.models import User
from orders.drafts import OrderLineDraft
from orders.errors import OrderNotEditable
from orders.models import Order, OrderLine
from orders.services import GridLine, create_order_from_quote, line_key, save_order, save_order_lines
from quotes.drafts import QuoteDraft, QuoteLineDraft
from quotes.models import Quote, QuoteVersion
from quotes.services import accept_quote, create_quote, revise_quote, save_quote, send_quote
from tests import factories
from tests.factories import TODAY
from tests.world import World


def offer(world: World, price: str | None = "9.5") -> int:
    """A sent quote of ten bolts at a price by hand."""
    by_hand = Decimal(price) if price else None
    draft = QuoteDraft(
        company_id=world.company.pk,
        account_id=world.acme.pk,
        warehouse_id=world.main.pk,
        business_date=TODAY,
        valid_until=TODAY + timedelta(days=30),
        lines=(QuoteLineDraft(world.bolt.pk, Decimal(10), unit_price=by_hand),),
    )
    quote_id = create_quote(draft=draft, actor=world.boss)
    send_quote(quote_id=quote_id, actor=world.boss, business_date=TODAY)
    return quote_id


def ordered(world: World) -> tuple[Order, OrderLine]:
    version_id = accept_quote(quote_id=offer(world), actor=world.alice, business_date=TODAY, name="Wile E.")
    order_id = create_order_from_quote(quote_version_id=version_id, actor=world.alice, business_date=TODAY)
    order = Order.objects.get(pk=order_id)
    return order, OrderLine.objects.get(order=order)


def as_quoted(line: OrderLine, **changes: object) -> OrderLineDraft:
    facts = {
        "product_id": line.product_id,
        "sales_quantity": line.sales_quantity,
        "sales_unit": line.sales_unit,
        "unit_price": line.unit_price,
        "discount_percent": line.manual_discount_percent,
    }
    return OrderLineDraft(**{**facts, **changes})  # type: ignore[arg-type]


def by_form(order: Order, line: OrderLine, drafts: list[OrderLineDraft], actor: User) -> None:
    ids: list[int | None] = [line.pk, *(None for _ in drafts[1:])]
    save_order(order_id=order.pk, version=order.version, actor=actor, lines=list(zip(ids, drafts, strict=True)))


def by_grid(order: Order, line: OrderLine, drafts: list[OrderLineDraft], actor: User) -> None:
    keys = [line_key(line), *(draft.client_uuid for draft in drafts[1:])]
    rows = [GridLine(key, draft) for key, draft in zip(keys, drafts, strict=True) if key is not None]
    assert len(rows) == len(drafts)
    save_order_lines(order_id=order.pk, lines=rows, actor=actor)


SAVINGS = pytest.mark.parametrize("save", [by_form, by_grid])
Save = Callable[[Order, OrderLine, list[OrderLineDraft], User], None]


@SAVINGS
def test_what_the_quote_agreed_is_saved_without_the_right_to_set_prices(world: World, save: Save) -> None:
    order, line = ordered(world)

    save(order, line, [as_quoted(line, sales_quantity=Decimal(4), sales_unit="")], world.alice)

    line.refresh_from_db()
    assert (line.unit_price, line.net.amount) == (Decimal("9.5"), 38)


@SAVINGS
@pytest.mark.parametrize("change", [{"unit_price": Decimal(1)}, {"discount_percent": Decimal(90)}])
def test_another_price_on_a_quoted_line_needs_the_right(world: World, save: Save, change: dict[str, Decimal]) -> None:
    order, line = ordered(world)

    with pytest.raises(NotAllowed):
        save(order, line, [as_quoted(line, **change)], world.alice)
    save(order, line, [as_quoted(line, **change)], world.boss)

    line.refresh_from_db()
    assert line.net.amount < 95


@SAVINGS
def test_a_priced_line_added_to_a_quoted_order_needs_the_right(world: World, save: Save) -> None:
    order, line = ordered(world)
    added = OrderLineDraft(world.mug.pk, Decimal(5), unit_price=Decimal("0.01"), client_uuid=uuid4())

    with pytest.raises(NotAllowed):
        save(order, line, [as_quoted(line), added], world.alice)

    assert OrderLine.objects.filter(order=order).count() == 1


def test_only_the_accepted_version_becomes_an_order(world: World) -> None:
    quote_id = offer(world, price="5")
    first = QuoteVersion.objects.get(quote=quote_id)
    revise_quote(quote_id=quote_id, actor=world.boss)
    dearer = [QuoteLineDraft(world.bolt.pk, Decimal(10), unit_price=Decimal(9))]
    version = Quote.objects.get(pk=quote_id).version
    save_quote(quote_id=quote_id, version=version, actor=world.boss, lines=dearer)
    send_quote(quote_id=quote_id, actor=world.boss, business_date=TODAY)
    second_id = accept_quote(quote_id=quote_id, actor=world.boss, business_date=TODAY, name="Wile E.")

    with pytest.raises(OrderNotEditable, match=r"Version 2 of .* was accepted, not version 1"):
        create_order_from_quote(quote_version_id=first.pk, actor=world.alice, business_date=TODAY)
    order_id = create_order_from_quote(quote_version_id=second_id, actor=world.alice, business_date=TODAY)

    assert list(Order.objects.values_list("pk", "net")) == [(order_id, 90)]


def test_an_order_from_a_quote_stays_its_customers(world: World) -> None:
    order, line = ordered(world)
    other = factories.make_account(company=world.company, code="OTHER", name="Other Ltd")

    with pytest.raises(OrderNotEditable, match="its customer stays"):
        save_order(order_id=order.pk, version=order.version, actor=world.alice, header={"account_id": other.pk})
    save_order(order_id=order.pk, version=order.version, actor=world.alice, header={"account_id": world.acme.pk})

    order.refresh_from_db()
    line.refresh_from_db()
    assert (order.account_id, line.unit_price) == (world.acme.pk, Decimal("9.5"))
