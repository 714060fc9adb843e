"""From an offer to an order, version by version."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F

from catalog.drafts import ConditionDraft
from catalog.models import ConditionRecord
from catalog.services import set_conditions
from core.errors import NotAllowed, TransitionRefused
from core.system import system_user
from orders.errors import OrderNotEditable
from orders.models import Order, OrderLine
from orders.services import cancel_orders, create_order_from_quote
from quotes.drafts import QuoteDraft, QuoteLineDraft
from quotes.errors import QuoteEditedMeanwhile, QuoteNotEditable, QuoteRefused
from quotes.models import Quote, QuoteLine, QuoteVersion
from quotes.services import accept_quote, create_quote, decline_quote, revise_quote, save_quote, send_quote
from tests.factories import TODAY
from tests.world import World


def quote(world: World, **facts: object) -> Quote:
    lines = (
        QuoteLineDraft(world.bolt.pk, Decimal(10)),
        QuoteLineDraft(world.mug.pk, Decimal(5)),
        QuoteLineDraft(world.mug.pk, Decimal(50), kind="optional"),
    )
    draft = QuoteDraft(
        company_id=world.company.pk,
        account_id=world.acme.pk,
        warehouse_id=world.main.pk,
        business_date=TODAY,
        valid_until=facts.pop("valid_until", TODAY + timedelta(days=30)),
        lines=facts.pop("lines", lines),
    )
    return Quote.objects.get(pk=create_quote(draft=draft, actor=facts.pop("actor", world.alice)))


def test_options_are_offered_and_not_summed(world: World) -> None:
    version = quote(world).versions.get()

    assert (version.net.amount, version.tax.amount, version.gross.amount) == (130, Decimal("21.5"), Decimal("151.5"))
    assert version.lines.count() == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda version, line, draft: QuoteVersion.objects.filter(pk=version.pk).update(is_sent=False),
        lambda version, line, draft: QuoteVersion.objects.filter(pk=version.pk).delete(),
        lambda version, line, draft: QuoteLine.objects.filter(pk=line.pk).update(quantity=99),
        lambda version, line, draft: QuoteLine.objects.filter(pk=line.pk).update(version=draft, position=99),
        lambda version, line, draft: QuoteLine.objects.filter(version=draft).update(
            version=version, position=F("position") + 90
        ),
        lambda version, line, draft: QuoteLine.objects.filter(pk=line.pk).delete(),
        lambda version, line, draft: QuoteLine(
            **{name: value for name, value in vars(line).items() if name not in ("_state", "id")} | {"position": 99}
        ).save(),
    ],
)
def test_the_database_keeps_what_a_customer_was_sent(
    world: World, change: Callable[[QuoteVersion, QuoteLine, QuoteVersion], object]
) -> None:
    offer, other = quote(world), quote(world)
    send_quote(quote_id=offer.pk, actor=world.alice, business_date=TODAY)
    sent = offer.versions.get()
    line = sent.lines.order_by("position")[0]

    with pytest.raises(IntegrityError, match=r"was sent and does not change|is posted"), transaction.atomic():
        change(sent, line, other.versions.get())

    assert QuoteLine.objects.get(pk=line.pk).quantity == 10


def test_an_accepted_quote_becomes_an_order_to_the_cent(world: World) -> None:
    offer = quote(world)
    send_quote(quote_id=offer.pk, actor=world.alice, business_date=TODAY)
    version_id = accept_quote(quote_id=offer.pk, actor=world.alice, business_date=TODAY, name="Wile E.")

    order_id = create_order_from_quote(quote_version_id=version_id, actor=world.alice, business_date=TODAY)

    order = Order.objects.get(pk=order_id)
    assert (order.gross.amount, order.quote_version_id) == (Decimal("151.5"), version_id)
    assert [line.net.amount for line in OrderLine.objects.filter(order=order).order_by("position")] == [100, 30]


def accepted(world: World) -> int:
    """The version of a quote that the customer accepted: 10 bolts, 5 mugs, and 50 mugs as an option."""
    offer = quote(world)
    send_quote(quote_id=offer.pk, actor=world.alice, business_date=TODAY)
    return accept_quote(quote_id=offer.pk, actor=world.alice, business_date=TODAY, name="Wile E.")


def test_a_quote_is_taken_over_once_until_its_order_is_cancelled(world: World) -> None:
    version_id = accepted(world)
    first = create_order_from_quote(quote_version_id=version_id, actor=world.alice, business_date=TODAY)

    with pytest.raises(OrderNotEditable, match=r"taken over already: .* has BOLT-M8"):
        create_order_from_quote(quote_version_id=version_id, actor=world.alice, business_date=TODAY)
    assert Order.objects.count() == 1

    cancel_orders(order_ids=[first], reason="Wrong account", actor=world.boss)
    create_order_from_quote(quote_version_id=version_id, actor=world.alice, business_date=TODAY)
    assert Order.objects.count() == 2


def test_lines_of_a_quote_may_be_taken_over_one_by_one(world: World) -> None:
    version_id = accepted(world)
    bolts, mugs, option = QuoteLine.objects.filter(version=version_id).order_by("position").values_list("pk", flat=True)

    for line in (bolts, mugs, option):
        create_order_from_quote(quote_version_id=version_id, line_ids=[line], actor=world.alice, business_date=TODAY)

    for line in (bolts, mugs, option):
        with pytest.raises(OrderNotEditable, match="taken over already"):
            create_order_from_quote(
                quote_version_id=version_id, line_ids=[line], actor=world.alice, business_date=TODAY
            )
    assert Order.objects.count() == 3


def test_only_an_accepted_quote_becomes_an_order(world: World) -> None:
    version = quote(world).versions.get()

    with pytest.raises(OrderNotEditable, match="only an accepted quote"):
        create_order_from_quote(quote_version_id=version.pk, actor=world.alice, business_date=TODAY)


def test_a_sent_version_stays_and_a_change_is_the_next_one(world: World) -> None:
    offer = quote(world)
    send_quote(quote_id=offer.pk, actor=world.alice, business_date=TODAY)
    with pytest.raises(QuoteNotEditable):
        save_quote(quote_id=offer.pk, version=2, actor=world.alice, lines=[QuoteLineDraft(world.bolt.pk, Decimal(1))])

    revise_quote(quote_id=offer.pk, actor=world.alice)
    offer.refresh_from_db()
    save_quote(
        quote_id=offer.pk, version=offer.version, actor=world.alice, lines=[QuoteLineDraft(world.bolt.pk, Decimal(1))]
    )

    nets = [version.net.amount for version in QuoteVersion.objects.filter(quote=offer).order_by("number")]
    assert nets == [130, 10]


def test_two_people_in_one_quote_lose_nothing(world: World) -> None:
    offer = quote(world)
    save_quote(quote_id=offer.pk, version=offer.version, actor=world.alice, header={"customer_reference": "A"})

    with pytest.raises(QuoteEditedMeanwhile, match="saved by Alice"):
        save_quote(quote_id=offer.pk, version=offer.version, actor=world.boss, header={"customer_reference": "B"})


def test_what_is_over_is_neither_sent_nor_accepted(world: World) -> None:
    offer = quote(world, valid_until=TODAY)

    with pytest.raises(QuoteRefused, match="was valid until"):
        send_quote(quote_id=offer.pk, actor=world.alice, business_date=TODAY + timedelta(days=1))


def test_declining_needs_a_reason_and_ends_it(world: World) -> None:
    offer = quote(world)
    with pytest.raises(QuoteRefused):
        decline_quote(quote_id=offer.pk, reason=" ", actor=world.alice)

    decline_quote(quote_id=offer.pk, reason="Too dear", actor=world.alice)

    with pytest.raises(TransitionRefused):
        send_quote(quote_id=offer.pk, actor=world.alice, business_date=TODAY)


def test_prices_by_hand_need_their_own_right(world: World) -> None:
    line = QuoteLineDraft(world.bolt.pk, Decimal(1), unit_price=Decimal(9))

    with pytest.raises(NotAllowed):
        quote(world, lines=(line,))
    assert quote(world, lines=(line,), actor=world.boss).versions.get().net.amount == 9


def test_denied_and_nothing_written(world: World) -> None:
    with pytest.raises(NotAllowed):
        quote(world, actor=world.charlie)

    assert not Quote.objects.exists()


def test_a_price_by_hand_on_a_product_priced_per_hundred_is_saved_again_as_it_was(world: World) -> None:
    """The list asks 250.00 per 100 pieces; by hand a line is 2.00 each."""
    draft = ConditionDraft(
        company_id=world.company.pk, product_id=world.bolt.pk, rate=Decimal(250), price_unit=100, currency="GBP",
        valid_from=TODAY,
    )  # fmt: skip
    ConditionRecord.objects.filter(product=world.bolt).update(valid=DateRange(date(2020, 1, 1), TODAY))
    set_conditions(drafts=[draft], actor=system_user())
    offer = quote(
        world,
        lines=(
            QuoteLineDraft(world.bolt.pk, Decimal(200)),
            QuoteLineDraft(world.bolt.pk, Decimal(200), unit_price=Decimal(2)),
            QuoteLineDraft(world.bolt.pk, Decimal(200), discount_percent=Decimal(10)),
        ),
        actor=world.boss,
    )
    before = [(line.price_unit, line.net.amount) for line in QuoteLine.objects.order_by("position")]
    assert [net for _, net in before] == [500, 400, 450]

    again = tuple(
        QuoteLineDraft(line.product_id, line.sales_quantity, unit_price=line.unit_price if line.manual_price else None)
        for line in QuoteLine.objects.order_by("position")
    )
    save_quote(quote_id=offer.pk, version=offer.version, actor=world.boss, lines=again)

    after = [(line.price_unit, line.net.amount) for line in QuoteLine.objects.order_by("position")]
    assert after[:2] == before[:2]
