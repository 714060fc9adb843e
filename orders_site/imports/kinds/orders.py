"""Orders: one row per line; the rows of one account and customer reference make one order."""

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Q
from django.db.models.functions import Upper

from catalog.models import Account, CustomerPartNumber
from catalog.selectors import ProductCard, cards_by_code, product_cards
from core.access import may
from inventory.models import Warehouse
from orders.drafts import OrderDraft, OrderLineDraft
from orders.models import Order, OrderLine
from orders.services import create_orders
from orders.services.parties import load_parties
from orders.states import OrderStatus
from orders_site.imports.kinds.base import Field, Group, Kind, ReadRow, Scope

SET_PRICE = "orders.set_price"
FIELDS = (
    Field("account", "Account", "code", ("account", "customer", "customerno", "accountcode", "customernumber"),
          is_required=True),
    Field("customer_reference", "Customer reference", "code", ("customerreference", "reference", "po", "ponumber",
          "purchaseorder", "orderno", "ordernumber"), "Rows with the same one make one order", is_required=True),
    Field("sku", "SKU", "code", ("sku", "article", "articleno", "item", "itemno", "product", "productcode", "code"),
          "A barcode or the customer's own number will do", is_required=True, is_part=True),
    Field("quantity", "Quantity", "number", ("quantity", "qty", "ordered"), is_required=True, is_part=True),
    Field("unit", "Unit", "code", ("unit", "uom"), "The sales unit if empty", is_part=True),
    Field("warehouse", "Warehouse", "code", ("warehouse", "site", "shipfrom"), "The code of a warehouse",
          is_required=True),
    Field("requested_on", "Requested on", "day", ("requestedon", "requested", "deliverydate", "wanted", "date"),
          "Today if empty"),
    Field("unit_price", "Price by hand", "number", ("unitprice", "price"), "Needs its own right", is_part=True),
    Field("discount_percent", "Discount by hand, %", "number", ("discount", "discountpercent"), "Needs its own right",
          is_part=True),
    Field("line_note", "Note of the line", guesses=("linenote",), is_part=True),
    Field("note", "Note of the order", guesses=("note", "remark", "comment")),
)  # fmt: skip


def import_key(account_id: int, reference: str) -> str:
    """What an order from a file is known by: its account and the customer's reference, in any case."""
    return f"{account_id}:{reference.upper()}"[:80]


def check(groups: Sequence[Group], scope: Scope) -> None:
    """Ten queries at most for any number of groups."""
    codes = {group.value("account").upper() for group in groups}
    rows = Account.objects.annotate(upper_code=Upper("code")).filter(upper_code__in=codes)
    accounts = dict(rows.values_list("upper_code", "pk"))
    parties = load_parties(scope.company, accounts.values())
    known = Warehouse.objects.filter(company=scope.company, is_active=True).values_list("code", "pk")
    warehouses = {code.upper(): pk for code, pk in known}
    cards = cards_by_code({row.values["sku"] for group in groups for row in group.rows}, account_id=None)
    own = _own_numbers(groups, accounts, cards)
    for group in groups:
        account_id = accounts.get(group.value("account").upper())
        warehouse_id = warehouses.get(group.value("warehouse").upper())
        if account_id not in parties:
            group.wrong("account", f"{group.value('account')} is no customer of {scope.company.name}.")
        if warehouse_id is None:
            group.wrong("warehouse", f"There is no warehouse {group.value('warehouse')} in this company.")
        if len(group.value("customer_reference")) > 60:
            group.wrong("customer_reference", "At most 60 characters fit here.")
        lines = [_line(group, row, account_id, cards, own, scope) for row in group.rows]
        if group.is_wrong or account_id is None or warehouse_id is None:
            continue
        group.outcome = "new"
        group.draft = _draft(group, account_id, warehouse_id, [line for line in lines if line], scope)
    _compare([group for group in groups if group.draft], scope)


def _own_numbers(
    groups: Sequence[Group], accounts: dict[str, int], cards: dict[str, ProductCard]
) -> dict[tuple[int, str], ProductCard]:
    """The cards of codes that are the customer's own numbers. Two queries, none where every code is ours."""
    strange = {row.values["sku"].upper() for group in groups for row in group.rows if row.values["sku"] not in cards}
    if not strange:
        return {}
    numbers = CustomerPartNumber.objects.annotate(upper_number=Upper("number"))
    found = numbers.filter(account_id__in=accounts.values(), upper_number__in=strange)
    products = {(account, number): pk for account, number, pk in found.values_list(
        "account_id", "upper_number", "product_id")}  # fmt: skip
    by_id = product_cards(ids=products.values())
    return {key: by_id[product_id] for key, product_id in products.items()}


