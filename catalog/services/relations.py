"""What belongs to products: the parts of kits, what goes with them, and how accounts call them."""

from collections.abc import Sequence
from datetime import date

from catalog import checks
from catalog.drafts import KitPart, PartNumberDraft, RelationDraft
from catalog.errors import AccountNotFound, ProductNotFound, ProductRefused
from catalog.models import Account, CustomerPartNumber, KitComponent, Product, ProductRelation, UnitOfMeasure
from catalog.services.locking import lock_accounts, lock_products
from core import bulk
from core.commands import command
from core.models import User


@command(permission="catalog.maintain_product")
def set_kit(*, product_id: int, parts: Sequence[KitPart], actor: User) -> None:
    """Say what one kit consists of, in place of what was said before.

    Confirmed orders keep the parts they were confirmed with. A part is never a kit itself and kinds never change, so
    that no circle can come about. Locks kit and parts.

    Raises:
        ProductRefused: not a kit, no parts, a part twice, a kit or service inside, a fraction of a whole unit.
    """
    wanted = [part.component_id for part in parts]
    found = {product.pk: product for product in lock_products({product_id, *wanted})}
    kit = found[product_id]
    if kit.kind != Product.Kind.KIT:
        raise ProductRefused(f"{kit.sku} is not a kit, so it has no parts.")
    if not parts:
        raise ProductRefused(f"{kit.sku}: a kit has at least one part.", fields={"parts": "Enter at least one part."})
    whole = dict(UnitOfMeasure.objects.values_list("pk", "is_whole"))
    wrong: dict[str, str] = {}
    for index, part in enumerate(parts):
        component = found[part.component_id]
        sentence = _wrong_part(part, component, whole[component.stock_unit_id], wanted[:index])
        if sentence:
            wrong[f"parts-{index}-quantity"] = sentence
    if wrong:
        raise ProductRefused(checks.summary(kit.sku, wrong), fields=wrong)
    KitComponent.objects.filter(kit_id=product_id).delete()
    bulk.insert(
        KitComponent,
        {"component_id": wanted, "quantity": [part.quantity for part in parts]},
        same={"kit_id": product_id},
    )


def _wrong_part(part: KitPart, component: Product, is_whole: bool, before: Sequence[int]) -> str | None:
    if component.kind != Product.Kind.STOCKED:
        return f"{component.sku} is not kept in stock; kits consist of stocked products."
    if part.component_id in before:
        return f"{component.sku} is there twice."
    wrong = checks.number(part.quantity)
    if wrong or not part.quantity:
        return wrong or "Enter a quantity greater than zero."
    if is_whole and part.quantity != part.quantity.to_integral_value():
        return f"{component.sku} has no fractions."
    return None


@command(permission="catalog.maintain_product")
def create_relations(*, drafts: Sequence[RelationDraft], actor: User) -> list[int]:
    """Say which products go with or stand in for others; returns the new ids. A relation that is known is left alone.

    Raises:
        ProductRefused: a product related to itself, an unknown kind, a validity that ends before it begins.
    """
    named = {product_id for draft in drafts for product_id in (draft.product_id, draft.related_id)}
    if Product.objects.filter(pk__in=named).count() != len(named):
        raise ProductNotFound("A product of this relation does not exist.")
    for draft in drafts:
        wrong = _wrong_relation(draft)
        if wrong:
            raise ProductRefused(next(iter(wrong.values())), fields=wrong)
    names = ("product_id", "related_id", "kind", "valid_from", "valid_until", "reason", "rank")
    return bulk.insert(
        ProductRelation, {name: [getattr(draft, name) for draft in drafts] for name in names}, skip_known=True
    )


def _wrong_relation(draft: RelationDraft) -> dict[str, str]:
    if draft.product_id == draft.related_id:
        return {"related": "A product is not related to itself."}
    if draft.kind not in ProductRelation.Kind.values:
        return {"kind": "Choose how the products are related."}
    if draft.valid_until is not None and draft.valid_until <= draft.valid_from:
        return {"valid_until": "This ends before it begins."}
    if not 0 <= draft.rank <= 32_767:
        return {"rank": "Enter a rank from 0 to 32767."}
    wrong = checks.text(draft.reason, 120)
    return {"reason": wrong} if wrong else {}


@command(permission="catalog.maintain_product")
def create_relation(*, draft: RelationDraft, actor: User) -> int | None:
    """Relate two products; None when the relation was known already."""
    created = create_relations(drafts=[draft], actor=actor)
    return created[0] if created else None


@command(permission="catalog.maintain_product")
def end_relation(*, relation_id: int, on: date, actor: User) -> None:
    """Let a relation not hold any more from ``on``; one that has not begun by then is taken out.

    Raises ProductNotFound.
    """
    relation = ProductRelation.objects.filter(pk=relation_id).first()
    if relation is None:
        raise ProductNotFound("This relation does not exist.")
    lock_products([relation.product_id])
    rows = ProductRelation.objects.filter(pk=relation_id)
    if relation.valid_from >= on:
        rows.delete()
    else:
        rows.update(valid_until=on)


@command(permission="catalog.maintain_product")
def set_part_numbers(*, account_id: int, numbers: Sequence[PartNumberDraft], actor: User) -> None:
    """Say how an account calls our products, in place of what was said before.

    Locks the account. Raises ProductRefused.
    """
    if not Account.objects.filter(pk=account_id).exists():
        raise AccountNotFound("This account does not exist.")
    lock_accounts([account_id])
    for draft in numbers:
        wrong = checks.text(draft.number, 40, required=True) or checks.text(draft.description, 160)
        if wrong:
            raise ProductRefused(f"Part number {draft.number[:40]}: {wrong}", fields={"number": wrong})
    for number in checks.repeated(draft.number for draft in numbers):
        raise ProductRefused(f"Part number {number} occurs more than once.")
    product_ids = {draft.product_id for draft in numbers}
    if len(product_ids) != len(numbers):
        raise ProductRefused("A product has one part number per account.")
    if Product.objects.filter(pk__in=product_ids).count() != len(product_ids):
        raise ProductNotFound("A product with a part number does not exist.")
    CustomerPartNumber.objects.filter(account_id=account_id).delete()
    names = ("product_id", "number", "description")
    columns = {name: [getattr(draft, name) for draft in numbers] for name in names}
    bulk.insert(CustomerPartNumber, columns, same={"account_id": account_id})
