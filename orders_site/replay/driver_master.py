"""Master data of the replay: the company with its books and tax, products, accounts and the derived price list.

What is there already, by its code, stays as it is: a company that exists is traded in, not set up again.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from accounting.services import set_up_books
from catalog.drafts import (
    AccountDraft,
    AddressDraft,
    AgreedTerms,
    ConditionDraft,
    PriceListDraft,
    ProductDraft,
    ScaleDraft,
    TaxRateDraft,
    TermsDraft,
    UnitOfMeasureDraft,
)
from catalog.models import (
    Account,
    AccountInCompany,
    Address,
    PaymentTerms,
    PriceGroup,
    PriceList,
    Product,
    TaxRate,
    UnitOfMeasure,
)
from catalog.services import (
    create_accounts,
    create_payment_terms,
    create_price_groups,
    create_price_list,
    create_products,
    create_units,
    set_conditions,
    set_tax_rates,
)
from core import bulk
from core.models import Company, CompanyMembership, User
from inventory.models import Warehouse
from inventory.services import create_warehouse
from orders_site.models import ReplayRun
from orders_site.replay.driver_ground import Ground, Steps
from orders_site.replay.mapping import ReplayMapping
from orders_site.replay.survey import AccountPlan, Survey

MASTER = "master"
PIECE = "PCE"
LIST_CODE = "REPLAY"
BOOKS_AHEAD = timedelta(days=366)  # terms and later payments need open months
HOME = "GB"
LONG_AGO = date(2000, 1, 1)
_ZERO = Decimal(0)


def open_run(survey: Survey, mapping: ReplayMapping, *, company_code: str, file_name: str, actor: User) -> Ground:
    """Find or create the company and the run of this file in it."""
    company, _ = Company.objects.get_or_create(
        code=company_code,
        defaults={
            "name": mapping.name[:120],
            "functional_currency": mapping.currency,
            "country": HOME,
            "time_zone": "Europe/London",
        },
    )
    CompanyMembership.objects.get_or_create(user=actor, company=company)
    run, _ = ReplayRun.objects.get_or_create(
        company=company,
        run_key=survey.run_key,
        defaults={"file_name": file_name[:200], "mapping_name": mapping.name[:200]},
    )
    return Ground(run, company, mapping, actor)


def make_master(ground: Ground, steps: Steps, survey: Survey) -> None:
    """Create what is missing of the master data, and give the ground the ids of all of it."""
    basics: tuple[tuple[str, Callable[[Ground, Survey], object]], ...] = (
        ("books", _books),
        ("tax", _tax),
        ("units", _units),
        ("terms", _terms),
        ("price_groups", _price_groups),
        ("warehouse", _warehouse),
        ("products", _products),
        ("accounts", _accounts),
        ("prices", _prices),
    )
    for name, make in basics:
        steps.take(MASTER, name, lambda make=make: make(ground, survey))  # type: ignore[misc]
    _find(ground, survey)


def _books(ground: Ground, survey: Survey) -> None:
    last = (survey.last_day + BOOKS_AHEAD).year
    set_up_books(company=ground.company, first_year=survey.first_day.year, last_year=last, actor=ground.actor)


def _tax(ground: Ground, survey: Survey) -> None:
    """Amounts of the file are net and no tax is added, whatever the country."""
    if TaxRate.objects.filter(company=ground.company).exists():
        return
    draft = TaxRateDraft(
        company_id=ground.company.pk,
        code="NONE",
        name="No tax",
        tax_category="standard",
        tax_class="domestic",
        percent=_ZERO,
        valid_from=LONG_AGO,
        kind="Z",
        reason="The history gives net amounts",
    )
    set_tax_rates(drafts=[draft], actor=ground.actor)


def _units(ground: Ground, survey: Survey) -> None:
    if not UnitOfMeasure.objects.filter(code=PIECE).exists():
        create_units(drafts=[UnitOfMeasureDraft(PIECE, "piece")], actor=ground.actor)


def _terms(ground: Ground, survey: Survey) -> None:
    known = set(PaymentTerms.objects.values_list("code", flat=True))
    drafts = [
        TermsDraft(_terms_code(days), f"{days} days net" if days else "At once", days)
        for days in sorted({account.terms_days for account in survey.accounts})
        if _terms_code(days) not in known
    ]
    if drafts:
        create_payment_terms(drafts=drafts, actor=ground.actor)


def _terms_code(days: int) -> str:
    return f"NET{days}"


def _price_groups(ground: Ground, survey: Survey) -> None:
    known = set(PriceGroup.objects.values_list("code", flat=True))
    prices = ground.mapping.prices
    missing = [(code, code.capitalize()) for code in (prices.trade_group, prices.counter_group) if code not in known]
    if missing:
        create_price_groups(groups=missing, actor=ground.actor)


def _warehouse(ground: Ground, survey: Survey) -> None:
    if not Warehouse.objects.filter(company=ground.company).exists():
        create_warehouse(company=ground.company, code="MAIN", name="Warehouse", country=HOME, actor=ground.actor)


def _products(ground: Ground, survey: Survey) -> None:
    known = set(Product.objects.filter(sku__in=survey.products).values_list("sku", flat=True))
    drafts = [
        ProductDraft(
            sku=plan.sku,
            name=plan.name[:160],
            stock_unit=PIECE,
            kind="stocked" if plan.is_stocked else "service",
            posting_group=plan.code_class[:12],
            created_on=survey.first_day,
        )
        for plan in survey.products.values()
        if plan.sku not in known
    ]
    create_products(drafts=drafts, actor=ground.actor)


def _accounts(ground: Ground, survey: Survey) -> None:
    supplier = ground.mapping.supplier
    codes = {account.code for account in survey.accounts} | {supplier.code}
    known = set(Account.objects.filter(code__in=codes).values_list("code", flat=True))
    groups = dict(PriceGroup.objects.values_list("code", "pk"))
    terms = dict(PaymentTerms.objects.values_list("code", "pk"))
    drafts = [
        _account(ground, plan, groups[plan.price_group], terms[_terms_code(plan.terms_days)], survey.first_day)
        for plan in survey.accounts
        if plan.code not in known
    ]
    if supplier.code not in known:
        drafts.append(
            AccountDraft(
                supplier.code, supplier.name, ground.mapping.currency, HOME, is_customer=False, is_supplier=True
            )
        )
    create_accounts(drafts=drafts, actor=ground.actor)
    _agree(ground, survey, terms)


def _agree(ground: Ground, survey: Survey, terms: dict[str, int]) -> None:
    """Let accounts that another company knew already trade with this one, too."""
    days = {account.code: account.terms_days for account in survey.accounts}
    missing = Account.objects.filter(code__in=days).exclude(in_companies__company=ground.company).order_by("pk")
    rows = [(account_id, terms[_terms_code(days[code])]) for account_id, code in missing.values_list("pk", "code")]
    if rows:
        bulk.insert(
            AccountInCompany,
            {"account_id": [row[0] for row in rows], "terms_id": [row[1] for row in rows]},
            same={"company_id": ground.company.pk},
        )


def _account(ground: Ground, plan: AccountPlan, group_id: int, terms_id: int, on: date) -> AccountDraft:
    """The file names no street or town: a place is its country."""
    countries = ground.mapping.countries
    return AccountDraft(
        code=plan.code,
        name=plan.name,
        currency=ground.mapping.currency,
        country=countries[plan.countries[0]],
        price_group_id=group_id,
        created_on=on,
        addresses=tuple(
            AddressDraft(
                plan.name, "Not given", country, countries[country],
                is_default_ship_to=position == 0, is_default_bill_to=position == 0,
            )
            for position, country in enumerate(plan.countries)
        ),
        agreed=(AgreedTerms(ground.company.pk, terms_id),),
    )  # fmt: skip


def _prices(ground: Ground, survey: Survey) -> None:
    groups = dict(PriceGroup.objects.values_list("code", "pk"))
    products = dict(Product.objects.filter(sku__in=survey.products).values_list("sku", "pk"))
    found = PriceList.objects.filter(company=ground.company, code=LIST_CODE).first()
    draft = PriceListDraft(ground.company.pk, LIST_CODE, "Derived from history", ground.mapping.currency)
    list_id = found.pk if found else create_price_list(draft=draft, actor=ground.actor)
    drafts = [
        ConditionDraft(
            ground.company.pk,
            scale.steps[0].unit_price,
            survey.first_day.replace(day=1),
            access="price group and product",
            product_id=products[scale.sku],
            price_group_id=groups[scale.price_group],
            currency=ground.mapping.currency,
            scale=tuple(ScaleDraft(step.from_quantity, step.unit_price) for step in scale.steps[1:]),
            price_list_id=list_id,
        )
        for scale in survey.price_list.values()
        if scale.sku in products
    ]
    if drafts:
        set_conditions(drafts=drafts, actor=ground.actor)


def _find(ground: Ground, survey: Survey) -> None:
    """Read the ids that the steps of the trade work with. Five queries."""
    codes = {account.code for account in survey.accounts} | {ground.mapping.supplier.code}
    ground.warehouse_id = Warehouse.objects.filter(company=ground.company).order_by("rank", "pk")[0].pk
    ground.products = dict(Product.objects.filter(sku__in=survey.products).values_list("sku", "pk"))
    ground.accounts = dict(Account.objects.filter(code__in=codes).values_list("code", "pk"))
    ground.supplier_id = ground.accounts[ground.mapping.supplier.code]
    rows = Address.objects.filter(account__code__in=codes).values_list("account__code", "country", "pk")
    ground.addresses = {(code, country): pk for code, country, pk in rows}
    ground.costs = {sku: plan.unit_cost for sku, plan in survey.products.items()}
