"""The tax of documents: rates read once for a whole set, computed by the engine, answered in the words of documents.

``load_taxes`` and ``tax_document`` are the public face, for billing and for ``catalog.pricing``.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from catalog.tax.engine import compute_tax
from catalog.tax.types import ANY, PriceBasis, TaxLine, TaxRequest, TaxRule, TaxRules, TaxTreatment
from catalog.trace import TraceStep
from core.errors import DomainError

TaxableLine = tuple[int, str, Decimal]  # key, tax category, amount in the document's price basis


@dataclass(frozen=True, slots=True)
class DocumentToTax:
    """The lines of one document at its tax point. ``ship_to`` is the country of destination, where it is known."""

    company_id: int
    tax_point: date
    tax_class: str
    currency: str
    price_basis: str
    lines: Sequence[TaxableLine]
    ship_to: str = ANY


@dataclass(frozen=True, slots=True)
class TaxedDocumentLine:
    """A line with its tax, ``gross = net + tax``. ``code`` and ``kind`` are empty when no rate was found."""

    key: int
    net: Decimal
    tax: Decimal
    gross: Decimal
    code: str
    percent: Decimal
    kind: str
    steps: Sequence[TraceStep]


@dataclass(frozen=True, slots=True)
class TaxGroup:
    """The lines of one code, rate and kind together, as invoice, tax report and e-invoice show them.

    ``base`` is their net.
    """

    code: str
    percent: Decimal
    kind: str
    reason: str
    base: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class TaxedDocument:
    """Lines in the order given, groups by falling rate, totals.

    ``undetermined`` names lines without a rate: no invoice may be posted.
    """

    lines: list[TaxedDocumentLine]
    net: Decimal
    tax: Decimal
    gross: Decimal
    tax_groups: list[TaxGroup]
    undetermined: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CompanyTaxes:
    """The rates of one company for a range of days, and the printed reason of each code that needs one."""

    country: str
    rules: TaxRules
    reasons: Mapping[tuple[str, str], str]


NO_TAXES = CompanyTaxes(ANY, TaxRules.of([]), {})


_RATES = """
SELECT r.company_id, c.country, r.reason, r.id, r.tax_category, r.tax_class, r.code, r.name, r.kind, r.percent,
       lower(r.valid), upper(r.valid)
FROM catalog_taxrate r JOIN core_company c ON c.id = r.company_id
WHERE r.company_id = ANY(%s) AND r.valid && daterange(%s::date, %s::date, '[]')
ORDER BY r.id
"""


def load_taxes(company_ids: Collection[int], first: date, last: date) -> dict[int, CompanyTaxes]:
    """The rates of these companies that are valid on some day from ``first`` to ``last``. One query."""
    country: dict[int, str] = {}
    rules: defaultdict[int, list[TaxRule]] = defaultdict(list)
    reasons: defaultdict[int, dict[tuple[str, str], str]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_RATES, [sorted(set(company_ids)), first, last])
        for company_id, ship_from, reason, *facts in cursor.fetchall():
            rule = _rule(ship_from, *facts)
            country[company_id] = ship_from
            rules[company_id].append(rule)
            reasons[company_id][rule.code, rule.treatment.value] = reason
    return {
        company_id: CompanyTaxes(country[company_id], TaxRules.of(rules[company_id]), reasons[company_id])
        for company_id in rules
    }


def _rule(
    ship_from: str,
    rate_id: int,
    tax_category: str,
    tax_class: str,
    code: str,
    name: str,
    kind: str,
    percent: Decimal,
    valid_from: date | None,
    valid_until: date | None,
) -> TaxRule:
    return TaxRule(
        id=rate_id,
        tax_category=tax_category,
        account_tax_class=tax_class,
        ship_from=ship_from,
        ship_to=ANY,
        code=code,
        name=name,
        treatment=TaxTreatment(kind),
        rate=percent,
        valid_from=valid_from or date.min,
        valid_until=valid_until,
    )


def tax_document(document: DocumentToTax, taxes: CompanyTaxes) -> TaxedDocument:
    """Compute one document's tax from loaded rates. Pure."""
    result = compute_tax(
        TaxRequest(
            on=document.tax_point,
            currency=document.currency,
            price_basis=PriceBasis(document.price_basis),
            account_tax_class=document.tax_class,
            ship_from=taxes.country,
            ship_to=document.ship_to,
            lines=[TaxLine(key, category, amount) for key, category, amount in document.lines],
        ),
        taxes.rules,
    )
    return TaxedDocument(
        lines=[
            TaxedDocumentLine(
                key=line.line_id,
                net=line.net,
                tax=line.tax,
                gross=line.gross,
                code=line.code,
                percent=line.rate,
                kind=line.treatment.value if line.treatment else "",
                steps=line.trace,
            )
            for line in result.lines
        ],
        net=result.net,
        tax=result.tax,
        gross=result.gross,
        tax_groups=[
            TaxGroup(
                code=group.code,
                percent=group.rate,
                kind=group.treatment.value,
                reason=taxes.reasons.get((group.code, group.treatment.value), ""),
                base=group.net,
                tax=group.tax,
            )
            for group in result.groups
        ],
        undetermined=result.undetermined,
    )


def require_price_basis(price_basis: str) -> PriceBasis:
    """The basis as the engines name it. Raises DomainError for another word."""
    try:
        return PriceBasis(price_basis)
    except ValueError:
        raise DomainError(f"“{price_basis[:20]}” is not a price basis; prices are net or gross.") from None
