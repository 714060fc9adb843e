"""What changed between two versions of a quote: pure."""

from collections.abc import Sequence

from quotes.models import QuoteLine


def version_diff(before: Sequence[QuoteLine], after: Sequence[QuoteLine]) -> list[str]:
    """One sentence per line that came, went or changed in quantity, price or sum, matched by product in order."""
    left = list(before)
    sentences = []
    for line in after:
        old = next((each for each in left if each.product_id == line.product_id), None)
        if old is None:
            sentences.append(f"{line.product.sku} was added: {line.sales_quantity.normalize():f} {line.sales_unit}.")
            continue
        left.remove(old)
        if old.sales_quantity != line.sales_quantity:
            was, now = old.sales_quantity.normalize(), line.sales_quantity.normalize()
            sentences.append(f"{line.product.sku}: {was:f} → {now:f} {line.sales_unit}.")
        if old.unit_price != line.unit_price:
            sentences.append(
                f"{line.product.sku}: price {old.unit_price.normalize():f} → {line.unit_price.normalize():f}."
            )
        if old.kind != line.kind:
            sentences.append(f"{line.product.sku}: {old.get_kind_display()} → {line.get_kind_display()}.")
    sentences += [f"{line.product.sku} was taken out." for line in left]
    return sentences
