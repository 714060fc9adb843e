"""Create the small things that products, accounts and prices are made of: units, categories, groups, terms, price
lists.
"""

from collections.abc import Sequence

from catalog import checks
from catalog.drafts import CategoryDraft, PriceListDraft, TermsDraft, UnitOfMeasureDraft
from catalog.errors import AccountRefused, PriceRefused, ProductRefused
from catalog.models import Category, PaymentTerms, PriceGroup, PriceList, UnitOfMeasure
from core import bulk
from core.commands import command
from core.models import User

LONGEST_DAYS = 32_767


@command(permission="catalog.maintain_product")
def create_units(*, drafts: Sequence[UnitOfMeasureDraft], actor: User) -> list[int]:
    """Create units of measure; a code that is known is refused by name. Raises ProductRefused."""
    for draft in drafts:
        wrong = checks.text(draft.code, 8, required=True) or checks.text(draft.name, 40, required=True)
        if wrong:
            raise ProductRefused(f"Unit {draft.code[:8]}: {wrong}")
    known = UnitOfMeasure.objects.filter(code__in=[draft.code for draft in drafts]).values_list("code", flat=True)
    for code in known[:1]:
        raise ProductRefused(f"There is already a unit {code}.")
    names = ("code", "name", "is_whole")
    return bulk.insert(UnitOfMeasure, {name: [getattr(draft, name) for draft in drafts] for name in names})


@command(permission="catalog.maintain_product")
def create_categories(*, drafts: Sequence[CategoryDraft], actor: User) -> list[int]:
    """Create nodes of the product tree below existing ones. Raises ProductRefused."""
    for draft in drafts:
        wrong = checks.text(draft.code, 24, required=True) or checks.text(draft.name, 80, required=True)
        if wrong:
            raise ProductRefused(f"Category {draft.code[:24]}: {wrong}")
    known = Category.objects.filter(code__in=[draft.code for draft in drafts]).values_list("code", flat=True)
    for code in known[:1]:
        raise ProductRefused(f"There is already a category {code}.")
    parents = {draft.parent_id for draft in drafts if draft.parent_id is not None}
    if parents and Category.objects.filter(pk__in=parents).count() != len(parents):
        raise ProductRefused("The category above does not exist.")
    names = ("code", "name", "parent_id")
    return bulk.insert(Category, {name: [getattr(draft, name) for draft in drafts] for name in names})


@command(permission="catalog.maintain_price")
def create_price_groups(*, groups: Sequence[tuple[str, str]], actor: User) -> list[int]:
    """Create price groups (code, name) of accounts. Raises PriceRefused."""
    for code, name in groups:
        wrong = checks.text(code, 12, required=True) or checks.text(name, 60, required=True)
        if wrong:
            raise PriceRefused(f"Price group {code[:12]}: {wrong}")
    for code in PriceGroup.objects.filter(code__in=[code for code, _ in groups]).values_list("code", flat=True)[:1]:
        raise PriceRefused(f"There is already a price group {code}.")
    return bulk.insert(PriceGroup, {"code": [code for code, _ in groups], "name": [name for _, name in groups]})


@command(permission="catalog.maintain_account")
def create_payment_terms(*, drafts: Sequence[TermsDraft], actor: User) -> list[int]:
    """Create payment terms. Days count from the invoice date. Raises AccountRefused."""
    for draft in drafts:
        wrong = (
            checks.text(draft.code, 12, required=True)
            or checks.text(draft.name, 60, required=True)
            or checks.percentage(draft.discount_percent)
        )
        if not wrong and not 0 <= draft.discount_days <= draft.net_days <= LONGEST_DAYS:
            wrong = "The discount ends before payment is due, and both are days from 0 on."
        if wrong:
            raise AccountRefused(f"Terms {draft.code[:12]}: {wrong}")
    codes = [draft.code for draft in drafts]
    for code in PaymentTerms.objects.filter(code__in=codes).values_list("code", flat=True)[:1]:
        raise AccountRefused(f"There are already payment terms {code}.")
    names = ("code", "name", "net_days", "discount_percent", "discount_days")
    return bulk.insert(PaymentTerms, {name: [getattr(draft, name) for draft in drafts] for name in names})


@command(permission="catalog.maintain_price")
def create_price_list(*, draft: PriceListDraft, actor: User) -> int:
    """Create an empty price list of one company and currency. Raises PriceRefused."""
    wrong = {
        "code": checks.text(draft.code, 24, required=True),
        "name": checks.text(draft.name, 80, required=True),
        "currency": checks.currency(draft.currency),
    }
    if PriceList.objects.filter(company_id=draft.company_id, code=draft.code).exists():
        wrong["code"] = "There is already a price list with this code."
    found = {name: sentence for name, sentence in wrong.items() if sentence}
    if found:
        raise PriceRefused(checks.summary(draft.code[:24] or "The price list", found), fields=found)
    names = ("company_id", "code", "name", "currency")
    return bulk.insert(PriceList, {name: [getattr(draft, name)] for name in names})[0]
