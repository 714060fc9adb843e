"""Read everything that prices a set of documents, in a number of queries that depends neither on documents nor on
lines.

Products, accounts, condition records, tax rates: one query each; coupons and exchange rates only when some document
needs them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from catalog.models import Account
from catalog.pricing.procedure import ACCESSES, ORDER_DISCOUNT
from catalog.pricing.types import ConditionRecord, KeyField, Records, ScaleRow
from catalog.selectors.products import ProductCard, product_cards
from catalog.tax.document import CompanyTaxes, load_taxes
from catalog.trace import Calculation


@dataclass(frozen=True, slots=True)
class Need:
    """What one document needs: the keys by which its facts are found. Codes of coupons are upper case."""

    company_id: int
    account_id: int
    on: date
    tax_point: date
    currency: str
    product_ids: frozenset[int]
    agreement_line_ids: frozenset[int] = frozenset()
    coupon_code: str = ""
    other_currencies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What pricing needs of an account."""

    price_group_id: int | None
    country: str


@dataclass(frozen=True, slots=True)
class OrderDiscount:
    """A discount on the whole order for an account, a price group, or (both None) everybody; its scale starts are
    minimum values.
    """

    record: ConditionRecord
    account_id: int | None
    price_group_id: int | None


@dataclass(frozen=True, slots=True)
class CouponFacts:
    """A coupon with the uses that are left in all and for the account (None: unlimited), when they were read."""

    id: int
    code: str
    name: str
    currency: str
    percent_off: Decimal | None
    amount_off: Decimal | None
    minimum_order_net: Decimal
    valid_from: date
    valid_until: date | None
    uses_left: int | None


@dataclass(frozen=True, slots=True)
class PricingFacts:
    """Everything read. ``coupons`` by (company, upper code, account); ``rates`` by (from, to, day)."""

    products: Mapping[int, ProductCard]
    accounts: Mapping[int, AccountFacts]
    records: Mapping[int, Records]
    order_discounts: Mapping[int, Sequence[OrderDiscount]]
    currencies: Mapping[int, frozenset[str]]
    taxes: Mapping[int, CompanyTaxes]
    coupons: Mapping[tuple[int, str, int], CouponFacts]
    rates: Mapping[tuple[str, str, date], Decimal]


def load(
    needs: Sequence[Need],
    *,
    cards: Mapping[int, ProductCard] | None = None,
    accounts: Mapping[int, AccountFacts] | None = None,
) -> PricingFacts:
    """Read all facts for these documents, but for the products and accounts that the caller has read already.

    Four queries, and one each for coupons and foreign currencies where there are any.
    """
    days = [need.on for need in needs]
    points = [need.tax_point for need in needs]
    company_ids = {need.company_id for need in needs}
    if accounts is None:
        accounts = _accounts({need.account_id for need in needs})
    if cards is None:
        cards = product_cards(ids={product_id for need in needs for product_id in need.product_ids})
    rows = _condition_rows(needs, accounts, min(days), max(days))
    coupons = _coupons(needs)
    currencies = {company_id: frozenset(row.currency for row in rows[company_id]) - {""} for company_id in rows}
    return PricingFacts(
        products=cards,
        accounts=accounts,
        records={
            company_id: Records.of(row.record for row in found if row.record.condition_type != ORDER_DISCOUNT)
            for company_id, found in rows.items()
        },
        order_discounts={
            company_id: [
                OrderDiscount(row.record, row.account_id, row.price_group_id)
                for row in found
                if row.record.condition_type == ORDER_DISCOUNT
            ]
            for company_id, found in rows.items()
        },
        currencies=currencies,
        taxes=load_taxes(company_ids, min(points), max(points)),
        coupons=coupons,
        rates=_rates(needs, currencies, coupons),
    )


def _accounts(ids: Collection[int]) -> dict[int, AccountFacts]:
    rows = Account.objects.filter(pk__in=sorted(ids)).values_list("pk", "price_group_id", "country")
    return {account_id: AccountFacts(group_id, country) for account_id, group_id, country in rows}


@dataclass(frozen=True, slots=True)
class _Row:
    record: ConditionRecord
    account_id: int | None
    price_group_id: int | None

    @property
    def currency(self) -> str:
        return self.record.currency


# Three index conditions, not a list of keys: 1,000 lines need 2,000 look-ups, whatever the number of accesses.
_CONDITIONS_SQL = """
SELECT r.id, r.company_id, r.condition_type, r.access, r.account_id, r.price_group_id, r.agreement_line_id,
       r.product_id, r.calculation, r.rate, lower(r.valid), upper(r.valid), r.currency, r.unit, r.price_unit,
       r.excludes_promotions, s.starts, s.rates
FROM (
    SELECT * FROM catalog_conditionrecord WHERE product_id = ANY(%(products)s::bigint[]) AND account_id IS NULL
    UNION ALL
    SELECT * FROM catalog_conditionrecord
    WHERE product_id = ANY(%(products)s::bigint[]) AND account_id = ANY(%(accounts)s::bigint[])
    UNION ALL
    SELECT * FROM catalog_conditionrecord
    WHERE product_id IS NULL AND (account_id = ANY(%(accounts)s::bigint[]) OR account_id IS NULL)
) r
LEFT JOIN LATERAL (
    SELECT array_agg(c.start ORDER BY c.start) AS starts, array_agg(c.rate ORDER BY c.start) AS rates
    FROM catalog_conditionscale c WHERE c.record_id = r.id
) s ON true
WHERE r.company_id = ANY(%(companies)s::bigint[]) AND r.valid && daterange(%(first)s::date, %(last)s::date, '[]')
  AND (r.price_group_id IS NULL OR r.price_group_id = ANY(%(groups)s::bigint[]))
  AND (r.agreement_line_id IS NULL OR r.agreement_line_id = ANY(%(agreements)s::bigint[]))
"""


