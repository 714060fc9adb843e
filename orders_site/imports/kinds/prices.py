"""Prices: one row each, and one more for every further quantity of a scale. What was used once ends, never changes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models.functions import Upper

from catalog.condition_drafts import condition_of, condition_wrong
from catalog.drafts import ConditionDraft, ScaleDraft
from catalog.models import Account, ConditionRecord, ConditionScale, PriceGroup, PriceList
from catalog.pricing.procedure import ACCOUNT_PRODUCT, GROUP_PRODUCT, PRODUCT
from catalog.selectors import ProductCard, cards_by_code
from catalog.services import set_conditions
from core.wording import day
from orders_site.imports.kinds.base import Field, Group, Kind, Scope
from orders_site.imports.values import shown

FIELDS = (
    Field("sku", "SKU", "code", ("sku", "article", "articleno", "item", "itemno", "product", "productcode", "code"),
          "Or a barcode", is_required=True),
    Field("price", "Price", "number", ("price", "unitprice", "listprice", "netprice", "rate"), is_required=True,
          is_part=True),
    Field("from_quantity", "From quantity", "number", ("fromquantity", "minquantity", "scale", "from"),
          "Empty or 0 for the first row of a scale", is_part=True),
    Field("currency", "Currency", "upper", ("currency", "curr"), "The company's if empty"),
    Field("unit", "Unit", "code", ("unit", "uom"), "The stock unit if empty"),
    Field("price_unit", "Per how many", "count", ("priceunit", "per"), "1 if empty"),
    Field("valid_from", "First day", "day", ("validfrom", "startdate", "start"), is_required=True),
    Field("last_day", "Last day", "day", ("validto", "validuntil", "enddate", "end"), "Open if empty"),
    Field("account", "Account", "code", ("account", "customer", "customerno", "accountcode"), "Only for this account"),
    Field("price_group", "Price group", "code", ("pricegroup", "group"), "Only for this group"),
    Field("price_list", "Price list", "code", ("pricelist", "list"), "The code of a list of the company"),
)  # fmt: skip
LABELS = {each.name: each.label for each in FIELDS}
_COLUMNS = {
    "product": "sku", "rate": "price", "valid_until": "last_day", "account": "account", "price_group": "price_group",
    "price_list": "price_list", "currency": "currency", "unit": "unit", "price_unit": "price_unit",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Holding:
    """A price that holds now for a key, with its scale."""

    rate: Decimal
    price_unit: int
    scale: tuple[tuple[Decimal, Decimal], ...]
    begins: date | None
    until: date | None

    @property
    def figures(self) -> tuple[Any, ...]:
        """What makes two prices the same."""
        return self.rate, self.price_unit, self.scale, self.until

    def holds_on(self, on: date) -> bool:
        """Whether it holds on the day."""
        return (self.begins is None or self.begins <= on) and (self.until is None or self.until > on)


def check(groups: Sequence[Group], scope: Scope) -> None:
    """Six queries at most for any number of groups."""
    cards = cards_by_code({group.value("sku") for group in groups}, account_id=None)
    named = _named(groups, scope)
    keys: dict[int, str] = {}
    for group in groups:
        card = cards.get(group.value("sku"))
        if card is None:
            group.wrong("sku", f"There is no product {group.value('sku')}.")
            continue
        group.draft = _draft(group, card, named, scope)
        for name, sentence in condition_wrong(group.draft, card).items():
            _note(group, name, sentence)
        if not group.is_wrong:
            keys[id(group)] = condition_of(group.draft, card).key
    holding = _holding(set(keys.values()))
    for group in groups:
        if id(group) in keys:
            _decide(group, holding[keys[id(group)]])


def _named(groups: Sequence[Group], scope: Scope) -> dict[str, dict[str, int]]:
    """Accounts, price groups and price lists by the codes that the rows name, in capitals."""
    codes = {str(group.value("account")).upper() for group in groups if group.value("account")}
    accounts = Account.objects.annotate(upper_code=Upper("code")).filter(upper_code__in=codes)
    lists = PriceList.objects.filter(company=scope.company)
    return {
        "account": dict(accounts.values_list("upper_code", "pk")),
        "price_group": {code.upper(): pk for code, pk in PriceGroup.objects.values_list("code", "pk")},
        "price_list": {code.upper(): pk for code, pk in lists.values_list("code", "pk")},
    }


def _draft(group: Group, card: ProductCard, named: Mapping[str, Mapping[str, int]], scope: Scope) -> ConditionDraft:
    """The price as the rows want it. Its access follows from whether an account or a group is named."""
    ids: dict[str, int | None] = {}
    for name, known in named.items():
        code = group.value(name)
        ids[name] = known.get(str(code).upper()) if code else None
        if code and ids[name] is None:
            group.wrong(name, f"There is no {LABELS[name].lower()} with code {code}.")
    if group.value("account") and group.value("price_group"):
        group.wrong("price_group", "A price is for an account or for a group, not for both.")
    for_whom = ACCOUNT_PRODUCT if group.value("account") else GROUP_PRODUCT if group.value("price_group") else PRODUCT
    first = [row for row in group.rows if not row.values.get("from_quantity")]
    if len(first) != 1:
        group.wrong("from_quantity", "Exactly one row of a price is without a quantity to begin from.")
    last = group.value("last_day")
    return ConditionDraft(
        company_id=scope.company.pk,
        rate=(first or group.rows)[0].values["price"],
        valid_from=group.value("valid_from"),
        valid_until=last + timedelta(days=1) if last else None,
        access=for_whom.name,
        product_id=card.id,
        account_id=ids["account"],
        price_group_id=ids["price_group"],
        price_list_id=ids["price_list"],
        currency=group.value("currency") or scope.company.functional_currency,
        unit=group.value("unit") or "",
        price_unit=group.value("price_unit") or 1,
        scale=tuple(
            ScaleDraft(row.values["from_quantity"], row.values["price"])
            for row in group.rows
            if row.values.get("from_quantity")
        ),
    )


def _note(group: Group, name: str, sentence: str) -> None:
    """Put a sentence of the room's check at its column: ``scale-1-rate`` at the row of that step."""
    parts = name.split("-")
    if parts[0] != "scale":
        group.wrong(_COLUMNS.get(name, "sku"), sentence)
        return
    steps = [row for row in group.rows if row.values.get("from_quantity")]
    group.wrong("from_quantity" if parts[2] == "start" else "price", sentence, steps[int(parts[1])])


