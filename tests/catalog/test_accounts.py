"""Creating and changing accounts: places, people, terms per company, tax numbers, hierarchy."""

from decimal import Decimal
from typing import Any

import pytest

from catalog.drafts import AccountDraft, AddressDraft, AgreedTerms, ContactDraft
from catalog.errors import AccountNotFound, AccountRefused
from catalog.models import Account, AccountInCompany, Address
from catalog.services import change_account, create_account, create_accounts
from core.errors import NotAllowed, NotFound
from core.models import Company
from tests.catalog.conftest import Shop

DOCK = AddressDraft("Dock 4", "Mill Lane 1", "Leeds", "GB", "LS1 1AA", is_default_ship_to=True)
OFFICE = AddressDraft("Office", "High Street 2", "Leeds", "GB", is_default_bill_to=True)


def draft(**given: Any) -> AccountDraft:
    return AccountDraft(**({"code": "ACME", "name": "Acme", "currency": "GBP", "country": "GB"} | given))


def test_an_account_is_created_with_places_people_and_terms(shop: Shop) -> None:
    agreed = AgreedTerms(shop.company.pk, shop.terms.pk, ships_complete=True, over_delivery_percent=Decimal(5))

    acme = create_account(
        draft=draft(addresses=(DOCK, OFFICE), contacts=(ContactDraft("Ann", "ann@example.com"),), agreed=(agreed,)),
        actor=shop.keeper,
    )

    terms = AccountInCompany.objects.get(account=acme, company=shop.company)
    assert (terms.terms_id, terms.ships_complete, terms.over_delivery_percent) == (shop.terms.pk, True, Decimal(5))
    assert Address.objects.get(account=acme, is_default_ship_to=True).name == "Dock 4"
    assert Address.objects.get(account=acme, is_default_bill_to=True).name == "Office"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"code": ""}, "code"),
        ({"name": "x" * 161}, "name"),
        ({"currency": "EURO"}, "currency"),
        ({"currency": "XXX"}, "currency"),
        ({"country": "gb"}, "country"),
        ({"tax_number": "GB123456789"}, "tax_number"),
        ({"country": "DE", "tax_number": "DE136695977"}, "tax_number"),
        ({"email": "nobody"}, "email"),
        ({"status": "gone"}, "status"),
        ({"is_customer": False}, "is_customer"),
        ({"parent_id": 10**9}, "parent"),
        ({"price_group_id": 10**9}, "price_group"),
        ({"addresses": (DOCK, DOCK)}, "addresses"),
        ({"contacts": (ContactDraft("Ann", "no at"),)}, "contacts-0-email"),
    ],
)
def test_what_breaks_a_rule_is_refused_at_its_field(shop: Shop, given: dict[str, Any], field: str) -> None:
    with pytest.raises(AccountRefused) as refused:
        create_account(draft=draft(**given), actor=shop.keeper)

    assert field in refused.value.fields
    assert not Account.objects.exists()


def test_payment_terms_that_do_not_exist_are_refused_at_their_field(shop: Shop) -> None:
    with pytest.raises(AccountRefused) as refused:
        create_account(draft=draft(agreed=(AgreedTerms(shop.company.pk, 10**9),)), actor=shop.keeper)

    assert list(refused.value.fields) == ["terms"]


def test_nobody_agrees_terms_for_a_company_of_others(shop: Shop) -> None:
    theirs = Company.objects.create(code="OTHER", name="Other Ltd", functional_currency="GBP", country="GB")
    acme, agreed = shop.account(), (AgreedTerms(shop.company.pk, shop.terms.pk), AgreedTerms(theirs.pk, shop.terms.pk))

    with pytest.raises(NotFound):
        create_accounts(drafts=[draft(code="FREE"), draft(code="NEW", agreed=agreed)], actor=shop.keeper)
    with pytest.raises(NotFound):
        change_account(account_id=acme, draft=draft(agreed=agreed), actor=shop.keeper)

    assert list(Account.objects.values_list("code", flat=True)) == ["ACME"]
    assert not AccountInCompany.objects.filter(company=theirs).exists()


