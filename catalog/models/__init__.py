from catalog.models.accounts import Account, AccountInCompany, Address, Contact, PaymentTerms, PriceGroup
from catalog.models.conditions import ConditionRecord, ConditionScale, PriceList
from catalog.models.products import (
    Category,
    CustomerPartNumber,
    KitComponent,
    Product,
    ProductRelation,
    ProductUnit,
    UnitOfMeasure,
)
from catalog.models.promotions import Coupon, CouponMovement, CouponTotal
from catalog.models.tax import TaxRate

__all__ = [
    "Account",
    "AccountInCompany",
    "Address",
    "Category",
    "ConditionRecord",
    "ConditionScale",
    "Contact",
    "Coupon",
    "CouponMovement",
    "CouponTotal",
    "CustomerPartNumber",
    "KitComponent",
    "PaymentTerms",
    "PriceGroup",
    "PriceList",
    "Product",
    "ProductRelation",
    "ProductUnit",
    "TaxRate",
    "UnitOfMeasure",
]
