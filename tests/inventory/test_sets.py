"""Commands on sets: ten and two hundred take the same statements; and every verb from every status."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal

import pytest

from core.errors import TransitionRefused
from core.models import Company, User
from inventory.errors import SupplyRefused
from inventory.models import Commitment, SupplyLine, SupplyOrder, Warehouse
from inventory.services import (
    AdjustmentDraft,
    AdjustmentLineDraft,
    ReceiptDraft,
    SupplyDraft,
    SupplyLineDraft,
    adjust_stock,
    cancel_supply_orders,
    change_expected_dates,
    close_supply_orders,
    create_supply_orders,
    place_supply_orders,
    promise,
    receive_supplies,
    release,
)
from inventory.states import SUPPLY_ORDER_TRANSITIONS, SupplyOrderStatus
from tests.inventory.makers import TODAY, day, demand, make_product, make_supplier
from tests.support.statements import Statements

Counting = Callable[[], AbstractContextManager[Statements]]


def life_of_supply(warehouse: Warehouse, size: int, system: User, count: Counting) -> dict[str, int]:
    """Statements per command in the life of so many products, whose promises are partly given back and broken."""
    company, products = warehouse.company, [make_product() for _ in range(size)]
    supplier = make_supplier()
    drafts = [
        SupplyDraft(
            company.pk,
            supplier.pk,
            warehouse.pk,
            "GBP",
            TODAY,
            tuple(SupplyLineDraft(product.pk, Decimal(10), day(5), Decimal(4)) for product in part),
        )
        for part in (products[: size // 2], products[size // 2 :])
    ]
    demands = [demand(product=each, warehouse=warehouse, quantity="8", on=day(6), key=each.pk) for each in products]
    counts: dict[str, int] = {}

    def run(name: str, step: Callable[[], object]) -> None:
        with count() as seen:
            step()
        counts[name] = seen.count

    run("create", lambda: create_supply_orders(drafts=drafts, actor=system))
    run("promise", lambda: promise(company_id=company.pk, demands=demands, business_date=TODAY, actor=system))
    lines = list(SupplyLine.objects.filter(product__in=products))
    run(
        "slip",
        lambda: change_expected_dates(
            changes={line.pk: day(9) for line in lines}, reason="late", actor=system, business_date=TODAY
        ),
    )
    commitments = list(Commitment.objects.filter(product__in=products).values_list("pk", flat=True))
    run(
        "release",
        lambda: release(
            company_id=company.pk,
            reductions=dict.fromkeys(commitments, Decimal(3)),
            source_type="order",
            source_id=1,
            business_date=TODAY,
            actor=system,
        ),
    )
    orders = sorted({line.order_id for line in lines})
    run("receive", lambda: receive_supplies(receipts=[ReceiptDraft(pk, TODAY) for pk in orders], actor=system))
    loss = tuple(AdjustmentLineDraft(product.pk, None, Decimal(-7)) for product in products)
    run(
        "lose",
        lambda: adjust_stock(drafts=[AdjustmentDraft(company, warehouse.pk, "fire", TODAY, loss)], actor=system),
    )
    return counts


def test_ten_and_two_hundred_take_the_same_statements(
    main: Warehouse, system: User, count_statements: Counting
) -> None:
    few = life_of_supply(main, 10, system, count_statements)
    many = life_of_supply(main, 200, system, count_statements)

    assert few == many


VERBS = {
    "order": lambda pk, actor: place_supply_orders(order_ids=[pk], actor=actor),
    "close": lambda pk, actor: close_supply_orders(order_ids=[pk], actor=actor, business_date=TODAY),
    "cancel": lambda pk, actor: cancel_supply_orders(order_ids=[pk], reason="no", actor=actor, business_date=TODAY),
}
WAYS = {"draft": (), "ordered": ("order",), "closed": ("order", "close"), "cancelled": ("cancel",)}


@pytest.mark.parametrize("status", SupplyOrderStatus.values)
@pytest.mark.parametrize("verb", SUPPLY_ORDER_TRANSITIONS)
def test_every_verb_from_every_status(company: Company, main: Warehouse, system: User, status: str, verb: str) -> None:
    line = SupplyLineDraft(make_product().pk, Decimal(1), day(5), Decimal(4))
    draft = SupplyDraft(company.pk, make_supplier().pk, main.pk, "GBP", TODAY, (line,))
    pk = create_supply_orders(drafts=[draft], actor=system, place=False)[0]
    for step in WAYS[status]:
        VERBS[step](pk, system)
    move = SUPPLY_ORDER_TRANSITIONS[verb]

    if status in move.sources:
        VERBS[verb](pk, system)
    else:
        with pytest.raises(TransitionRefused):
            VERBS[verb](pk, system)

    expected = move.target if status in move.sources else status
    assert SupplyOrder.objects.get(pk=pk).status == expected


def test_a_reason_is_demanded_where_the_table_says_so(main: Warehouse, system: User) -> None:
    line = SupplyLineDraft(make_product().pk, Decimal(1), day(5), Decimal(4))
    draft = SupplyDraft(main.company_id, make_supplier().pk, main.pk, "GBP", TODAY, (line,))
    pk = create_supply_orders(drafts=[draft], actor=system)[0]

    with pytest.raises(SupplyRefused, match="reason"):
        cancel_supply_orders(order_ids=[pk], reason=" ", actor=system)
