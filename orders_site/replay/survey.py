"""First reading of a file: who trades, what is traded, at which prices, and how much leaves stock in each period.

It writes nothing and holds master data only, so that a file which is damaged at its last byte is refused before
anything happened. The plan of the second reading rests on it.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from core.rounding import round_places
from orders_site.replay.classify import SENDS_OUT, ClassifiedLine, Classifier, Treatment
from orders_site.replay.documents import FileDocument, days_of_trade
from orders_site.replay.figures import Figures
from orders_site.replay.mapping import ReplayMapping, Supply, SupplyPeriod
from orders_site.replay.pricelist import PriceKey, PriceScale, SalePrices
from orders_site.replay.reader import Progress, read_trade

SaleKey = tuple[str, str, Decimal]  # account, SKU, unit price: what a return must share with its sale

_WITH_PARTNER = frozenset(Treatment) - {
    Treatment.WRITE_OFF, Treatment.STOCK_LOSS, Treatment.STOCK_FOUND, Treatment.REPORTED, Treatment.REJECTED,
}  # fmt: skip
_WITH_PRODUCT = _WITH_PARTNER | {Treatment.STOCK_LOSS, Treatment.STOCK_FOUND}
_NAMES_PRODUCT = {Treatment.GOODS_SALE, Treatment.CHARGE}
_BACK = {Treatment.RETURN_WITHOUT_REFERENCE, Treatment.VALUE_CREDIT}


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """An account to create. ``countries`` as the file names them: the home, then further ship-to addresses."""

    code: str
    name: str
    is_counter: bool
    terms_days: int
    countries: tuple[str, ...]
    price_group: str


@dataclass(frozen=True, slots=True)
class ProductPlan:
    """A product to create, a service unless its class is stocked. ``unit_cost`` per piece, zero for services."""

    sku: str
    name: str
    code_class: str
    is_stocked: bool
    unit_cost: Decimal


@dataclass(frozen=True, slots=True)
class Survey:
    """What the first reading found. ``run_key`` names file and mapping to the byte: a run continues under no other."""

    run_key: str
    first_day: date
    last_day: date
    lines: int
    lines_rejected: int
    documents: int
    accounts: tuple[AccountPlan, ...]
    products: Mapping[str, ProductPlan]
    price_list: Mapping[PriceKey, PriceScale]
    sent_out: Mapping[date, Mapping[str, Decimal]]  # start of the supply period -> SKU -> pieces
    credits_per_sale_key: Mapping[SaleKey, int]
    figures: Figures


def account_code_of(document: FileDocument, mapping: ReplayMapping) -> str:
    """Give the account of a document: its customer's, or the cash account of its country."""
    if document.customer:
        return mapping.accounts.code.format(customer=document.customer)
    code = mapping.countries[document.country]
    return mapping.counter.code.format(country=document.country, country_code=code)


def period_start(day: date, period: SupplyPeriod) -> date:
    """Give the first day of the supply period that holds this day; weeks begin on Monday."""
    match period:
        case SupplyPeriod.DAY:
            return day
        case SupplyPeriod.WEEK:
            return day - timedelta(days=day.weekday())
        case SupplyPeriod.MONTH:
            return day.replace(day=1)


def survey_trade(path: Path, mapping: ReplayMapping, *, on_progress: Progress | None = None) -> Survey:
    """Read the whole file once and say what it needs.

    Raises:
        ReplayInputError: the file cannot be used as a whole.
    """
    classifier, notes = Classifier(mapping), _Notes(mapping)
    for day in days_of_trade(read_trade(path, mapping, on_progress=on_progress)):
        notes.first_day = notes.first_day or day.day
        notes.last_day = day.day
        notes.lines_rejected += len(day.rejections)
        for document in day.documents:
            notes.documents += 1
            notes.take(document, classifier.classify(document), period_start(day.day, mapping.supply.period))
    digest = hashlib.sha256(mapping.digest.encode())
    with path.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return notes.survey(digest.hexdigest())


