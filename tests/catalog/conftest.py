"""The small world of the catalog's tests: a company in pounds, people by right, units, and makers through services."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission

from catalog.drafts import (
    AccountDraft,
    AgreedTerms,
    ConditionDraft,
    CouponDraft,
    ProductDraft,
    ScaleDraft,
    TaxRateDraft,
)
from catalog.models import PaymentTerms, PriceGroup, UnitOfMeasure
from catalog.services import create_account, create_coupon, create_product, set_conditions, set_tax_rates
from core.models import Company, CompanyMembership, User

TODAY = date(2026, 3, 2)
LONG_AGO = date(2020, 1, 1)
MAINTAINER = ("maintain_product", "maintain_account", "maintain_price", "maintain_coupon", "maintain_tax")
VIEWER = ("view_product", "view_account", "view_pricelist")


def make_user(name: str, *codenames: str, companies: tuple[Company, ...] = ()) -> User:
    """A person with these rights in the catalog."""
    user = User.objects.create_user(username=name.lower(), password="kept-tests-only", first_name=name)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="catalog", codename__in=codenames))
    for company in companies:
        CompanyMembership.objects.create(user=user, company=company)
    return user


@dataclass(frozen=True)
class Shop:
    """One company, who works there, and shortcuts to what its tests need."""

    company: Company
    keeper: User  # keeps master data
    viewer: User  # may look
    nobody: User  # may nothing
    wholesale: PriceGroup
    terms: PaymentTerms

    def product(self, sku: str = "BOLT", **given: Any) -> int:
        draft = ProductDraft(sku=sku, **({"name": f"Product {sku}"} | given))
        return create_product(draft=draft, actor=self.keeper)

    def account(self, code: str = "ACME", **given: Any) -> int:
        values = {"name": f"Account {code}", "currency": "GBP", "country": "GB"}
        agreed = (AgreedTerms(self.company.pk, self.terms.pk),)
        return create_account(draft=AccountDraft(code=code, **(values | {"agreed": agreed} | given)), actor=self.keeper)

    def price(self, product_id: int | None, rate: str, *, scale: dict[str, str] | None = None, **given: Any) -> int:
        rows = tuple(ScaleDraft(Decimal(start), Decimal(at)) for start, at in (scale or {}).items())
        values = {"company_id": self.company.pk, "currency": "GBP", "valid_from": LONG_AGO, "product_id": product_id}
        replace = bool(given.pop("replace", False))
        draft = ConditionDraft(rate=Decimal(rate), scale=rows, **(values | given))
        return set_conditions(drafts=[draft], actor=self.keeper, replace=replace)[0]

    def coupon(self, code: str = "SPRING", **given: Any) -> int:
        values = {"company_id": self.company.pk, "name": f"Coupon {code}", "currency": "GBP", "valid_from": LONG_AGO}
        values |= given
        if "amount_off" not in values:
            values.setdefault("percent_off", Decimal(10))
        return create_coupon(draft=CouponDraft(code=code, **values), actor=self.keeper)

    def tax(self, code: str, percent: str, category: str = "standard", **given: Any) -> int:
        values = {"company_id": self.company.pk, "name": f"VAT {percent} %", "tax_class": "domestic"}
        values |= {"tax_category": category, "valid_from": LONG_AGO}
        replace = bool(given.pop("replace", False))
        draft = TaxRateDraft(code=code, percent=Decimal(percent), **(values | given))
        return set_tax_rates(drafts=[draft], actor=self.keeper, replace=replace)[0]


@pytest.fixture
def shop(db: None) -> Shop:
    """A British company with pieces, cases and kilograms, tax at 20, 5 and 0 percent, and no products yet."""
    company = Company.objects.create(
        code="HP", name="Harland & Pike", functional_currency="GBP", country="GB", time_zone="Europe/London"
    )
    for code, name, is_whole in (
        ("PCE", "Piece", True),
        ("CS", "Case", True),
        ("KG", "Kilogram", False),
        ("G", "Gram", True),
    ):
        UnitOfMeasure.objects.create(code=code, name=name, is_whole=is_whole)
    made = Shop(
        company=company,
        keeper=make_user("Keeper", *MAINTAINER, *VIEWER, companies=(company,)),
        viewer=make_user("Viewer", *VIEWER, companies=(company,)),
        nobody=make_user("Nobody", companies=(company,)),
        wholesale=PriceGroup.objects.create(code="WHOLE", name="Wholesale"),
        terms=PaymentTerms.objects.create(code="N30", name="30 days net", net_days=30),
    )
    made.tax("S20", "20")
    made.tax("S5", "5", "reduced")
    made.tax("Z0", "0", "zero", kind="Z", reason="Zero rate")
    return made


@pytest.fixture
def other_company(db: None) -> Company:
    """A second company of the group, in euros."""
    return Company.objects.create(
        code="HPE", name="Harland & Pike Europe", functional_currency="EUR", country="DE", time_zone="Europe/Berlin"
    )
