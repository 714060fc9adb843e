"""Tax on planned documents: once per group, by the rates of the tax point; credits in proportion to their invoice."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from billing.amounts import share
from billing.drafts import PlannedDocument, PlannedGroup, PlannedLine
from billing.errors import NotBillable
from catalog.tax.document import NO_TAXES, CompanyTaxes, DocumentToTax, tax_document
from core.apportion import apportion
from core.rounding import currency_exponent
from core.wording import listed

ZERO = Decimal(0)
GroupKey = tuple[str, Decimal]


def regime_starts(taxes: CompanyTaxes) -> list[date]:
    """The days on which a rate of the company begins or ends. Pure."""
    rules = [rule for rules in taxes.rules.by_key.values() for rule in rules]
    return sorted({day for rule in rules for day in (rule.valid_from, rule.valid_until) if day is not None})


def tax_planned(documents: Sequence[PlannedDocument], company_id: int, taxes: CompanyTaxes | None) -> None:
    """Write net, tax and gross on every line and the groups on every document, by the rates of its tax point. Pure.

    Raises NotBillable naming every line without a tax rate.
    """
    missing = []
    for document in documents:
        taxed = tax_document(
            DocumentToTax(
                company_id=company_id,
                tax_point=document.tax_point_on,
                tax_class=document.tax_class,
                currency=document.currency,
                price_basis=document.price_basis,
                lines=[(key, line.tax_category, line.amount) for key, line in enumerate(document.lines)],
            ),
            taxes or NO_TAXES,
        )
        missing += [document.lines[key].description for key in taxed.undetermined]
        for line, result in zip(document.lines, taxed.lines, strict=True):
            line.net, line.tax, line.gross = result.net, result.tax, result.gross
            line.tax_code, line.tax_percent = result.code, result.percent
        document.groups = [
            PlannedGroup(group.code, group.percent, group.kind, group.reason, group.base, group.tax)
            for group in taxed.tax_groups
        ]
    if missing:
        names = listed([f"“{name}”" for name in missing[:5]])
        raise NotBillable(f"No tax rate is known for {names}. Enter one, then bill again.")


@dataclass(frozen=True, slots=True)
class CreditableGroup:
    """One tax group of a posted invoice: its amounts, and what earlier credit notes took back of it.

    ``amount`` and ``credited_amount`` are in the invoice's price basis.
    """

    code: str
    percent: Decimal
    kind: str
    reason: str
    amount: Decimal
    tax: Decimal
    credited_amount: Decimal
    credited_tax: Decimal


def tax_as_credited(
    document: PlannedDocument, groups: Mapping[GroupKey, CreditableGroup]
) -> dict[GroupKey, CreditableGroup]:
    """Tax a credit note as its invoice was taxed, so that credits of all lines take back exactly the tax charged. Pure.

    Each group's tax is the running share of the invoice's group, rounded once; at most a cent off rate times base.
    Returns the groups with this note taken off, for the next note of the same invoice.
    """
    by_gross = document.price_basis == "gross"
    members: defaultdict[GroupKey, list[PlannedLine]] = defaultdict(list)
    for line in document.lines:
        members[line.tax_code, line.tax_percent].append(line)
    after, written = dict(groups), []
    for key, lines in members.items():
        group = groups[key]
        amount = group.credited_amount + sum((line.amount for line in lines), ZERO)
        tax = share(group.tax, amount, group.amount, document.currency) - group.credited_tax
        taxes = apportion(tax, [line.amount for line in lines], currency_exponent(document.currency))
        for line, part in zip(lines, taxes, strict=True):
            line.tax = part
            line.net = line.amount - part if by_gross else line.amount
            line.gross = line.net + part
        base = sum((line.net for line in lines), ZERO)
        written.append(PlannedGroup(group.code, group.percent, group.kind, group.reason, base, tax))
        after[key] = replace(group, credited_amount=amount, credited_tax=group.credited_tax + tax)
    document.groups = written
    return after
