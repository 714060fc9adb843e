"""Every kind of import, by name. A new kind is a description beside these and a line here."""

from orders_site.imports.kinds.accounts import ACCOUNTS
from orders_site.imports.kinds.base import Kind
from orders_site.imports.kinds.products import PRODUCTS

KINDS: dict[str, Kind] = {kind.name: kind for kind in (ACCOUNTS, PRODUCTS)}

__all__ = ["KINDS", "Kind"]
