"""What the benchmarks trade: one company with its books, a thousand stocked products with prices, and customers."""

from dataclasses import dataclass
from decimal import Decimal

from benchmarks.ground import Ground
from catalog.drafts import ConditionDraft
from catalog.models import Account, Product
from catalog.services import set_conditions
from core.models import Company, User
from core.system import system_user
from inventory.drafts import AdjustmentDraft, AdjustmentLineDraft
from inventory.models import Warehouse
from inventory.services.adjustments import adjust_stock
from orders.drafts import OrderDraft, OrderLineDraft
from orders.services import confirm_orders, create_orders
from orders_site.boot.roles import OWNER
from orders_site.roles import ROLES
from tests import factories

TODAY = factories.TODAY
SEED = "kept_seed"
LINES_BEFORE = 10


@dataclass(frozen=True)
class Shop:
    """Everything that a benchmark needs of the seeded company."""

    company: Company
    warehouse: Warehouse
    products: list[Product]
    accounts: list[Account]
    actor: User

    def order(self, line_count: int, number: int = 0, *, first: int = 0) -> int:
        """A draft order over products next to each other, of the customer whose turn it is."""
        lines = tuple(
            OrderLineDraft(self.products[(first + position) % len(self.products)].pk, Decimal(1 + position % 3))
            for position in range(line_count)
        )
        draft = OrderDraft(
            self.company.pk, self.accounts[number % len(self.accounts)].pk, TODAY, TODAY, lines=lines,
            warehouse_id=self.warehouse.pk,
        )  # fmt: skip
        return create_orders(drafts=[draft], actor=self.actor)[0]


def seed(ground: Ground, *, products: int = 1000, accounts: int = 20, on_hand: int = 100_000, orders: int = 0) -> Shop:
    """Fill a fresh database named ``SEED`` through the services; clones of it are what is measured.

    ``orders`` of ten lines were confirmed before: nobody trades on empty tables, and plans made for those are kept.
    """
    ground.clone(SEED)
    ground.use(SEED, OWNER)
    factories.make_roles()
    company = factories.make_company()
    actor = factories.make_user(name="Bench", roles=tuple(ROLES), companies=(company,))
    warehouse = factories.make_warehouse(company=company)
    items = [factories.make_product(sku=f"B-{number:05d}") for number in range(products)]
    set_conditions(
        drafts=[
            ConditionDraft(
                company_id=company.pk, product_id=item.pk, rate=Decimal(5 + number % 40), currency="GBP",
                valid_from=TODAY.replace(year=2020),
            )
            for number, item in enumerate(items)
        ],
        actor=system_user(),
    )  # fmt: skip
    lines = tuple(AdjustmentLineDraft(item.pk, None, Decimal(on_hand), Decimal(4)) for item in items)
    adjust_stock(
        drafts=[AdjustmentDraft(company=company, warehouse_id=warehouse.pk, reason="opening stock",
                                business_date=TODAY, lines=lines)],
        actor=system_user(),
    )  # fmt: skip
    customers = [factories.make_account(company=company) for _ in range(accounts)]
    shop = Shop(company, warehouse, items, customers, actor)
    before = [shop.order(LINES_BEFORE, number, first=number * LINES_BEFORE) for number in range(orders)]
    confirm_orders(order_ids=before, actor=actor, business_date=TODAY)
    return shop
