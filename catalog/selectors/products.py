"""Questions about products: their cards for documents, what a code means, what goes with them, what kits consist of."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from catalog.models import KitComponent, Product
from core.rounding import UnitRatio

SUCCESSOR = "successor"


@dataclass(frozen=True, slots=True)
class ProductCard:
    """What documents need to know of a product. ``units`` holds every unit by its code, the stock unit among them.

    ``sales_unit`` is the unit offered when somebody types a line; quantities are in the stock unit.
    """

    id: int
    sku: str
    name: str
    kind: str
    status: str
    stock_unit: str
    sales_unit: str
    units: Mapping[str, UnitRatio]
    weight_kg: Decimal
    tax_category: str
    posting_group: str
    minimum_quantity: Decimal
    multiple_quantity: Decimal
    is_whole: bool
    category_id: int | None = None
    replaced_by_id: int | None = None
    part_number: str = ""

    @property
    def can_be_sold(self) -> bool:
        """Whether new demand is taken: a discontinued product has only its history."""
        return self.status != Product.Status.DISCONTINUED


@dataclass(frozen=True, slots=True)
class RelatedProduct:
    """A product that goes with, stands in for, improves on or succeeds another one on a day."""

    product_id: int
    related_id: int
    kind: str
    reason: str
    rank: int


_CARDS_SQL = """
SELECT p.id, p.sku, p.name, p.kind, p.status, s.code, p.weight_kg, p.tax_category, p.posting_group, p.minimum_quantity,
       p.multiple_quantity, s.is_whole, p.category_id, p.replaced_by_id, coalesce(n.number, ''),
       u.codes, u.numerators, u.denominators, u.sales_unit
FROM catalog_product p
JOIN catalog_unitofmeasure s ON s.id = p.stock_unit_id
LEFT JOIN catalog_customerpartnumber n ON n.product_id = p.id AND n.account_id = %s
LEFT JOIN LATERAL (
    SELECT array_agg(m.code::text ORDER BY x.id) AS codes, array_agg(x.numerator ORDER BY x.id) AS numerators,
           array_agg(x.denominator ORDER BY x.id) AS denominators,
           min(m.code::text) FILTER (WHERE x.is_sales_unit) AS sales_unit
    FROM catalog_productunit x JOIN catalog_unitofmeasure m ON m.id = x.unit_id WHERE x.product_id = p.id
) u ON true
"""


def product_cards(
    *, ids: Collection[int] | None = None, codes: Collection[str] | None = None, account_id: int | None = None
) -> dict[int, ProductCard]:
    """The cards of these products by id, found by id or by any of their codes; unknown ones are absent.

    One query (two by code). With an account the cards carry its own part numbers.
    """
    wanted = set(ids or ())
    if codes:
        wanted |= {found for found in resolve_codes(codes, account_id=account_id).values() if found is not None}
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"{_CARDS_SQL} WHERE p.id = ANY(%s::bigint[])", [account_id or 0, sorted(wanted)])
        return {row[0]: _card(row) for row in cursor.fetchall()}


def _card(row: tuple[Any, ...]) -> ProductCard:
    stock_unit = row[5]
    codes, numerators, denominators, sales_unit = row[15:19]
    units = {stock_unit: UnitRatio()}
    for code, numerator, denominator in zip(codes or (), numerators or (), denominators or (), strict=True):
        units[code] = UnitRatio(numerator, denominator)
    return ProductCard(
        id=row[0],
        sku=row[1],
        name=row[2],
        kind=row[3],
        status=row[4],
        stock_unit=stock_unit,
        sales_unit=sales_unit or stock_unit,
        units=units,
        weight_kg=row[6],
        tax_category=row[7],
        posting_group=row[8],
        minimum_quantity=row[9],
        multiple_quantity=row[10],
        is_whole=row[11],
        category_id=row[12],
        replaced_by_id=row[13],
        part_number=row[14],
    )


_CODES_SQL = """
SELECT w.code, f.rank, f.product_id FROM unnest(%s::text[]) AS w(code) CROSS JOIN LATERAL (
    SELECT 1 AS rank, p.id AS product_id FROM catalog_product p WHERE upper(p.sku) = upper(w.code)
    UNION ALL SELECT 2, p.id FROM catalog_product p WHERE p.barcode = w.code AND p.barcode <> ''
    UNION ALL SELECT 3, u.product_id FROM catalog_productunit u WHERE u.barcode = w.code AND u.barcode <> ''
    UNION ALL SELECT 4, n.product_id FROM catalog_customerpartnumber n
              WHERE n.account_id = %s AND upper(n.number) = upper(w.code)
) f
"""


def resolve_codes(codes: Collection[str], *, account_id: int | None) -> dict[str, int | None]:
    """Which product each code means: SKU in any case, then barcode, then a unit's barcode, then the account's part
    number.

    The first kind that knows the code decides; None when nobody knows it, or two products do. Blanks around do not
    matter. One query.
    """
    stripped = {code: code.strip().replace("\x00", "") for code in codes}
    if not stripped:
        return {}
    found: defaultdict[str, defaultdict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    with connection.cursor() as cursor:
        cursor.execute(_CODES_SQL, [sorted({code for code in stripped.values() if code}), account_id or 0])
        for code, rank, product_id in cursor.fetchall():
            found[code][rank].add(product_id)
    return {code: _only(found[short]) if short in found else None for code, short in stripped.items()}


def cards_by_code(codes: Collection[str], *, account_id: int | None) -> dict[str, ProductCard]:
    """The card that each code means, as ``resolve_codes`` finds it, with the account's part numbers; others are absent.

    One query.
    """
    stripped = {code: code.strip().replace("\x00", "") for code in codes}
    if not any(stripped.values()):
        return {}
    found: defaultdict[str, defaultdict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    cards = {}
    sought = sorted({code for code in stripped.values() if code})
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT f.code, f.rank, c.* FROM ({_CODES_SQL}) f JOIN ({_CARDS_SQL}) c ON c.id = f.product_id",  # noqa: S608
            [sought, account_id or 0, account_id or 0],
        )
        for code, rank, *facts in cursor.fetchall():
            found[code][rank].add(facts[0])
            cards[facts[0]] = _card(tuple(facts))
    meant = {code: _only(found[short]) for code, short in stripped.items() if short in found}
    return {code: cards[product_id] for code, product_id in meant.items() if product_id is not None}


def _only(by_rank: Mapping[int, set[int]]) -> int | None:
    best = by_rank[min(by_rank)]
    return next(iter(best)) if len(best) == 1 else None


_SEARCH_SQL = """
WITH hits AS (
    SELECT p.id, CASE WHEN upper(p.sku) = %(text)s OR p.barcode = %(text)s THEN 0
                      WHEN upper(p.sku) LIKE %(prefix)s THEN 1
                      WHEN upper(p.name) LIKE %(prefix)s THEN 3 ELSE 4 END AS rank
    FROM catalog_product p
    WHERE p.status <> 'discontinued'
      AND (upper(p.sku) LIKE %(prefix)s OR upper(p.name) LIKE %(anywhere)s OR (p.barcode <> '' AND p.barcode =
      %(text)s)) UNION ALL SELECT n.product_id, 2 FROM catalog_customerpartnumber n JOIN catalog_product p ON p.id =
      n.product_id WHERE n.account_id = %(account)s AND upper(n.number) LIKE %(prefix)s AND p.status <> 'discontinued'
      ), best AS (SELECT id, min(rank) AS rank FROM hits GROUP BY id) SELECT b.id FROM best b JOIN catalog_product p ON
      p.id = b.id ORDER BY b.rank, upper(p.sku) LIMIT %(limit)s
