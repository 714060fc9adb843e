"""Roles and their rights: the one list. Groups are built from it at set-up; people get roles,
never single rights.

A right is ``app.codename`` of a model's permissions. Field rights (cost, margin, credit, bank) stand beside verbs, not
inside them. The ledger tells cost in every entry of a goods issue, so who sees it sees cost as well.
"""

from django.contrib.auth.models import Group, Permission

SEE_TRADE = (
    "catalog.view_product",
    "catalog.view_account",
    "catalog.view_pricelist",
    "orders.see_orders",
    "quotes.see_quotes",
    "quotes.see_contracts",
    "inventory.view_stock",
)
SEE_WAREHOUSE = ("inventory.view_stock", "inventory.view_supply", "fulfillment.see_deliveries", "catalog.view_product")
SEE_MONEY = (
    "billing.see_invoices",
    "payments.see_payments",
    "rebates.see_rebates",
    "accounting.view_ledger",
    "core.see_credit",
    "core.see_bank",
)

NOTE = "core.write_note"  # on documents that the role sees; who only looks on (Auditor, Controller) writes nothing
IMPORT = "orders_site.import_files"  # opens the door; what may come in by it is the right of each kind

SALES = (
    *SEE_TRADE,
    "orders.enter_order",
    "orders.confirm_order",
    "orders.change_order_after_confirm",
    "orders.cancel_order",
    "orders.hold_order",
    "quotes.enter_quote",
    "quotes.send_quote",
    "quotes.accept_quote",
    "fulfillment.see_deliveries",
    "billing.see_invoices",
    "fulfillment.enter_return",
    "core.see_credit",
    NOTE,
    IMPORT,
)
WAREHOUSE = (
    *SEE_WAREHOUSE,
    "orders.see_orders",
    "fulfillment.pick_delivery",
    "fulfillment.ship_delivery",
    "fulfillment.receive_return",
    "inventory.receive_supply",
    NOTE,
)
FINANCE = (
    *SEE_TRADE,
    *SEE_MONEY,
    "billing.post_invoice",
    "billing.credit_invoice",
    "payments.receive_payment",
    "fulfillment.see_deliveries",
    "core.see_margin",
    "core.see_cost",
    NOTE,
)
MASTER_DATA = (
    *SEE_TRADE,
    "catalog.maintain_product",
    "catalog.maintain_account",
    "catalog.maintain_price",
    "catalog.maintain_coupon",
    "catalog.maintain_tax",
    "core.see_cost",
    NOTE,
    IMPORT,
)
EVERYTHING_TO_SEE = (
    *SEE_TRADE,
    *SEE_WAREHOUSE,
    *SEE_MONEY,
    "core.see_cost",
    "core.see_margin",
    "core.see_integrity",
    "core.see_jobs",
    "core.see_cases",
    "analytics.see_performance",
)

ROLES: dict[str, tuple[str, ...]] = {
    "Sales": SALES,
    "Sales lead": (
        *SALES,
        "orders.set_price",
        "orders.release_order",
        "core.see_margin",
        "quotes.maintain_contract",
        "catalog.maintain_coupon",
        "fulfillment.enter_return_without_reference",
        "analytics.see_performance",
        "core.share_views",
    ),
    "Master data": MASTER_DATA,
    "Warehouse": WAREHOUSE,
    "Warehouse lead": (
        *WAREHOUSE,
        "fulfillment.release_delivery",
        "fulfillment.enter_return",
        "inventory.adjust_stock",
        "inventory.maintain_warehouse",
        IMPORT,
        "core.share_views",
    ),
    "Purchasing": (
        *SEE_WAREHOUSE,
        "catalog.view_account",
        "inventory.maintain_supply",
        "inventory.receive_supply",
        "core.see_cost",
        NOTE,
    ),
    "Finance": FINANCE,
    "Finance lead": (
        *FINANCE,
        "billing.reverse_invoice",
        "payments.reverse_payment",
        "accounting.post_entry",
        "accounting.reverse_entry",
        "accounting.maintain_chart",
        "rebates.maintain_agreement",
        "rebates.settle_agreement",
        "core.see_integrity",
        "core.backdate",
        "core.share_views",
    ),
    "Controller": (
        *SEE_MONEY,
        "accounting.lock_period",
        "accounting.reopen_period",
        "core.see_cost",
        "core.see_margin",
        "core.see_integrity",
        "analytics.see_performance",
    ),
    "Credit manager": (
        *SEE_TRADE,
        "core.see_credit",
        "orders.maintain_credit",
        "orders.release_order",
        "orders.release_credit",
        "orders.confirm_order",
        "billing.see_invoices",
        "payments.see_payments",
        "core.share_views",
        NOTE,
    ),
    "Manager": (*EVERYTHING_TO_SEE, NOTE, "analytics.set_targets", "core.resolve_cases", "core.share_views"),
    "Auditor": EVERYTHING_TO_SEE,
    "Admin": (
        "core.administer",
        "core.maintain_people",
        "core.see_integrity",
        "core.see_jobs",
        "core.see_cases",
        "core.resolve_cases",
        "core.share_views",
        "orders_site.maintain_webhooks",
    ),
}


def sync_roles() -> None:
    """Make the groups have exactly these rights. Idempotent; a right that does not exist is a programmer error.

    Raises:
        LookupError: naming the rights that no model declares.
    """
    known = {
        f"{app}.{codename}": pk
        for pk, app, codename in Permission.objects.values_list("pk", "content_type__app_label", "codename")
    }
    unknown = {right for rights in ROLES.values() for right in rights} - set(known)
    if unknown:
        raise LookupError(f"no model declares these rights: {', '.join(sorted(unknown))}")
    for name, rights in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set({known[right] for right in rights})