def _condition_rows(
    needs: Sequence[Need], accounts: Mapping[int, AccountFacts], first: date, last: date
) -> dict[int, list[_Row]]:
    """Every candidate record of every line of every document, by company, in one query."""
    groups = {facts.price_group_id for facts in accounts.values() if facts.price_group_id is not None}
    found: defaultdict[int, list[_Row]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            _CONDITIONS_SQL,
            {
                "products": sorted({product_id for need in needs for product_id in need.product_ids}),
                "accounts": sorted(accounts),
                "companies": sorted({need.company_id for need in needs}),
                "first": first,
                "last": last,
                "groups": sorted(groups),
                "agreements": sorted({line_id for need in needs for line_id in need.agreement_line_ids}),
            },
        )
        for row in cursor.fetchall():
            record = _record(row)
            if record is not None:
                found[row[1]].append(_Row(record, row[4], row[5]))
    return found


def _record(row: Sequence[Any]) -> ConditionRecord | None:
    """The row as the engine reads it; None for a type or access that the procedure does not have any more."""
    access = ACCESSES.get(row[2], {}).get(row[3])
    if access is None:
        return None
    values = {
        KeyField.ACCOUNT: row[4],
        KeyField.PRICE_GROUP: row[5],
        KeyField.AGREEMENT_LINE: row[6],
        KeyField.PRODUCT: row[7],
    }
    return ConditionRecord(
        id=row[0],
        condition_type=row[2],
        access=row[3],
        key=tuple(values[key_field] for key_field in access.fields),
        calculation=Calculation(row[8]),
        rate=row[9],
        valid_from=row[10] or date.min,
        valid_until=row[11],
        currency=row[12],
        unit=row[13],
        price_unit=row[14],
        scale=scale_rows(row[9], zip(row[16] or (), row[17] or (), strict=True)),
        excludes_promotions=row[15],
    )


def scale_rows(rate: Decimal, rows: Iterable[tuple[Decimal, Decimal]]) -> tuple[ScaleRow, ...]:
    """The scale as the engine reads it: the record's own rate holds from zero on, each row from its start on."""
    scale = tuple(ScaleRow(start, scale_rate) for start, scale_rate in rows)
    if not scale or scale[0].start == 0:
        return scale
    return (ScaleRow(Decimal(0), rate), *scale)


_COUPONS_SQL = """
SELECT c.company_id, upper(c.code), w.account_id, c.id, c.code, c.name, c.currency, c.percent_off, c.amount_off,
       c.minimum_order_net, c.valid_from, c.valid_until,
       least(c.most_uses - coalesce(t.uses, 0), c.most_uses_per_account - coalesce(a.uses, 0))
FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS w(company_id, code, account_id)
JOIN catalog_coupon c ON c.company_id = w.company_id AND upper(c.code) = w.code
LEFT JOIN catalog_coupontotal t ON t.coupon_id = c.id AND t.company_id = c.company_id AND t.account_id = 0
LEFT JOIN catalog_coupontotal a ON a.coupon_id = c.id AND a.company_id = c.company_id AND a.account_id = w.account_id
"""


def _coupons(needs: Sequence[Need]) -> dict[tuple[int, str, int], CouponFacts]:
    """The coupons that were entered, with their uses left. The ledger has the last word when the order is confirmed."""
    wanted = sorted({(need.company_id, need.coupon_code, need.account_id) for need in needs if need.coupon_code})
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_COUPONS_SQL, [list(column) for column in zip(*wanted, strict=True)])
        rows = cursor.fetchall()
    return {(row[0], row[1], row[2]): _coupon(row) for row in rows}


def _coupon(row: Sequence[Any]) -> CouponFacts:
    uses_left = None if row[12] is None else int(row[12])
    return CouponFacts(*(*row[3:12], uses_left))


_RATES_SQL = """
SELECT w.from_currency, w.to_currency, w.day, f.rate
FROM unnest(%s::text[], %s::text[], %s::date[]) AS w(from_currency, to_currency, day)
CROSS JOIN LATERAL (
    SELECT x.rate FROM core_fxrate x
    WHERE x.from_currency = w.from_currency AND x.to_currency = w.to_currency AND x.rate_type = 'spot'
      AND x.valid_from <= w.day
    ORDER BY x.valid_from DESC LIMIT 1
) f
"""


def _rates(
    needs: Sequence[Need],
    currencies: Mapping[int, frozenset[str]],
    coupons: Mapping[tuple[int, str, int], CouponFacts],
) -> dict[tuple[str, str, date], Decimal]:
    """What one unit of each foreign currency among the records is worth in each document's own.

    A missing rate is no error here.
    """
    of_company: defaultdict[int, set[str]] = defaultdict(set)
    for company_id, codes in currencies.items():
        of_company[company_id] |= codes
    for (company_id, _, _), coupon in coupons.items():
        of_company[company_id].add(coupon.currency)
    wanted = sorted(
        {
            (code, need.currency, need.on)
            for need in needs
            for code in of_company[need.company_id] | need.other_currencies
            if code != need.currency
        }
    )
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_RATES_SQL, [list(column) for column in zip(*wanted, strict=True)])
        return {(row[0], row[1], row[2]): row[3] for row in cursor.fetchall()}
