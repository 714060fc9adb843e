"""The master data of the demonstration company: company, places, rates, products, prices, accounts."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from accounting.services import set_up_books
from catalog.drafts import (
    AccountDraft,
    AddressDraft,
    AgreedTerms,
    CategoryDraft,
    ConditionDraft,
    ContactDraft,
    CouponDraft,
    KitPart,
    PriceListDraft,
    ProductDraft,
    RelationDraft,
    ScaleDraft,
    TaxRateDraft,
    TermsDraft,
    UnitDraft,
    UnitOfMeasureDraft,
)
from catalog.services import (
    create_accounts,
    create_categories,
    create_coupon,
    create_payment_terms,
    create_price_groups,
    create_price_list,
    create_products,
    create_relations,
    create_units,
    set_conditions,
    set_kit,
    set_tax_rates,
)
from core.models import Company, CompanyMembership, FxRate, User
from core.rounding import HALF_UP, round_places
from core.system import system_user
from inventory.models import Bin, TransitTime, Warehouse
from orders_site.demo.goods import CUSTOMERS, CUSTOMERS_ABROAD, RANGES, SUPPLIERS
from orders_site.demo.people import make_people

LONG_AGO = date(2020, 1, 1)


@dataclass
class Master:
    """What the trade needs to know of the master data."""

    company: Company
    people: dict[str, User]
    main: Warehouse
    products: list[int] = field(default_factory=list)
    costs: dict[int, Decimal] = field(default_factory=dict)
    kit: int = 0
    freight: int = 0
    customers: list[int] = field(default_factory=list)
    abroad: list[int] = field(default_factory=list)
    suppliers: list[int] = field(default_factory=list)
    group: int = 0


def make_master(first_day: date, today: date, rng: random.Random) -> Master:
    """Create all master data in one go, through the commands."""
    actor = system_user()
    company = Company.objects.create(
        code="HP",
        name="Harland & Pike",
        functional_currency="GBP",
        time_zone="Europe/London",
        country="GB",
        address="Harland & Pike Ltd\n12 Quay Street\nBristol BS1 4DJ",
        vat_number="GB123456782",
        registration_number="01234567",
        iban="GB29NWBK60161331926819",
        bic="NWBKGB2L",
        is_demo=True,
    )
    CompanyMembership.objects.get_or_create(user=actor, company=company)
    people = make_people(company)
    set_up_books(company=company, first_year=first_day.year, last_year=today.year + 1, actor=actor)
    master = Master(company, people, _warehouse(company, "BRS", "Bristol", 1))
    _warehouse(company, "LDS", "Leeds", 2)
    _rates(company, first_day, today, rng, actor)
    _products(master, rng, actor)
    _prices(master, first_day, rng, actor)
    _accounts(master, rng, actor)
    return master


def _warehouse(company: Company, code: str, name: str, rank: int) -> Warehouse:
    place = Warehouse.objects.create(
        company=company, code=code, name=name, time_zone="Europe/London", country="GB", rank=rank
    )
    Bin.objects.bulk_create(
        Bin(warehouse=place, code=f"{aisle}-{shelf:02d}", path=path, is_default=path == 1)
        for path, (aisle, shelf) in enumerate(((aisle, shelf) for aisle in "ABCD" for shelf in range(1, 7)), 1)
    )
    TransitTime.objects.bulk_create(
        TransitTime(warehouse=place, country=country, days=days)
        for country, days in (("GB", 1), ("IE", 2), ("FR", 3), ("NL", 3), ("BE", 3), ("DE", 4), ("ES", 5))
    )
    return place


def _rates(company: Company, first_day: date, today: date, rng: random.Random, actor: User) -> None:
    rates = [("standard", "20"), ("reduced", "5"), ("zero", "0")]
    set_tax_rates(
        drafts=[
            draft
            for category, percent in rates
            for draft in (
                TaxRateDraft(
                    company.pk, f"S{percent}", f"VAT {percent} %", category, "domestic", Decimal(percent), LONG_AGO
                )
                if percent != "0"
                else TaxRateDraft(
                    company.pk, "Z0", "Zero rated", category, "domestic", Decimal(0), LONG_AGO, "Z", "Zero rated"
                ),
                TaxRateDraft(
                    company.pk,
                    f"G-{category[:4]}",
                    "Export",
                    category,
                    "export",
                    Decimal(0),
                    LONG_AGO,
                    "G",
                    "Export of goods",
                ),
            )
        ],
        actor=actor,
    )
    months, day = [], first_day.replace(day=1)
    while day <= today:
        months.append(day)
        day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    rates_by_month = {month: Decimal(rng.randint(8_420, 8_780)) / 10_000 for month in months}
    FxRate.objects.bulk_create(
        FxRate(from_currency=one, to_currency=other, valid_from=month, rate=worth)
        for month, rate in rates_by_month.items()
        for one, other, worth in (("EUR", "GBP", rate), ("GBP", "EUR", round_places(HALF_UP.divide(1, rate), 12)))
    )


def _products(master: Master, rng: random.Random, actor: User) -> None:
    create_units(
        drafts=[
            UnitOfMeasureDraft("ea", "each"),
            UnitOfMeasureDraft("bx", "box"),
            UnitOfMeasureDraft("hr", "hour", False),
        ],
        actor=actor,
    )
    categories = create_categories(drafts=[CategoryDraft(code, name) for name, code, *_ in RANGES], actor=actor)
    drafts, costs = [], []
    for (_, code, tax, nouns, kinds, (low, high)), category_id in zip(RANGES, categories, strict=True):
        for number, (noun, kind) in enumerate(((noun, kind) for noun in nouns for kind in kinds), 1):
            price = Decimal(rng.randrange(low, high, 5)) / 100
            drafts.append(
                ProductDraft(
                    sku=f"{code}-{10_000 + number * 37}",
                    name=f"{noun}, {kind}",
                    stock_unit="ea",
                    category_id=category_id,
                    tax_category=tax,
                    weight_kg=Decimal(rng.randint(5, 480)) / 100,
                    units=(UnitDraft("bx", rng.choice((6, 10, 12, 24))),),
                )
            )
            costs.append((price * Decimal(rng.randint(48, 62)) / 100).quantize(Decimal("0.01")))
    extra = [
        ProductDraft(sku="SET-TEA", name="Tea table set: pot, two mugs, towel", stock_unit="ea", kind="kit"),
        ProductDraft(sku="FREIGHT", name="Carriage, pallet", stock_unit="ea", kind="service", posting_group="freight"),
    ]
    ids = create_products(drafts=[*drafts, *extra], actor=actor)
    master.products, (master.kit, master.freight) = ids[: len(drafts)], ids[len(drafts) :]
    master.costs = dict(zip(master.products, costs, strict=True))
    set_kit(
        product_id=master.kit,
        parts=[KitPart(ids[0], Decimal(2)), KitPart(ids[5], Decimal(1)), KitPart(ids[10], Decimal(1))],
        actor=actor,
    )
    pairs = [
        (0, 1, "substitute"),
        (5, 6, "substitute"),
        (30, 31, "substitute"),
        (0, 10, "complement"),
        (35, 40, "complement"),
    ]
    create_relations(
        drafts=[RelationDraft(ids[a], ids[b], kind, LONG_AGO, reason="same range") for a, b, kind in pairs], actor=actor
    )


def _prices(master: Master, first_day: date, rng: random.Random, actor: User) -> None:
    company = master.company
    (master.group,) = create_price_groups(groups=[("TRADE", "Trade")], actor=actor)
    list_id = create_price_list(draft=PriceListDraft(company.pk, "STD", "Standard list", "GBP"), actor=actor)
    drafts = []
    for product_id in master.products:
        price = (master.costs[product_id] * Decimal(rng.randint(165, 205)) / 100).quantize(Decimal("0.01"))
        scale = (ScaleDraft(Decimal(48), (price * Decimal("0.92")).quantize(Decimal("0.01"))),)
        drafts.append(
            ConditionDraft(
                company.pk, price, first_day, product_id=product_id, currency="GBP", scale=scale, price_list_id=list_id
            )
        )
    drafts += [
        ConditionDraft(company.pk, Decimal("38.50"), first_day, product_id=master.kit, currency="GBP"),
        ConditionDraft(company.pk, Decimal("48"), first_day, product_id=master.freight, currency="GBP"),
        ConditionDraft(
            company.pk,
            Decimal(5),
            first_day,
            condition_type="DISC",
            access="price group",
            price_group_id=master.group,
            calculation="percent",
        ),
    ]
    set_conditions(drafts=drafts, actor=actor)
    create_coupon(
        draft=CouponDraft(
            company.pk,
            "SPRING10",
            "Spring, 10 % off",
            "GBP",
            first_day,
            percent_off=Decimal(10),
            minimum_order_net=Decimal(250),
            most_uses=200,
            most_uses_per_account=4,
        ),
        actor=actor,
    )


def _accounts(master: Master, rng: random.Random, actor: User) -> None:
    terms = create_payment_terms(
        drafts=[
            TermsDraft("N30", "30 days net"),
            TermsDraft("N14", "14 days net", 14),
            TermsDraft("N60", "60 days net", 60),
        ],
        actor=actor,
    )
    sellers = [master.people["Sales"].pk, master.people["Sales lead"].pk]

    def draft(code: str, name: str, town: str, postcode: str, country: str) -> AccountDraft:
        abroad = country != "GB"
        first = rng.choice(("Jess", "Sam", "Alex", "Robin", "Chris"))
        return AccountDraft(
            code=code,
            name=name,
            currency="EUR" if abroad else "GBP",
            country=country,
            tax_class="export" if abroad else "domestic",
            price_group_id=master.group if rng.random() < 0.3 else None,  # three in ten are trade
            email=f"orders@{name.split()[0].lower().strip('.,&')}.example",
            addresses=(
                AddressDraft(name, f"{rng.randint(1, 90)} Market Street", town, country, postcode, "", True, True),
            ),
            contacts=(ContactDraft(f"{first} Trewin", role="Buyer"),),
            agreed=(
                AgreedTerms(
                    master.company.pk,
                    rng.choice(terms),
                    ships_complete=rng.random() < 0.1,
                    accepts_substitutes=rng.random() < 0.4,
                    over_delivery_percent=Decimal(rng.choice((0, 0, 5))),
                    salesperson_id=rng.choice(sellers),
                ),
            ),
        )

    home = [draft(f"C{1000 + n}", name, town, code, "GB") for n, (name, town, code) in enumerate(CUSTOMERS)]
    away = [draft(f"E{1000 + n}", *each) for n, each in enumerate(CUSTOMERS_ABROAD)]
    supply = [
        AccountDraft(f"S{1000 + n}", name, "GBP", country, is_customer=False, is_supplier=True)
        for n, (name, country) in enumerate(SUPPLIERS)
    ]
    ids = create_accounts(drafts=[*home, *away, *supply], actor=actor)
    master.customers = ids[: len(home)]
    master.abroad = ids[len(home) : len(home) + len(away)]
    master.suppliers = ids[len(home) + len(away) :]
