"""The tax of documents: rates read once for a whole set, computed by the engine, answered in the words of documents.

Public face for billing (``tax_lines``, ``tax_documents``) and for ``catalog.pricing.document``.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from catalog.models import TaxRate
from catalog.stored_traces import Stage, StoredStep, packed
from catalog.tax.engine import compute_tax
from catalog.tax.types import ANY, PriceBasis, TaxLine, TaxRequest, TaxRule, TaxRules, TaxTreatment
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
    trace: list[StoredStep]


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


def load_taxes(company_ids: Collection[int], first: date, last: date) -> dict[int, CompanyTaxes]:
    """The rates of these companies that are valid on some day from ``first`` to ``last``. One query."""
    rows: defaultdict[int, list[TaxRate]] = defaultdict(list)
    found = TaxRate.objects.filter(company_id__in=sorted(set(company_ids)), valid__overlap=(first, _after(last)))
    for row in found.select_related("company"):
        rows[row.company_id].append(row)
    return {
        company_id: CompanyTaxes(
            country=rates[0].company.country,
            rules=TaxRules.of(_rule(rate) for rate in rates),
            reasons={(rate.code, rate.kind): rate.reason for rate in rates},
        )
        for company_id, rates in rows.items()
    }


def _after(day: date) -> date:
    return day if day == date.max else date.fromordinal(day.toordinal() + 1)


def _rule(row: TaxRate) -> TaxRule:
    return TaxRule(
        id=row.pk,
        tax_category=row.tax_category,
        account_tax_class=row.tax_class,
        ship_from=row.company.country,
        ship_to=ANY,
        code=row.code,
        name=row.name,
        treatment=TaxTreatment(row.kind),
        rate=row.percent,
        valid_from=row.valid.lower or date.min,
        valid_until=row.valid.upper,
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
                trace=packed(line.trace, Stage.TAX),
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


def tax_documents(documents: Sequence[DocumentToTax]) -> list[TaxedDocument]:
    """The tax of a set of documents, in the order given. One query, whatever the number of documents and lines."""
    if not documents:
        return []
    days = [document.tax_point for document in documents]
    taxes = load_taxes([document.company_id for document in documents], min(days), max(days))
    return [tax_document(document, taxes.get(document.company_id, NO_TAXES)) for document in documents]


def tax_lines(
    *,
    company_id: int,
    tax_point: date,
    tax_class: str,
    currency: str,
    price_basis: str,
    lines: Sequence[TaxableLine],
    ship_to: str = ANY,
) -> TaxedDocument:
    """The tax of one document's lines: key, tax category, amount in the price basis, rounded to the currency.

    One query. Rates are those of the tax point. Tax is rounded once per code and rate, HALF_UP, and shared to the lines
    (EN 16931 BR-CO-17).
    """
    return tax_documents([DocumentToTax(company_id, tax_point, tax_class, currency, price_basis, lines, ship_to)])[0]


def require_price_basis(price_basis: str) -> PriceBasis:
    """The basis as the engines name it. Raises DomainError for another word."""
    try:
        return PriceBasis(price_basis)
    except ValueError:
        raise DomainError(f"“{price_basis[:20]}” is not a price basis; prices are net or gross.") from None