"""


def search_products(text: str, *, account_id: int | None, limit: int = 8) -> list[ProductCard]:
    """What somebody typing may mean: exact code first, then SKUs, the account's part numbers, names. Two queries.

    Discontinued products are left out; nothing is found for an empty text.
    """
    typed = " ".join(text.replace("\x00", "").split()).upper()[:80]
    if not typed:
        return []
    literal = typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    with connection.cursor() as cursor:
        cursor.execute(
            _SEARCH_SQL,
            {
                "text": typed,
                "prefix": f"{literal}%",
                "anywhere": f"%{literal}%",
                "account": account_id or 0,
                "limit": limit,
            },
        )
        ids = [row[0] for row in cursor.fetchall()]
    cards = product_cards(ids=ids, account_id=account_id)
    return [cards[product_id] for product_id in ids]


_RELATIONS_SQL = """
SELECT r.product_id, r.related_id, r.kind, r.reason, r.rank FROM catalog_productrelation r
JOIN catalog_product p ON p.id = r.related_id
WHERE r.product_id = ANY(%(ids)s::bigint[]) AND r.valid_from <= %(on)s::date
  AND (r.valid_until IS NULL OR r.valid_until > %(on)s::date) AND p.status <> 'discontinued'
UNION ALL
SELECT p.id, p.replaced_by_id, 'successor', '', 0 FROM catalog_product p
WHERE p.id = ANY(%(ids)s::bigint[]) AND p.replaced_by_id IS NOT NULL
ORDER BY 1, 5, 2
"""


def relations_of(product_ids: Collection[int], on: date) -> dict[int, list[RelatedProduct]]:
    """What goes with or replaces each product on the day, by rank; a successor comes as kind ``successor``. One query.

    ``valid_until`` is the first day on which a relation does not hold any more. Discontinued products are never
    proposed.
    """
    found: dict[int, list[RelatedProduct]] = {product_id: [] for product_id in product_ids}
    if found:
        with connection.cursor() as cursor:
            cursor.execute(_RELATIONS_SQL, {"ids": sorted(found), "on": on})
            for row in cursor.fetchall():
                found[row[0]].append(RelatedProduct(*row))
    return found


def kit_components(product_ids: Collection[int]) -> dict[int, list[tuple[int, Decimal]]]:
    """What one of each kit consists of: (component, quantity in its stock unit), by component.

    Products without parts are absent. A component is never a kit itself, so one level is the whole truth. One query.
    """
    found: defaultdict[int, list[tuple[int, Decimal]]] = defaultdict(list)
    rows = KitComponent.objects.filter(kit_id__in=list(product_ids)).order_by("kit_id", "component_id")
    for kit_id, component_id, quantity in rows.values_list("kit_id", "component_id", "quantity"):
        found[kit_id].append((component_id, quantity))
    return dict(found)


def products() -> QuerySet[Product]:
    """Every product with its unit and category, for lists.

    Products belong to the whole group: there is no row filter.
    """
    return Product.objects.select_related("stock_unit", "category")


def sku_by_id(product_ids: Iterable[int]) -> dict[int, str]:
    """How sentences name products. One query."""
    return dict(Product.objects.filter(pk__in=list(product_ids)).values_list("pk", "sku"))
