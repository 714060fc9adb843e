"""Create and change accounts with their places, people and what each company agreed with them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model
from django.db.models.functions import Upper

from catalog import checks
from catalog.drafts import AccountDraft
from catalog.errors import AccountNotFound, AccountRefused
from catalog.models import Account, AccountInCompany, Address, Contact, PaymentTerms, PriceGroup
from catalog.services.locking import lock_with_chain
from catalog.services.scope import require_member
from core import bulk
from core.commands import command
from core.models import Company, User

NOBODY = 0  # no row has this id
_COLUMNS = (
    "code",
    "name",
    "is_customer",
    "is_supplier",
    "status",
    "parent_id",
    "currency",
    "country",
    "language",
    "tax_number",
    "tax_class",
    "price_group_id",
    "email",
    "phone",
)
_ADDRESS = (
    "name",
    "street",
    "town",
    "region",
    "postcode",
    "country",
    "is_default_ship_to",
    "is_default_bill_to",
)
_CONTACT = ("name", "email", "phone", "role")
_AGREED = (
    "company_id",
    "terms_id",
    "ships_complete",
    "accepts_substitutes",
    "over_delivery_percent",
    "salesperson_id",
)


@command(permission="catalog.maintain_account")
def create_accounts(*, drafts: Sequence[AccountDraft], actor: User) -> list[int]:
    """Create these accounts and return their ids in the order given. The statement count is constant.

    Raises:
        AccountRefused: a draft breaks a rule (names it), or a code is taken; nothing is created then. NotFound: terms
            of a company of which the actor is no member.
    """
    require_member(actor, {terms.company_id for draft in drafts for terms in draft.agreed})
    _require_sound(drafts)
    _require_known(drafts)
    _require_free(drafts)
    columns: dict[str, list[Any]] = {name: [getattr(draft, name) for draft in drafts] for name in _COLUMNS}
    ids = bulk.insert(Account, {**columns, "created_on": [draft.created_on for draft in drafts]})
    by_account = dict(zip(ids, drafts, strict=True))
    _write_new(Address, "addresses", _ADDRESS, by_account)
    _write_new(Contact, "contacts", _CONTACT, by_account)
    _write_new(AccountInCompany, "agreed", _AGREED, by_account)
    return ids


@command(permission="catalog.maintain_account")
def create_account(*, draft: AccountDraft, actor: User) -> int:
    """Create one account. Raises AccountRefused with the sentence at its field."""
    return create_accounts(drafts=[draft], actor=actor)[0]


@command(permission="catalog.maintain_account")
def change_account(*, account_id: int, draft: AccountDraft, actor: User) -> None:
    """Make an account what the draft says. Addresses and contacts with an id stay that row; those left out are removed.

    Agreements are kept of companies that the draft does not name. Documents keep their own copy of an address. Locks
    the account and everything above it.

    Raises:
        AccountRefused: a rule is broken, the code is taken, or the account would stand above itself. NotFound: terms of
            a company of which the actor is no member.
    """
    require_member(actor, {terms.company_id for terms in draft.agreed})
    if account_id in lock_with_chain(Account, account_id, draft.parent_id):
        sentence = "An account cannot stand above itself."
        raise AccountRefused(sentence, fields={"parent": sentence})
    _require_sound([draft])
    _require_known([draft])
    _require_free([draft], but=account_id)
    bulk.update(Account, [account_id], {name: [getattr(draft, name)] for name in _COLUMNS})
    _replace(Address, account_id, draft.addresses, _ADDRESS)
    _replace(Contact, account_id, draft.contacts, _CONTACT)
    for agreed in draft.agreed:
        values = {name: getattr(agreed, name) for name in _AGREED if name != "company_id"}
        AccountInCompany.objects.update_or_create(account_id=account_id, company_id=agreed.company_id, defaults=values)


def _require_sound(drafts: Sequence[AccountDraft]) -> None:
    """Check every draft by itself and all against each other. Raises AccountRefused for the first that is wrong."""
    for draft in drafts:
        wrong = checks.account(draft)
        if wrong:
            raise AccountRefused(checks.summary(draft.code[:24] or "The account", wrong), fields=wrong)
    for code in checks.repeated(draft.code for draft in drafts):
        raise AccountRefused(f"Account code {code} occurs more than once.", fields={"code": "This code occurs twice."})


def _require_known(drafts: Sequence[AccountDraft]) -> None:
    """Refuse parents, price groups, terms, companies and salespeople that do not exist.

    One query each where any is named.
    """
    agreed = [terms for draft in drafts for terms in draft.agreed]
    named: list[tuple[type[Model], set[int | None], str, str]] = [
        (Account, {draft.parent_id for draft in drafts}, "parent", "The parent account does not exist."),
        (PriceGroup, {draft.price_group_id for draft in drafts}, "price_group", "The price group does not exist."),
        (PaymentTerms, {terms.terms_id for terms in agreed}, "terms", "These payment terms do not exist."),
        (Company, {terms.company_id for terms in agreed}, "company", "The company does not exist."),
        (User, {terms.salesperson_id for terms in agreed}, "salesperson", "The salesperson does not exist."),
    ]
    for model, ids, field, sentence in named:
        wanted = {row_id for row_id in ids if row_id is not None}
        if wanted and model._default_manager.filter(pk__in=wanted).count() != len(wanted):
            raise AccountRefused(sentence, fields={field: sentence})


def _require_free(drafts: Sequence[AccountDraft], *, but: int = NOBODY) -> None:
    codes = {draft.code.upper() for draft in drafts}
    taken = Account.objects.annotate(upper_code=Upper("code")).filter(upper_code__in=codes).exclude(pk=but)
    for code in taken.values_list("code", flat=True)[:1]:
        raise AccountRefused(
            f"There is already an account with code {code}.",
            fields={"code": "There is already an account with this code."},
        )


def _write_new(model: type[Model], part: str, names: Sequence[str], by_account: Mapping[int, AccountDraft]) -> None:
    rows = [(account_id, row) for account_id, draft in by_account.items() for row in getattr(draft, part)]
    if not rows:
        return
    columns: dict[str, list[Any]] = {name: [getattr(row, name) for _, row in rows] for name in names}
    bulk.insert(model, {**columns, "account_id": [account_id for account_id, _ in rows]})


def _replace(model: type[Address] | type[Contact], account_id: int, rows: Sequence[Any], names: Sequence[str]) -> None:
    """Keep rows by id, remove the others, add the new ones.

    The account's lock covers them; ids of other accounts are refused.
    """
    mine = model._default_manager.filter(account_id=account_id)
    known = set(mine.values_list("pk", flat=True))
    kept = [row for row in rows if row.id is not None]
    if not known.issuperset(row.id for row in kept):
        raise AccountNotFound("This address or contact belongs to another account.")
    mine.exclude(pk__in=[row.id for row in kept]).delete()
    if model is Address:  # a default that moves from one row to another is never at two rows at once
        of_account = Address.objects.filter(account_id=account_id)
        of_account.update(is_default_ship_to=False, is_default_bill_to=False)
    bulk.update(model, [row.id for row in kept], {name: [getattr(row, name) for row in kept] for name in names})
    new = [row for row in rows if row.id is None]
    if new:
        columns = {name: [getattr(row, name) for row in new] for name in names}
        bulk.insert(model, columns, same={"account_id": account_id})
