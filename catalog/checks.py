"""What is wrong with a draft, told field by field before anything is written. Pure: what must be known is handed in."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from stdnum import ean, get_cc_module
from stdnum.exceptions import ValidationError as NumberError

from catalog.drafts import AccountDraft, AddressDraft, ContactDraft, ProductDraft, UnitDraft
from catalog.models import Account, Product
from core.errors import DomainError
from core.rounding import LARGEST_QUANTITY, QUANTITY_PLACES, currency_exponent

Wrong = dict[str, str]  # field name -> sentence

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_COUNTRY = re.compile(r"[A-Z]{2}")
LARGEST_COUNT = 2**31 - 1


def text(value: str, most: int, *, required: bool = False) -> str | None:
    """Why this text cannot be kept, or None."""
    if _CONTROL.search(value):
        return "Take out the control characters."
    if len(value) > most:
        return f"At most {most} characters fit here."
    if required and not value.strip():
        return "Enter something here."
    return None


def number(value: Decimal, *, places: int = QUANTITY_PLACES, most: Decimal = LARGEST_QUANTITY) -> str | None:
    """Why this number is not a quantity or amount from zero on with so many places, or None."""
    if not value.is_finite() or value < 0:
        return "Enter a number from zero on."
    if value >= most:
        return "This number is too large."
    if value != value.quantize(Decimal(1).scaleb(-places)):
        return f"At most {places} decimal places."
    return None


def percentage(value: Decimal, places: int = 2) -> str | None:
    """Why this is not a percentage from 0 to 100, or None."""
    wrong = number(value, places=places)
    return wrong or ("Enter a percentage from 0 to 100." if value > 100 else None)


def currency(code: str) -> str | None:
    """Why no amount can be written in this currency, or None."""
    try:
        currency_exponent(code)
    except DomainError as refusal:
        return refusal.sentence
    return None


def barcode(code: str) -> str | None:
    """Why this is no GTIN: 8, 12, 13 or 14 digits of which the last is the check digit (GS1 General Specifications
    7.9).
    """
    if not code:
        return None
    if not (code.isascii() and code.isdigit() and len(code) in (8, 12, 13, 14)):
        return "A barcode has 8, 12, 13 or 14 digits."
    if not ean.is_valid(code):
        return f"The check digit of {code} is wrong; it should be {ean.calc_check_digit(code[:-1])}."
    return None


def tax_number(code: str, country: str) -> str | None:
    """Why this is no tax number of the country, by its check digits; an unknown rule lets every number through."""
    rule = get_cc_module(country.lower(), "vat") if code else None
    if rule is None:
        return None
    try:
        rule.validate(code)
    except NumberError:
        return f"{code} is not a valid tax number of {country}."
    return None


def product(draft: ProductDraft, units: Mapping[str, bool]) -> Wrong:
    """Everything that is wrong with a product. ``units`` says of each known unit whether it has whole numbers only."""
    found = _present(
        {
            "sku": text(draft.sku, 40, required=True),
            "name": text(draft.name, 160, required=True),
            "description": text(draft.description, 20_000),
            "tax_category": text(draft.tax_category, 12, required=True),
            "posting_group": text(draft.posting_group, 12, required=True),
            "barcode": barcode(draft.barcode),
            "weight_kg": number(draft.weight_kg, places=4, most=Decimal(10) ** 8),
            "minimum_quantity": number(draft.minimum_quantity),
            "multiple_quantity": number(draft.multiple_quantity),
            "kind": None if draft.kind in Product.Kind.values else "Choose a kind of product.",
            "status": None if draft.status in Product.Status.values else "Choose a status.",
            "stock_unit": None if draft.stock_unit in units else "Choose a unit.",
        }
    )
    if units.get(draft.stock_unit):
        for name in ("minimum_quantity", "multiple_quantity"):
            value = getattr(draft, name)
            if name not in found and value != value.to_integral_value():
                found[name] = f"{draft.stock_unit} has no fractions."
    return found | _units(draft, units)


def _units(draft: ProductDraft, known: Mapping[str, bool]) -> Wrong:
    found: Wrong = {}
    seen = {draft.stock_unit}
    barcodes = {draft.barcode} - {""}
    for index, unit in enumerate(draft.units):
        name = f"units-{index}-unit"
        if unit.unit not in known:
            found[name] = "Choose a unit."
        elif unit.unit in seen:
            found[name] = "The product already has this unit."
        seen.add(unit.unit)
        wrong = _ratio(unit, stock_is_whole=known.get(draft.stock_unit, False))
        if wrong:
            found[f"units-{index}-numerator"] = wrong
        wrong = barcode(unit.barcode) or ("Another unit has this barcode." if unit.barcode in barcodes else None)
        if wrong:
            found[f"units-{index}-barcode"] = wrong
        barcodes |= {unit.barcode} - {""}
    if sum(unit.is_sales_unit for unit in draft.units) > 1:
        found["units"] = "Only one unit can be the sales unit."
    return found


def _ratio(unit: UnitDraft, *, stock_is_whole: bool) -> str | None:
    """A unit is an exact number of stock units: whole where they are, else at six decimal places."""
    if not (0 < unit.numerator <= LARGEST_COUNT and 0 < unit.denominator <= LARGEST_COUNT):
        return "A unit conversion must be greater than zero."
    if stock_is_whole and unit.numerator % unit.denominator:
        return "The stock unit has no fractions, so this must be a whole number of it."
    if unit.numerator * 10**QUANTITY_PLACES % unit.denominator:
        return f"This conversion is not exact at {QUANTITY_PLACES} decimal places."
    return None


def account(draft: AccountDraft) -> Wrong:
    """Everything that is wrong with an account by itself; its parent, terms and price group are checked where they are
    read.
    """
    found = _present(
        {
            "code": text(draft.code, 24, required=True),
            "name": text(draft.name, 160, required=True),
            "currency": currency(draft.currency),
            "country": _country(draft.country),
            "language": text(draft.language, 8, required=True),
            "tax_class": text(draft.tax_class, 12, required=True),
            "tax_number": text(draft.tax_number, 24) or tax_number(draft.tax_number, draft.country),
            "email": _email(draft.email),
            "phone": text(draft.phone, 40),
            "status": None if draft.status in Account.Status.values else "Choose a status.",
        }
    )
    if not (draft.is_customer or draft.is_supplier):
        found["is_customer"] = "An account is a customer, a supplier, or both."
    for index, place in enumerate(draft.addresses):
        found |= {f"addresses-{index}-{name}": sentence for name, sentence in address(place).items()}
    for index, contact in enumerate(draft.contacts):
        found |= {f"contacts-{index}-{name}": sentence for name, sentence in _contact(contact).items()}
    for name, what in (("is_default_ship_to", "deliveries"), ("is_default_bill_to", "invoices")):
        if sum(getattr(address, name) for address in draft.addresses) > 1:
            found["addresses"] = f"Only one address can be the default for {what}."
    for index, agreed in enumerate(draft.agreed):
        wrong = percentage(agreed.over_delivery_percent)
        if wrong:
            found[f"agreed-{index}-over_delivery_percent"] = wrong
    if len({agreed.company_id for agreed in draft.agreed}) != len(draft.agreed):
        found["agreed"] = "Each company agrees terms only once."
    return found


def address(draft: AddressDraft) -> Wrong:
    """Everything that is wrong with a place of an account."""
    return _present(
        {
            "name": text(draft.name, 120, required=True),
            "street": text(draft.street, 160, required=True),
            "town": text(draft.town, 80, required=True),
            "region": text(draft.region, 80),
            "postcode": text(draft.postcode, 16),
            "country": _country(draft.country),
        }
    )


def _contact(draft: ContactDraft) -> Wrong:
    return _present(
        {
            "name": text(draft.name, 120, required=True),
            "email": _email(draft.email),
            "phone": text(draft.phone, 40),
            "role": text(draft.role, 60),
        }
    )


def _country(code: str) -> str | None:
    return None if _COUNTRY.fullmatch(code) else "Enter a country code of two capital letters."


def _email(address: str) -> str | None:
    wrong = text(address, 254)
    if wrong or not address:
        return wrong
    try:
        validate_email(address)
    except ValidationError:
        return "Enter an e-mail address such as name@example.com."
    return None


def _present(sentences: Mapping[str, str | None]) -> Wrong:
    return {name: sentence for name, sentence in sentences.items() if sentence}


def summary(name: str, wrong: Mapping[str, str]) -> str:
    """One sentence for a refusal: what, and the first thing that is wrong with it."""
    first = next(iter(wrong.values()))
    rest = f" ({len(wrong) - 1} more)" if len(wrong) > 1 else ""
    return f"{name}: {first}{rest}"


def repeated(values: Iterable[str]) -> list[str]:
    """What occurs more than once, in order, compared without case."""
    seen: set[str] = set()
    found = []
    for value in values:
        if value.upper() in seen:
            found.append(value)
        seen.add(value.upper())
    return found