class _Notes:
    """What is jotted down while reading; bounded by accounts, products, prices and periods, not by lines."""

    def __init__(self, mapping: ReplayMapping) -> None:
        self.first_day: date | None = None
        self.last_day: date | None = None
        self.lines = self.lines_rejected = self.documents = 0
        self._mapping = mapping
        self._figures = Figures()
        self._prices = SalePrices()
        self._countries: dict[str, Counter[str]] = defaultdict(Counter)
        self._customers: dict[str, str] = {}
        self._classes: dict[str, str] = {}
        self._names: dict[str, Counter[str]] = defaultdict(Counter)
        self._lesser_names: dict[str, Counter[str]] = defaultdict(Counter)
        self._sent_out: dict[date, dict[str, Decimal]] = {}
        self._credits: Counter[SaleKey] = Counter()

    def take(self, document: FileDocument, lines: list[ClassifiedLine], period: date) -> None:
        """Note one document."""
        self._figures.add_lines(lines)
        accepted = [classified for classified in lines if classified.treatment is not Treatment.REJECTED]
        self.lines += len(accepted)
        self.lines_rejected += len(lines) - len(accepted)
        if with_partner := sum(classified.treatment in _WITH_PARTNER for classified in accepted):
            account = account_code_of(document, self._mapping)
            self._countries[account][document.country] += with_partner
            self._customers[account] = document.customer
            if is_matched(document, self._mapping):
                back = (classified for classified in accepted if classified.treatment in _BACK)
                self._credits.update((account, classified.sku, classified.line.unit_price) for classified in back)
        out = self._sent_out.setdefault(period, defaultdict(Decimal))
        for classified in accepted:
            if classified.treatment in _WITH_PRODUCT:
                self._take_product(document, classified)
            if classified.treatment in SENDS_OUT:
                out[classified.sku] += abs(classified.line.quantity)

    def _take_product(self, document: FileDocument, classified: ClassifiedLine) -> None:
        line, sku, prices = classified.line, classified.sku, self._mapping.prices
        self._classes[sku] = classified.code_class
        if classified.treatment is Treatment.GOODS_SALE:
            group = prices.trade_group if document.customer else prices.counter_group
            self._prices.add(group, sku, line.quantity, line.unit_price)
        if line.description and classified.treatment in _WITH_PARTNER:
            names = self._names if classified.treatment in _NAMES_PRODUCT else self._lesser_names
            names[sku][line.description] += 1

    def survey(self, run_key: str) -> Survey:
        """Sum the notes up."""
        assert self.first_day is not None
        assert self.last_day is not None
        price_list = self._prices.price_list(lines_per_step=self._mapping.prices.lines_per_step)
        return Survey(
            run_key=run_key,
            first_day=self.first_day,
            last_day=self.last_day,
            lines=self.lines,
            lines_rejected=self.lines_rejected,
            documents=self.documents,
            accounts=tuple(self._account(code) for code in sorted(self._countries)),
            products={sku: self._product(sku, price_list) for sku in sorted(self._classes)},
            price_list=price_list,
            sent_out=dict(sorted(self._sent_out.items())),
            credits_per_sale_key=self._credits,
            figures=self._figures,
        )

    def _account(self, code: str) -> AccountPlan:
        mapping, customer = self._mapping, self._customers[code]
        countries = tuple(country for country, _ in self._countries[code].most_common())
        if customer:
            name = mapping.accounts.name.format(customer=customer)
            return AccountPlan(code, name, False, mapping.accounts.terms_days, countries, mapping.prices.trade_group)
        name = mapping.counter.name.format(country=countries[0], country_code=mapping.countries[countries[0]])
        return AccountPlan(code, name, True, mapping.counter.terms_days, countries, mapping.prices.counter_group)

    def _product(self, sku: str, price_list: Mapping[PriceKey, PriceScale]) -> ProductPlan:
        names = self._names[sku] or self._lesser_names[sku]
        name = names.most_common(1)[0][0] if names else sku
        code_class = self._mapping.codes.by_name[self._classes[sku]]
        groups = self._mapping.prices.trade_group, self._mapping.prices.counter_group
        first_prices = [price_list[group, sku].steps[0].unit_price for group in groups if (group, sku) in price_list]
        cost = unit_cost(first_prices, self._mapping.supply) if code_class.is_stocked else Decimal(0)
        return ProductPlan(sku, name, code_class.name, code_class.is_stocked, cost)


def is_matched(document: FileDocument, mapping: ReplayMapping) -> bool:
    """Say whether the credits of this document look for the sales they refer to."""
    return bool(document.customer) or mapping.counter.match_returns


def unit_cost(first_prices: list[Decimal], supply: Supply) -> Decimal:
    """Assume a cost per piece: a share of the lowest first-step price, rounded half up, and never nothing."""
    if not first_prices:
        return supply.unsold_unit_cost
    smallest = Decimal(1).scaleb(-supply.cost_places)
    return max(round_places(min(first_prices) * supply.cost_share, supply.cost_places), smallest)
