"""Questions that other rooms ask the catalog. Nothing here writes or locks."""

from catalog.selectors.accounts import accounts
from catalog.selectors.named import account_named, cards_named
from catalog.selectors.products import (
    SUCCESSOR,
    ProductCard,
    RelatedProduct,
    cards_by_code,
    kit_components,
    product_cards,
    products,
    relations_of,
    resolve_codes,
    search_products,
    sku_by_id,
)

__all__ = [
    "SUCCESSOR",
    "ProductCard",
    "RelatedProduct",
    "account_named",
    "accounts",
    "cards_by_code",
    "cards_named",
    "kit_components",
    "product_cards",
    "products",
    "relations_of",
    "resolve_codes",
    "search_products",
    "sku_by_id",
]
