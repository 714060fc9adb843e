"""The pricing procedure of the company as data: which kinds of condition there are and where each is searched for.

A condition record names its type and access from here; ``catalog.services.set_conditions`` refuses any other.
"""

from collections.abc import Mapping
from decimal import Decimal

from catalog.pricing.types import Access, ConditionKind, ConditionType, KeyField, ManualRule, Procedure, ProcedureStep

# Entries by hand beyond these percentages are flagged for release where the document is confirmed.
MANUAL_PRICE_LIMIT_PERCENT = Decimal(10)
MANUAL_DISCOUNT_LIMIT_PERCENT = Decimal(15)

CONTRACT_LINE = Access("contract line", (KeyField.AGREEMENT_LINE,))  # handed in with the line, never stored as a record
AGREEMENT = Access("agreement", (KeyField.AGREEMENT_LINE,))
ACCOUNT_PRODUCT = Access("account and product", (KeyField.ACCOUNT, KeyField.PRODUCT))
GROUP_PRODUCT = Access("price group and product", (KeyField.PRICE_GROUP, KeyField.PRODUCT))
PRODUCT = Access("product", (KeyField.PRODUCT,))
ACCOUNT = Access("account", (KeyField.ACCOUNT,))
GROUP = Access("price group", (KeyField.PRICE_GROUP,))
EVERYBODY = Access("everybody", ())

PRICE = ConditionType(
    "PRICE",
    "Price",
    ConditionKind.PRICE,
    (CONTRACT_LINE, AGREEMENT, ACCOUNT_PRODUCT, GROUP_PRODUCT, PRODUCT),
    manual=ManualRule(MANUAL_PRICE_LIMIT_PERCENT),
)
LINE_DISCOUNT = ConditionType(
    "DISC",
    "Line discount",
    ConditionKind.DISCOUNT,
    # The contract line stands first here too: an agreed price is final, and says so in the trace with a discount of
    # nothing.
    (CONTRACT_LINE, AGREEMENT, ACCOUNT_PRODUCT, ACCOUNT, GROUP_PRODUCT, GROUP, PRODUCT),
    manual=ManualRule(MANUAL_DISCOUNT_LIMIT_PERCENT),
)
STANDARD = Procedure("standard", (ProcedureStep(10, PRICE), ProcedureStep(20, LINE_DISCOUNT, reference=10)))

# The list price of a line: what the price list says before anything was agreed with the account.
LIST_ACCESSES = frozenset({GROUP_PRODUCT.name, PRODUCT.name})
LIST_ONLY = Procedure(
    "list price",
    (ProcedureStep(10, ConditionType("PRICE", "List price", ConditionKind.PRICE, (GROUP_PRODUCT, PRODUCT))),),
)

ORDER_DISCOUNT = "ORDER"
ORDER_DISCOUNT_NAME = "Order discount"
_ORDER_DISCOUNT_ACCESSES = (ACCOUNT, GROUP, EVERYBODY)

CONDITION_TYPES: Mapping[str, str] = {
    PRICE.code: PRICE.name,
    LINE_DISCOUNT.code: LINE_DISCOUNT.name,
    ORDER_DISCOUNT: ORDER_DISCOUNT_NAME,
}
ACCESSES: Mapping[str, Mapping[str, Access]] = {
    PRICE.code: {access.name: access for access in PRICE.accesses if access is not CONTRACT_LINE},
    LINE_DISCOUNT.code: {access.name: access for access in LINE_DISCOUNT.accesses if access is not CONTRACT_LINE},
    ORDER_DISCOUNT: {access.name: access for access in _ORDER_DISCOUNT_ACCESSES},
}
