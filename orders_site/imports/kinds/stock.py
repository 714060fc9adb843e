"""Stock as it was counted: each row says how much lies in a bin, and the difference is posted as a correction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from catalog.selectors import cards_by_code
from inventory.models import Bin, BinStock
from inventory.services import AdjustmentDraft, AdjustmentLineDraft, adjust_stock, lock_supply
from orders_site.imports.kinds.base import Field, Group, Kind, Scope
from orders_site.imports.values import shown

FIELDS = (
    Field("warehouse", "Warehouse", "code", ("warehouse", "site", "location"), "The code of a warehouse",
          is_required=True),
    Field("sku", "SKU", "code", ("sku", "article", "articleno", "item", "itemno", "product", "productcode", "code"),
          "Or a barcode", is_required=True),
    Field("counted", "Counted", "number", ("counted", "quantity", "qty", "onhand", "stock"),
          "What is there, in stock units; not the difference", is_required=True),
    Field("bin", "Bin", "code", ("bin", "place", "shelf"), "The warehouse's default bin if empty"),
    Field("unit_cost", "Cost of one", "number", ("unitcost", "cost"), "For what is found; the average if empty"),
    Field("reason", "Reason", guesses=("reason", "why"), hint="Such as opening stock, or count of March",
          is_required=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counted:
    """One bin's difference for one product."""

    warehouse_id: int
    bin_id: int
    product_id: int
    difference: Decimal
    unit_cost: Decimal | None
    reason: str


def check(groups: Sequence[Group], scope: Scope) -> None:
    """Three queries for any number of groups."""
    cards = cards_by_code({group.value("sku") for group in groups}, account_id=None)
    bins = _bins(groups, scope)
    places: dict[int, tuple[int, int, int]] = {}
    for group in groups:
        card, code = cards.get(group.value("sku")), group.value("warehouse").upper()
        found = bins.get((code, str(group.value("bin", "")).upper()))
        if card is None:
            group.wrong("sku", f"There is no product {group.value('sku')}.")
        elif card.kind != "stocked":
            group.wrong("sku", f"{card.sku} is not kept in stock.")
        elif card.is_whole and group.value("counted") % 1:
            group.wrong("counted", f"{card.sku} is counted in whole {card.stock_unit}.")
        if found is None:
            is_known = any(warehouse == code for warehouse, _ in bins)
            what = f"no bin {group.value('bin') or 'by default'}" if is_known else "no such warehouse in this company"
            group.wrong("bin" if is_known else "warehouse", f"{group.value('warehouse')}: there is {what}.")
        if group.value("counted") < 0:
            group.wrong("counted", "What is there cannot be less than nothing.")
        if group.value("unit_cost", 0) < 0:
            group.wrong("unit_cost", "A cost must not be negative.")
        if not group.is_wrong and card and found:
            places[id(group)] = (*found, card.id)
    _decide([group for group in groups if id(group) in places], places)


def _bins(groups: Sequence[Group], scope: Scope) -> dict[tuple[str, str], tuple[int, int]]:
    """(warehouse, bin) by (code, code); the default bin also by the empty code."""
    codes = {group.value("warehouse").upper() for group in groups}
    rows = Bin.objects.filter(warehouse__company=scope.company, warehouse__is_active=True, is_sellable=True)
    found = {}
    for code, name, warehouse_id, bin_id, is_default in rows.values_list(
        "warehouse__code", "code", "warehouse_id", "pk", "is_default"
    ):
        if code.upper() in codes:
            found[code.upper(), name.upper()] = (warehouse_id, bin_id)
            if is_default:
                found[code.upper(), ""] = (warehouse_id, bin_id)
    return found


def _decide(groups: Sequence[Group], places: dict[int, tuple[int, int, int]]) -> None:
    """What the difference to what lies there now is."""
    pairs = {places[id(group)][1:] for group in groups}
    rows = BinStock.objects.filter(bin_id__in={pair[0] for pair in pairs}, product_id__in={pair[1] for pair in pairs})
    lying = {(bin_id, product_id): there for bin_id, product_id, there in rows.values_list(
        "bin_id", "product_id", "quantity")}  # fmt: skip
    times = Counter(places[id(group)][1:] for group in groups)
    for group in groups:
        warehouse_id, bin_id, product_id = places[id(group)]
        if times[bin_id, product_id] > 1:
            group.wrong("sku", "Another row counts the same product in the same bin.")
            continue
        there = lying.get((bin_id, product_id))
        counted, cost = group.value("counted"), group.value("unit_cost")
        difference = counted - (there or 0)
        group.outcome = "same" if not difference else "changed" if there else "new"
        group.draft = Counted(warehouse_id, bin_id, product_id, difference, cost, group.value("reason"))
        if difference:
            group.changes = [("On hand", shown(there or Decimal(0)), shown(counted))]
        if difference > 0 and not there and cost is None:
            group.head.warnings["unit_cost"] = "Without a cost what is found is worth what stock is worth now."


def lock(groups: Sequence[Group], scope: Scope) -> None:
    """Hold the stock still from the last look at it until the difference is written."""
    counted: list[Counted] = [group.draft for group in groups if group.draft]
    if counted:
        lock_supply(
            company_id=scope.company.pk,
            product_ids={each.product_id for each in counted},
            warehouse_ids={each.warehouse_id for each in counted},
            actor=scope.actor,
        )


def apply(groups: Sequence[Group], scope: Scope) -> list[int | None]:
    """One correction per warehouse and reason of the batch, all in one set."""
    by_document: dict[tuple[int, str], list[Counted]] = {}
    for group in groups:
        by_document.setdefault((group.draft.warehouse_id, group.draft.reason), []).append(group.draft)
    drafts = [
        AdjustmentDraft(
            company=scope.company,
            warehouse_id=warehouse_id,
            reason=reason,
            business_date=scope.today,
            lines=tuple(
                AdjustmentLineDraft(each.product_id, each.bin_id, each.difference, each.unit_cost) for each in counted
            ),
        )
        for (warehouse_id, reason), counted in by_document.items()
    ]
    ids = dict(zip(by_document, adjust_stock(drafts=drafts, actor=scope.actor), strict=True))
    return [ids[group.draft.warehouse_id, group.draft.reason] for group in groups]


STOCK = Kind(
    name="stock",
    label="Stock",
    noun="counts",
    right="inventory.adjust_stock",
    key=("warehouse", "bin", "sku"),
    fields=FIELDS,
    check=check,
    apply=apply,
    lock=lock,
    rehearses=True,
    url_name="inventory:adjustment",
    about="What lies where, opening stock or a count. The difference to what is known is posted.",
)
