"""What a company agreed with accounts, for documents that are made without an order."""

from collections.abc import Collection
from dataclasses import dataclass

from catalog.models import AccountInCompany
from core.models import Company


@dataclass(frozen=True, slots=True)
class AccountTerms:
    """Terms, tax class and currency of an account in one company."""

    terms_id: int
    tax_class: str
    currency: str


def account_terms(company: Company, account_ids: Collection[int]) -> dict[int, AccountTerms]:
    """By account; accounts that the company agreed nothing with are absent. One query."""
    rows = AccountInCompany.objects.filter(company=company, account__in=set(account_ids)).values_list(
        "account_id", "terms_id", "account__tax_class", "account__currency"
    )
    return {
        account_id: AccountTerms(terms_id, tax_class, currency) for account_id, terms_id, tax_class, currency in rows
    }