def test_good_tax_numbers_pass_and_unknown_countries_are_let_through(shop: Shop) -> None:
    drafts = [
        draft(code="GB", tax_number="GB980780684"),
        draft(code="DE", country="DE", tax_number="DE136695976"),
        draft(code="XX", country="XX", tax_number="whatever"),
    ]

    assert len(create_accounts(drafts=drafts, actor=shop.keeper)) == 3


def test_a_code_is_taken_once_in_any_case(shop: Shop) -> None:
    create_account(draft=draft(code="Acme"), actor=shop.keeper)

    with pytest.raises(AccountRefused, match="already an account with code Acme"):
        create_account(draft=draft(code="ACME"), actor=shop.keeper)
    with pytest.raises(AccountRefused, match="occurs more than once"):
        create_accounts(drafts=[draft(code="B"), draft(code="b")], actor=shop.keeper)


def test_without_the_right_nothing_changes(shop: Shop) -> None:
    acme = shop.account()

    with pytest.raises(NotAllowed):
        create_account(draft=draft(code="NEW"), actor=shop.viewer)
    with pytest.raises(NotAllowed):
        change_account(account_id=acme, draft=draft(name="Other"), actor=shop.viewer)

    assert list(Account.objects.values_list("name", flat=True)) == ["Account ACME"]


def test_changing_keeps_rows_by_id_and_moves_the_default(shop: Shop) -> None:
    acme = create_account(draft=draft(addresses=(DOCK, OFFICE)), actor=shop.keeper)
    dock, office = Address.objects.filter(account_id=acme).order_by("pk")
    moved = AddressDraft("Office", "High Street 9", "Leeds", "GB", is_default_ship_to=True, id=office.pk)
    kept = AddressDraft("Dock 4", "Mill Lane 1", "Leeds", "GB", id=dock.pk)

    change_account(account_id=acme, draft=draft(addresses=(kept, moved)), actor=shop.keeper)

    office.refresh_from_db()
    assert (office.street, office.is_default_ship_to, office.is_default_bill_to) == ("High Street 9", True, False)
    change_account(account_id=acme, draft=draft(addresses=(kept,)), actor=shop.keeper)
    assert list(Address.objects.filter(account_id=acme)) == [dock]


def test_an_address_of_another_account_is_not_taken(shop: Shop) -> None:
    acme, other = shop.account(), create_account(draft=draft(code="OTHER", addresses=(DOCK,)), actor=shop.keeper)
    theirs = Address.objects.get(account_id=other)
    stolen = AddressDraft("Mine", "Mine", "Mine", "GB", id=theirs.pk)

    with pytest.raises(AccountNotFound):
        change_account(account_id=acme, draft=draft(addresses=(stolen,)), actor=shop.keeper)

    theirs.refresh_from_db()
    assert theirs.name == "Dock 4"


def test_terms_of_companies_that_are_not_named_stay(shop: Shop, other_company: Any) -> None:
    acme = shop.account()
    shop.keeper.companies.add(other_company)

    change_account(
        account_id=acme, draft=draft(agreed=(AgreedTerms(other_company.pk, shop.terms.pk),)), actor=shop.keeper
    )

    agreed = AccountInCompany.objects.filter(account=acme).values_list("company", "terms")
    assert set(agreed) == {(shop.company.pk, shop.terms.pk), (other_company.pk, shop.terms.pk)}


def test_an_account_never_stands_above_itself(shop: Shop) -> None:
    top, middle = shop.account("TOP"), shop.account("MIDDLE")
    change_account(account_id=middle, draft=draft(code="MIDDLE", parent_id=top), actor=shop.keeper)

    for parent in (middle, top):
        with pytest.raises(AccountRefused, match="above itself"):
            change_account(account_id=top, draft=draft(code="TOP", parent_id=parent), actor=shop.keeper)


def test_statement_count_is_the_same_for_10_and_1000_accounts(shop: Shop, count_statements: Any) -> None:
    counts = []
    agreed = (AgreedTerms(shop.company.pk, shop.terms.pk),)
    for size in (10, 1000):
        drafts = [draft(code=f"{size}-{number}", addresses=(DOCK,), agreed=agreed) for number in range(size)]
        with count_statements() as statements:
            create_accounts(drafts=drafts, actor=shop.keeper)
        counts.append(statements.count)

    assert counts[0] == counts[1]
