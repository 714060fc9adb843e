"""What a condition draft means: its canonical key, its completed values, and what is wrong with it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from catalog import checks
from catalog.drafts import ConditionDraft
from catalog.pricing.procedure import ACCESSES, CONDITION_TYPES, LINE_DISCOUNT, ORDER_DISCOUNT, PRICE
from catalog.pricing.types import KeyField
from catalog.selectors.products import ProductCard
from catalog.trace import Calculation
from core.money import PRICE_PLACES

LARGEST_RATE = Decimal(10) ** 13  # numeric(19,6) holds thirteen digits before the point

CALCULATIONS: Mapping[str, frozenset[str]] = {
    PRICE.code: frozenset({Calculation.PER_UNIT}),
    LINE_DISCOUNT.code: frozenset({Calculation.PERCENT, Calculation.PER_UNIT}),
    ORDER_DISCOUNT: frozenset({Calculation.PERCENT, Calculation.AMOUNT}),
}
_KEY_COLUMNS = {
    KeyField.ACCOUNT: "account_id",
    KeyField.PRICE_GROUP: "price_group_id",
    KeyField.AGREEMENT_LINE: "agreement_line_id",
    KeyField.PRODUCT: "product_id",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A sound draft with its canonical key. ``name`` is how sentences call it."""

    draft: ConditionDraft
    key: str
    key_values: list[int]
    currency: str
    unit: str
    name: str


def condition_of(draft: ConditionDraft, card: ProductCard | None) -> Condition:
    """Complete a sound draft: the stock unit where none is named, no currency for a percentage."""
    access = ACCESSES[draft.condition_type][draft.access]
    values = [getattr(draft, _KEY_COLUMNS[key_field]) for key_field in access.fields]
    is_percent = draft.calculation == Calculation.PERCENT
    per_unit = draft.calculation == Calculation.PER_UNIT
    unit = (draft.unit or (card.stock_unit if card else "")) if per_unit or draft.scale else draft.unit
    currency = "" if is_percent else draft.currency
    parts = [draft.condition_type, draft.access, str(draft.company_id), *(str(value) for value in values)]
    return Condition(
        draft=draft,
        key="|".join([*parts, currency, unit]),
        key_values=values,
        currency=currency,
        unit=unit,
        name=card.sku if card else CONDITION_TYPES[draft.condition_type],
    )


def condition_wrong(draft: ConditionDraft, card: ProductCard | None) -> dict[str, str]:
    """Everything that is wrong with a draft, by field; ``card`` is its product, if it names one."""
    if draft.condition_type not in CONDITION_TYPES:
        return {"condition_type": "Choose what kind of condition this is."}
    access = ACCESSES[draft.condition_type].get(draft.access)
    if access is None:
        return {"access": "Choose for whom and what this holds."}
    found: dict[str, str] = {}
    needed = {_KEY_COLUMNS[key_field] for key_field in access.fields}
    for column in _KEY_COLUMNS.values():
        if (getattr(draft, column) is not None) != (column in needed):
            field = column.removesuffix("_id")
            found[field] = "This is needed here." if column in needed else f"Leave this empty: it is for {access.name}."
    if draft.calculation not in CALCULATIONS[draft.condition_type]:
        found["calculation"] = "Choose how this is calculated."
    if draft.valid_until is not None and draft.valid_until <= draft.valid_from:
        found["valid_until"] = "This ends before it begins."
    if not 0 < draft.price_unit <= 1_000_000:
        found["price_unit"] = "Enter a price unit from 1 to 1,000,000."
    return found | _wrong_rates(draft) | _wrong_unit(draft, card)


def _wrong_rates(draft: ConditionDraft) -> dict[str, str]:
    found: dict[str, str] = {}
    is_percent = draft.calculation == Calculation.PERCENT
    wrong = checks.number(draft.rate, places=PRICE_PLACES, most=LARGEST_RATE)
    if not wrong and is_percent and draft.rate > 100:
        wrong = "Enter a percentage from 0 to 100."
    if wrong:
        found["rate"] = wrong
    if not is_percent:
        no_currency = checks.currency(draft.currency)
        if no_currency:
            found["currency"] = no_currency
    starts: set[Decimal] = set()
    for index, row in enumerate(draft.scale):
        wrong = checks.number(row.start) or ("Enter a start greater than zero." if not row.start else None)
        if wrong or row.start in starts:
            found[f"scale-{index}-start"] = wrong or "There are two rows with this start."
        wrong = checks.number(row.rate, places=PRICE_PLACES, most=LARGEST_RATE)
        if wrong or (is_percent and row.rate > 100):
            found[f"scale-{index}-rate"] = wrong or "Enter a percentage from 0 to 100."
        starts.add(row.start)
    return found


def _wrong_unit(draft: ConditionDraft, card: ProductCard | None) -> dict[str, str]:
    if card is None:
        needs_product = draft.calculation == Calculation.PER_UNIT or draft.unit
        return {"unit": "An amount per unit needs a product."} if needs_product else {}
    if draft.unit and draft.unit not in card.units:
        return {"unit": f"{card.sku} has no unit {draft.unit[:8]}; its units are {', '.join(sorted(card.units))}."}
    return {}