def _holding(keys: set[str]) -> dict[str, list[Holding]]:
    """What holds, ever, for these keys. Two queries."""
    scales: defaultdict[int, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    steps = ConditionScale.objects.filter(record__key__in=keys).order_by("start")
    for record_id, start, rate in steps.values_list("record_id", "start", "rate"):
        scales[record_id].append((start, rate))
    found: defaultdict[str, list[Holding]] = defaultdict(list)
    for record in ConditionRecord.objects.filter(key__in=keys, valid__isempty=False):
        scale = tuple(scales[record.pk])
        found[record.key].append(Holding(record.rate, record.price_unit, scale, record.valid.lower, record.valid.upper))
    return found


def _decide(group: Group, holding: Sequence[Holding]) -> None:
    """New, the same, or instead of what holds on the first day; never over a price that begins on it or later."""
    draft: ConditionDraft = group.draft
    scale = tuple(sorted((step.start, step.rate) for step in draft.scale))
    figures = (draft.rate, draft.price_unit, scale, draft.valid_until)
    now = next((each for each in holding if each.holds_on(draft.valid_from)), None)
    group.outcome = "new"
    if now and now.figures == figures:
        group.outcome = "same"
        return
    if now and now.begins == draft.valid_from:
        group.wrong("price", "Another price begins on this very day. Withdraw it first, or begin on a later day.")
        return
    later = [each.begins for each in holding if each.begins and each.begins > draft.valid_from]
    inside = [begins for begins in later if draft.valid_until is None or begins < draft.valid_until]
    if inside:
        group.wrong("valid_from", f"Another price begins on {day(min(inside))}. Say a last day before that.")
    elif now:
        group.outcome = "changed"
        group.changes = [("Price", _words(now.rate, now.price_unit, now.scale), _words(*figures[:3]))]


def _words(rate: Decimal, price_unit: int, scale: Sequence[tuple[Decimal, Decimal]]) -> str:
    steps = "".join(f", from {shown(start)}: {shown(step)}" for start, step in scale)
    return shown(rate) + (f" per {price_unit}" if price_unit != 1 else "") + steps


def apply(groups: Sequence[Group], scope: Scope) -> list[int | None]:
    """All in one set; what holds when a price begins ends there."""
    return list(set_conditions(drafts=[group.draft for group in groups], replace=True, actor=scope.actor))


PRICES = Kind(
    name="prices",
    label="Prices",
    noun="prices",
    right="catalog.maintain_price",
    key=("sku", "account", "price_group", "currency", "unit", "valid_from"),
    fields=FIELDS,
    check=check,
    apply=apply,
    batch=500,
    rehearses=True,
    url_name="catalog:price",
    about="Prices for everybody, a group or an account. A further row of the same price adds a step of its scale.",
)