def _line(
    group: Group,
    row: ReadRow,
    account_id: int | None,
    cards: dict[str, ProductCard],
    own: dict[tuple[int, str], ProductCard],
    scope: Scope,
) -> OrderLineDraft | None:
    """One line as the row wants it; what only the order's own rules know is told by the rehearsal."""
    code = row.values["sku"]
    card = cards.get(code) or own.get((account_id or 0, code.upper()))
    if card is None:
        group.wrong("sku", f"There is no product {code}.", row)
        return None
    if not card.can_be_sold:
        group.wrong("sku", f"{card.sku} is discontinued.", row)
    unit = row.values.get("unit", "")
    if unit and unit not in card.units:
        group.wrong("unit", f"{card.sku} is not sold by {unit}; choose {', '.join(sorted(card.units))}.", row)
    if row.values["quantity"] <= 0:
        group.wrong("quantity", "Enter a quantity greater than zero.", row)
    for name in ("unit_price", "discount_percent"):
        if name in row.values and not may(scope.actor, SET_PRICE):
            group.wrong(name, "You may not set prices by hand. Leave this column out.", row)
    return OrderLineDraft(
        product_id=card.id,
        sales_quantity=row.values["quantity"],
        sales_unit=unit or card.sales_unit,
        unit_price=row.values.get("unit_price"),
        discount_percent=row.values.get("discount_percent"),
        note=row.values.get("line_note", "")[:200],
    )


def _draft(
    group: Group, account_id: int, warehouse_id: int, lines: Sequence[OrderLineDraft], scope: Scope
) -> OrderDraft:
    reference = group.value("customer_reference")
    return OrderDraft(
        company_id=scope.company.pk,
        account_id=account_id,
        business_date=scope.today,
        requested_on=group.value("requested_on") or scope.today,
        warehouse_id=warehouse_id,
        lines=tuple(lines),
        customer_reference=reference,
        import_key=import_key(account_id, reference),
        note=group.value("note", ""),
    )


def _compare(groups: Sequence[Group], scope: Scope) -> None:
    """An order with the reference is there already: the same lines change nothing, others are a person's business.

    Two queries. An order by hand with the same reference counts too, unless it was cancelled.
    """
    drafts: list[OrderDraft] = [group.draft for group in groups]
    by_hand = Q(account_id__in={draft.account_id for draft in drafts}) & Q(
        customer_reference__in={draft.customer_reference for draft in drafts}
    )
    by_key = Q(import_key__in={draft.import_key for draft in drafts})
    orders = Order.objects.filter(by_key | by_hand & ~Q(status=OrderStatus.CANCELLED), company=scope.company)
    found = {import_key(order.account_id, order.customer_reference): order for order in orders.order_by("pk")}
    lines: dict[int, list[tuple[int, Decimal, str]]] = {order.pk: [] for order in found.values()}
    for line in OrderLine.objects.filter(order__in=lines).only(
        "order_id", "product_id", "sales_quantity", "sales_unit"
    ):
        lines[line.order_id].append((line.product_id, line.sales_quantity, line.sales_unit))
    for group in groups:
        order = found.get(group.draft.import_key)
        if order is None:
            continue
        wanted = sorted((line.product_id, line.sales_quantity, line.sales_unit) for line in group.draft.lines)
        group.target_id = order.pk
        group.outcome = "same"
        if order.status == OrderStatus.CANCELLED:
            group.wrong("customer_reference", f"{order} has this reference and was cancelled. Give another one.")
        elif sorted(lines[order.pk]) != wanted:
            group.wrong("customer_reference", f"{order} has this reference, with other lines. Change it on its page.")


def apply(groups: Sequence[Group], scope: Scope) -> list[int | None]:
    """All as drafts in one set, priced at today's agreements; people confirm them."""
    return list(create_orders(drafts=[group.draft for group in groups], actor=scope.actor))


ORDERS = Kind(
    name="orders",
    label="Orders",
    noun="orders",
    right="orders.enter_order",
    key=("account", "customer_reference"),
    fields=FIELDS,
    check=check,
    apply=apply,
    batch=100,
    rehearses=True,
    url_name="orders:detail",
    about="One row per line; rows with the same account and reference make one order, entered as a draft.",
)
