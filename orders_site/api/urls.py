"""``/api/v1/``: every room that programs may enter, in the order of the story from price to money."""

from billing.api import routes as billing
from billing.api_credits import routes as credits
from catalog.api import routes as catalog
from catalog.api_accounts import routes as accounts
from catalog.api_prices import routes as prices
from catalog.api_products import routes as products
from catalog.api_terms import routes as terms
from core.api.door import Door
from fulfillment.api import routes as fulfillment
from fulfillment.api_floor import routes as floor
from fulfillment.api_returns import routes as returns
from inventory.api import routes as inventory
from inventory.api_stock import routes as stock
from inventory.api_supply import routes as supply
from orders.api import ROUTES as ORDERS
from orders_site.api.me import routes as me
from orders_site.api.notes import routes as notes
from payments.api import routes as payments
from payments.api_provider import routes as provider
from quotes.api import routes as quotes

DESCRIPTION = """Everything that people do on pages, for programs: the same commands, the same rights, the same rules.

Send a key as “Authorization: Bearer kept_…”. Amounts and quantities are text with digits. Documents are named by their
numbers. A refusal is a problem (RFC 9457) with a sentence, the fields it concerns and a request id. Send an
Idempotency-Key with every POST and PATCH, and repeat a call that got no answer as often as you like.

Fields are added at any time, so ignore those that you do not know. Nothing is removed or given another meaning within
/api/v1/."""

V1 = Door(
    title="Kept",
    version="1.0",
    description=DESCRIPTION,
    address="/api/v1/",
    rooms=[
        me,
        catalog,
        products,
        accounts,
        prices,
        terms,
        inventory,
        stock,
        supply,
        quotes,
        *ORDERS,
        fulfillment,
        floor,
        returns,
        billing,
        credits,
        payments,
        provider,
        notes,
    ],
)

app_name = "api"
urlpatterns = V1.urls
