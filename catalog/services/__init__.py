"""Commands on master data. Everything that changes the catalog goes through these."""

from catalog.services.accounts import change_account, create_account, create_accounts
from catalog.services.basics import (
    create_categories,
    create_payment_terms,
    create_price_groups,
    create_price_list,
    create_units,
)
from catalog.services.coupons import change_coupon, create_coupon, lock_and_use_coupons, refused_coupon_uses
from catalog.services.prices import end_conditions, set_conditions
from catalog.services.products import change_product, create_product, create_products
from catalog.services.relations import create_relation, create_relations, end_relation, set_kit, set_part_numbers
from catalog.services.taxes import set_tax_rates

__all__ = [
    "change_account",
    "change_coupon",
    "change_product",
    "create_account",
    "create_accounts",
    "create_categories",
    "create_coupon",
    "create_payment_terms",
    "create_price_groups",
    "create_price_list",
    "create_product",
    "create_products",
    "create_relation",
    "create_relations",
    "create_units",
    "end_conditions",
    "end_relation",
    "lock_and_use_coupons",
    "refused_coupon_uses",
    "set_conditions",
    "set_kit",
    "set_part_numbers",
    "set_tax_rates",
]
