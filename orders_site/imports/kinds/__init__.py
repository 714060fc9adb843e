"""Every kind of import, by name. A new kind is a description beside these and a line here."""

from orders_site.imports.kinds.accounts import ACCOUNTS
from orders_site.imports.kinds.base import Kind
from orders_site.imports.kinds.orders import ORDERS
from orders_site.imports.kinds.prices import PRICES
from orders_site.imports.kinds.products import PRODUCTS
from orders_site.imports.kinds.stock import STOCK

KINDS: dict[str, Kind] = {kind.name: kind for kind in (ACCOUNTS, PRODUCTS, PRICES, STOCK, ORDERS)}

__all__ = ["KINDS", "Kind"]
