"""What payments need to know of other rooms before anything is locked, in one query."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from core.access import company_ids
from core.errors import NotFound
from core.models import Company, User
from payments.drafts import PaymentDraft
from payments.errors import PaymentRefused

# The company, and which of these accounts, orders and invoices are its own; the latter two with whose they are.
_KNOWN = """
    SELECT c.*,
           ARRAY(SELECT account_id FROM catalog_accountincompany
                 WHERE company_id = c.id AND account_id = ANY(%(accounts)s)) AS known_accounts,
           ARRAY(SELECT ARRAY[id, account_id] FROM orders_order
                 WHERE company_id = c.id AND id = ANY(%(orders)s)) AS known_orders,
           ARRAY(SELECT ARRAY[id, account_id] FROM billing_invoice
                 WHERE company_id = c.id AND id = ANY(%(invoices)s)) AS known_invoices
    FROM core_company c WHERE c.id = %(company)s
"""


@dataclass(frozen=True, slots=True)
class Known:
    """The company of a set of payments, the accounts it trades with, and whose its orders and invoices are."""

    company: Company
    accounts: Collection[int]
    orders: dict[int, int]
    invoices: dict[int, int]

    def require(self, drafts: Sequence[PaymentDraft]) -> None:
        """Every account trades with the company, and every order and invoice is of it and of its account.

        Raises NotFound.
        """
        for draft in drafts:
            if draft.account_id not in self.accounts:
                raise NotFound("This account does not exist in this company.")
            if draft.order_id is not None and self.orders.get(draft.order_id) != draft.account_id:
                raise NotFound("This order does not exist for this account.")
            if any(self.invoices.get(invoice_id) != draft.account_id for invoice_id, _ in draft.wanted):
                raise NotFound("This invoice does not exist for this account.")


def look_up(drafts: Sequence[PaymentDraft], *, actor: User) -> Known:
    """The one company of these drafts with what they name in it.

    Raises PaymentRefused for several companies, NotFound for one that is not the actor's.
    """
    wanted = {draft.company_id for draft in drafts}
    if len(wanted) > 1:
        raise PaymentRefused("These payments belong to different companies. Enter them one company at a time.")
    if not wanted <= company_ids(actor):
        raise NotFound("This company does not exist.")
    (company,) = Company.objects.raw(
        _KNOWN,
        {
            "company": wanted.pop(),
            "accounts": sorted({draft.account_id for draft in drafts}),
            "orders": sorted({draft.order_id for draft in drafts if draft.order_id is not None}),
            "invoices": sorted({invoice_id for draft in drafts for invoice_id, _ in draft.wanted}),
        },
    )
    found = vars(company)
    return Known(company, set(found["known_accounts"]), dict(found["known_orders"]), dict(found["known_invoices"]))
