"""The sidebar, the create keys and the user's menu: every place once, with the right that opens it."""

from django.conf import settings

from core.web.shell import CreateItem, NavItem, declare
from orders_site import waiting

ITEMS = (
    NavItem("", "My day", "home", "home", go="h"),
    NavItem("", "Exceptions", "exceptions:list", "inbox", go="x", count=waiting.exceptions),
    NavItem("Sell", "Quotes", "quotes:list", "quote", "quotes.see_quotes", go="q"),
    NavItem("Sell", "Orders", "orders:list", "order", "orders.see_orders", go="o", count=waiting.open_orders),
    NavItem("Sell", "Contracts", "quotes:contracts", "link", "quotes.see_contracts"),
    NavItem("Sell", "Customers", "catalog:accounts", "customer", "catalog.view_account", go="c"),
    NavItem("Sell", "Products", "catalog:products", "stock", "catalog.view_product"),
    NavItem("Sell", "Price lists", "catalog:price-lists", "price", "catalog.view_pricelist"),
    NavItem("Sell", "Price check", "catalog:price-check", "search", "catalog.view_pricelist", go="p"),
    NavItem("Sell", "Coupons", "catalog:coupons", "price", "catalog.maintain_coupon"),
    NavItem("Sell", "Credit desk", "orders:credit-desk", "credit", "orders.release_credit", count=waiting.held),
    NavItem("Fulfil", "Deliveries", "fulfillment:board", "ship", "fulfillment.see_deliveries", go="d"),
    NavItem("Fulfil", "Returns", "fulfillment:returns", "return", "fulfillment.see_deliveries", count=waiting.returns),
    NavItem("Stock", "On hand", "inventory:on-hand", "stock", "inventory.view_stock", go="s"),
    NavItem("Stock", "Availability", "inventory:availability", "calendar", "inventory.view_stock"),
    NavItem("Stock", "Inbound", "inventory:supply", "moves", "inventory.view_supply"),
    NavItem("Stock", "Adjustments", "inventory:adjustments", "count", "inventory.adjust_stock"),
    NavItem("Money", "To invoice", "billing:worklist", "clock", "billing.post_invoice", count=waiting.to_bill),
    NavItem("Money", "Invoices", "billing:invoices", "invoice", "billing.see_invoices", go="i"),
    NavItem("Money", "Payments", "payments:payments", "payment", "payments.see_payments"),
    NavItem("Money", "Rebates", "rebates:agreements", "credit", "rebates.see_rebates"),
    NavItem("Money", "Ledger", "accounting:entries", "ledger", "accounting.view_ledger"),
    NavItem("Money", "Reports", "accounting:trial-balance", "chart", "accounting.view_ledger"),
    NavItem("Money", "Ageing", "accounting:ageing", "clock", "core.see_credit"),
    NavItem("Money", "Periods", "accounting:periods", "lock", "accounting.view_ledger"),
    NavItem("Insight", "Performance", "analytics:dashboard", "chart", "analytics.see_performance"),
    NavItem("Admin", "People", "people:list", "customer", "core.maintain_people"),
    NavItem("Admin", "Imports", "imports:list", "moves", "orders_site.import_files"),
    NavItem("Admin", "Integrity", "integrity:page", "check", "core.see_integrity"),
    NavItem("Admin", "Jobs", "work:jobs", "refresh", "core.see_jobs"),
    NavItem("Admin", "API keys", "keys:list", "lock", "core.administer"),
    NavItem("Admin", "Messages", "work:messages", "mail", "core.see_jobs"),
    NavItem("Admin", "Webhooks", "webhooks:subscriptions", "link", "orders_site.maintain_webhooks"),
    NavItem("Admin", "Tax rates", "catalog:tax-rates", "price", "catalog.maintain_tax"),
    NavItem("Admin", "Design", "design:catalogue", "settings", "core.administer"),
)
CREATES = (
    CreateItem("New order", "orders:new", "o", "orders.enter_order"),
    CreateItem("New quote", "quotes:new", "q", "quotes.enter_quote"),
    CreateItem("New customer", "catalog:account-new", "c", "catalog.maintain_account"),
    CreateItem("Journal entry", "accounting:entry-new", "j", "accounting.post_entry"),
)


def declare_navigation() -> None:
    """Fill the shell's registry."""
    declare(
        ITEMS,
        creates=CREATES,
        user_links=[
            NavItem("", "My settings", "settings", "settings"),
            NavItem("", "Password", "account_change_password", "lock"),
            NavItem("", "Second factor", "mfa_index", "lock"),
            NavItem("", "My sessions", "sessions", "clock"),
        ],
        search_url_name="search",
        ribbon=_ribbon(),
    )


def _ribbon() -> str:
    """What this system is, where it is not the production one; and what it does without."""
    if not getattr(settings, "IS_DEMO", False):
        return ""
    return "Demo" if settings.SECOND_FACTOR_REQUIRED else "Demo · no second factor"
