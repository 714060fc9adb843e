"""The kinds of documents that have notes and files: who sees them, which rows, and where their page is."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from billing.selectors import invoices_visible_to
from catalog import selectors as catalog
from catalog.models import Account, Product
from core.dossiers import Kind
from core.models import User
from fulfillment.selectors import deliveries_visible_to, returns_visible_to
from inventory.selectors import adjustments_visible_to, receipts_visible_to, supply_orders_visible_to
from orders.selectors import orders_visible_to
from payments.selectors import payments_visible_to
from quotes.selectors import contracts_visible_to, quotes_visible_to
from rebates.selectors import agreements_visible_to


def _accounts(_: User | AnonymousUser) -> QuerySet[Account]:
    """Accounts and products are the group's: whoever has the right sees all."""
    return catalog.accounts()


def _products(_: User | AnonymousUser) -> QuerySet[Product]:
    return catalog.products()


SEE_DELIVERY, SEE_SUPPLY = "fulfillment.see_deliveries", "inventory.view_supply"
KINDS = {
    "account": Kind("Account", "catalog.view_account", _accounts, "catalog:account", "code"),
    "product": Kind("Product", "catalog.view_product", _products, "catalog:product", "sku"),
    "quote": Kind("Quote", "quotes.see_quotes", quotes_visible_to, "quotes:detail"),
    "contract": Kind("Contract", "quotes.see_contracts", contracts_visible_to, "quotes:contract"),
    "order": Kind("Order", "orders.see_orders", orders_visible_to, "orders:detail", tells_later=True),
    "supply_order": Kind("Supply order", SEE_SUPPLY, supply_orders_visible_to, "inventory:supply-order"),
    "supply_receipt": Kind("Receipt", SEE_SUPPLY, receipts_visible_to, "inventory:receipt"),
    "stock_adjustment": Kind("Adjustment", "inventory.view_stock", adjustments_visible_to, "inventory:adjustment"),
    "delivery": Kind("Delivery", SEE_DELIVERY, deliveries_visible_to, "fulfillment:delivery"),
    "return": Kind("Return", SEE_DELIVERY, returns_visible_to, "fulfillment:return"),
    "invoice": Kind("Invoice", "billing.see_invoices", invoices_visible_to, "billing:invoice"),
    "payment": Kind("Payment", "payments.see_payments", payments_visible_to, "payments:payment"),
    "rebate_agreement": Kind("Rebate agreement", "rebates.see_rebates", agreements_visible_to, "rebates:agreement"),
}
