"""From returned goods to credit notes: what is due, at which price, of which invoice. Loading, then pure functions."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from billing.amounts import rest_of_share, share
from billing.drafts import CREDIT, PlannedDocument, PlannedLine
from billing.errors import NotCreditable
from billing.loading import BillableLine
from billing.models import Invoice
from billing.taxing import CreditableGroup
from core.fx import Rate
from core.rounding import HALF_UP, QUANTITY_PLACES, round_amount, round_places

ZERO = Decimal(0)
LARGEST_CREDIT = Decimal(10) ** 14  # numeric(19,4) holds fifteen digits before the point; one is kept for tax
GroupKey = tuple[str, Decimal]

_RETURN_LINES = """
    SELECT l.id, l.rma_id, l.position, l.product_id, p.sku, p.name, p.tax_category, p.posting_group, u.code,
           l.delivery_line_id, d.delivery_id, d.order_line_id, l.received, l.credited,
           coalesce(d.shipped - d.returned - d.invoiced, 0)
             + coalesce((SELECT sum(r.credited) FROM fulfillment_returnline r WHERE r.delivery_line_id = d.id), 0),
           l.unit_price, l.price_unit, l.cost
    FROM fulfillment_returnline l
    JOIN catalog_product p ON p.id = l.product_id
    JOIN catalog_unitofmeasure u ON u.id = p.stock_unit_id
    LEFT JOIN fulfillment_deliveryline d ON d.id = l.delivery_line_id
    WHERE l.rma_id = ANY(%s)
    ORDER BY l.rma_id, l.position
"""

# Every line of these invoices with what was credited of it since; what a reversed credit note gave back counts again.
_BILLED_LINES = """
    SELECT l.id, l.invoice_id, l.order_line_id, l.delivery_line_id, l.product_id, l.description, l.quantity,
           l.sales_quantity, l.sales_unit, l.unit_price, l.price_unit, l.discount, l.net, l.tax, l.gross, l.tax_code,
           l.tax_percent, l.posting_group, l.cost, coalesce(c.quantity, 0), coalesce(c.discount, 0),
           coalesce(c.net, 0), coalesce(c.tax, 0), coalesce(c.gross, 0), coalesce(c.cost, 0)
    FROM billing_invoiceline l
    JOIN billing_invoice i ON i.id = l.invoice_id AND i.direction = 'invoice'
    LEFT JOIN LATERAL (
        SELECT sum(k.quantity * s.sign) AS quantity, sum(k.discount * s.sign) AS discount, sum(k.net * s.sign) AS net,
               sum(k.tax * s.sign) AS tax, sum(k.gross * s.sign) AS gross, sum(k.cost * s.sign) AS cost
        FROM billing_invoiceline k
        JOIN billing_invoice n ON n.id = k.invoice_id
        CROSS JOIN LATERAL (SELECT CASE n.direction WHEN 'credit' THEN 1 ELSE -1 END AS sign) s
        WHERE k.credited_line_id = l.id) c ON true
    WHERE l.invoice_id = ANY(%s) AND l.credited_line_id IS NULL
    ORDER BY l.invoice_id, l.position
"""

_TAX_GROUPS = """
    SELECT g.invoice_id, g.tax_code, g.tax_percent, g.kind, g.reason, g.base, g.tax
    FROM billing_invoicetaxgroup g WHERE g.invoice_id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """A received return line. ``unbilled`` is what its delivery line lacks in bills (below zero: a credit is due)."""

    id: int
    return_id: int
    position: int
    product_id: int
    sku: str
    name: str
    tax_category: str
    posting_group: str
    unit: str
    delivery_line_id: int | None
    delivery_id: int | None
    order_line_id: int | None
    received: Decimal
    credited: Decimal
    unbilled: Decimal
    unit_price: Decimal | None
    price_unit: int
    cost: Decimal

    @property
    def left(self) -> Decimal:
        """What came back and was not credited."""
        return self.received - self.credited


@dataclass(frozen=True, slots=True)
class BilledLine:
    """One line of a posted invoice, and what credit notes took back of it so far."""

    id: int
    invoice_id: int
    order_line_id: int | None
    delivery_line_id: int | None
    product_id: int | None
    description: str
    quantity: Decimal
    sales_quantity: Decimal
    sales_unit: str
    unit_price: Decimal
    price_unit: int
    discount: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    tax_code: str
    tax_percent: Decimal
    posting_group: str
    cost: Decimal
    credited: Decimal
    credited_discount: Decimal
    credited_net: Decimal
    credited_tax: Decimal
    credited_gross: Decimal
    credited_cost: Decimal

    @property
    def left(self) -> Decimal:
        """The quantity that may still be credited."""
        return self.quantity - self.credited


def returned_lines(return_ids: Collection[int]) -> list[ReturnedLine]:
    """The lines of these returns, in order. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_RETURN_LINES, [sorted(set(return_ids))])
        return [ReturnedLine(*row) for row in cursor.fetchall()]


def billed_lines(invoice_ids: Collection[int]) -> list[BilledLine]:
    """The lines of these invoices, oldest first. One query. Credit notes and reversals have none."""
    with connection.cursor() as cursor:
        cursor.execute(_BILLED_LINES, [sorted(set(invoice_ids))])
        return [BilledLine(*row) for row in cursor.fetchall()]


def creditable_groups(
    invoices: Mapping[int, Invoice], lines: Sequence[BilledLine]
) -> dict[int, dict[GroupKey, CreditableGroup]]:
    """The tax groups of these invoices with what was taken back of each, by invoice. ``lines`` are all their lines.

    One query.
    """
    taken: dict[tuple[int, str, Decimal], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for line in lines:
        if line.invoice_id in invoices:
            so_far = taken[line.invoice_id, line.tax_code, line.tax_percent]
            by_gross = invoices[line.invoice_id].price_basis == "gross"
            so_far[0] += line.credited_gross if by_gross else line.credited_net
            so_far[1] += line.credited_tax
    found: defaultdict[int, dict[GroupKey, CreditableGroup]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_TAX_GROUPS, [sorted(invoices)])
        for invoice_id, code, percent, kind, reason, base, tax in cursor.fetchall():
            amount = base + tax if invoices[invoice_id].price_basis == "gross" else base
            credited_amount, credited_tax = taken[invoice_id, code, percent]
            found[invoice_id][code, percent] = CreditableGroup(
                code, percent, kind, reason, amount, tax, credited_amount, credited_tax
            )
    return found


class ReferencedCredits:
    """Finds for returned goods the invoice lines that billed them, and hands each quantity out once."""

    def __init__(
        self, order_lines: Mapping[int, BillableLine], invoices: Mapping[int, Invoice], billed: Sequence[BilledLine]
    ) -> None:
        self.order_lines, self.invoices = order_lines, invoices
        self.left = {line.id: line.left for line in billed}
        self.written: defaultdict[int, list[PlannedLine]] = defaultdict(list)
        self.by_order_line: defaultdict[int, list[BilledLine]] = defaultdict(list)
        for line in billed:
            if line.order_line_id is not None and line.quantity:
                self.by_order_line[line.order_line_id].append(line)
        self.due: dict[int, Decimal] = {}  # by delivery line; by kit line below zero
        self.kits: dict[tuple[int, int], list[tuple[int, PlannedLine]]] = {}

    def credits_of(self, line: ReturnedLine) -> tuple[Decimal, list[tuple[int, PlannedLine]]]:
        """How much of a returned line is credited, and its credit lines with their invoices."""
        assert line.order_line_id is not None
        assert line.delivery_line_id is not None
        order_line = self.order_lines[line.order_line_id]
        if order_line.parent_id is not None:
            return self._kit(self.order_lines[order_line.parent_id], line)
        due = self.due.setdefault(line.delivery_line_id, max(-line.unbilled, ZERO))
        candidates = sorted(
            self.by_order_line[line.order_line_id], key=lambda each: each.delivery_line_id != line.delivery_line_id
        )
        found = self._take(candidates, min(due, line.left), line)
        credited = sum((each.quantity for _, each in found), ZERO)
        self.due[line.delivery_line_id] -= credited
        return credited, found

    def _kit(self, kit: BillableLine, line: ReturnedLine) -> tuple[Decimal, list[tuple[int, PlannedLine]]]:
        """A kit is credited by full sets, once; all components that came back belong to that credit."""
        key = (line.return_id, kit.id)
        known = self.kits.get(key)
        if known is None:
            due = self.due.setdefault(-kit.id, max(kit.billed - kit.kept, ZERO))
            known = self.kits[key] = self._take(self.by_order_line[kit.id], due, line)
            self.due[-kit.id] -= sum((each.quantity for _, each in known), ZERO)
            return (line.left if known else ZERO), known
        if known:
            known[0][1].cost += line.cost
        return (line.left if known else ZERO), []

    def _take(
        self, candidates: Sequence[BilledLine], quantity: Decimal, line: ReturnedLine
    ) -> list[tuple[int, PlannedLine]]:
        found = []
        for billed in candidates:
            part = min(quantity, self.left[billed.id])
            if part <= 0:
                continue
            quantity -= part
            self.left[billed.id] -= part
            invoice = self.invoices[billed.invoice_id]
            credit = credit_line(billed, part, invoice, self.written[billed.id])
            credit.return_line_id = line.id
            credit.cost = share(line.cost, min(part, line.received), line.received, invoice.company.functional_currency)
            found.append((billed.invoice_id, credit))
        return found


def credit_line(billed: BilledLine, part: Decimal, invoice: Invoice, written: list[PlannedLine]) -> PlannedLine:
    """So much of a billed line as a credit line: running shares, so that credits of all of it are exactly it."""
    by_gross = invoice.price_basis == "gross"
    up_to = billed.credited + sum((each.quantity for each in written), ZERO) + part

    def rest(whole: Decimal, before: Decimal, name: str, currency: str) -> Decimal:
        so_far = before + sum((getattr(each, name) for each in written), ZERO)
        return rest_of_share(whole, up_to, billed.quantity, so_far, currency)

    whole, before = (billed.gross, billed.credited_gross) if by_gross else (billed.net, billed.credited_net)
    line = PlannedLine(
        description=billed.description,
        amount=rest(whole, before, "amount", invoice.currency),
        posting_group=billed.posting_group,
        product_id=billed.product_id,
        order_line_id=billed.order_line_id,
        credited_line_id=billed.id,
        quantity=part,
        sales_quantity=round_places(
            HALF_UP.divide(HALF_UP.multiply(billed.sales_quantity, part), billed.quantity), QUANTITY_PLACES
        ),
        sales_unit=billed.sales_unit,
        unit_price=billed.unit_price,
        price_unit=billed.price_unit,
        discount=rest(billed.discount, billed.credited_discount, "discount", invoice.currency),
        cost=rest(billed.cost, billed.credited_cost, "cost", invoice.company.functional_currency),
        tax_code=billed.tax_code,
        tax_percent=billed.tax_percent,
    )
    written.append(line)
    return line


def credit_note_of(invoice: Invoice, lines: list[PlannedLine], *, on: date, reason: str) -> PlannedDocument:
    """An empty-taxed credit note for lines of one invoice: its terms, its address, its exchange rate."""
    return PlannedDocument(
        direction=CREDIT,
        account_id=invoice.account_id,
        currency=invoice.currency,
        business_date=on,
        tax_point_on=invoice.tax_point_on,
        price_basis=invoice.price_basis,
        tax_class="",
        terms_id=invoice.terms_id,
        rate=rate_of(invoice),
        lines=lines,
        order_id=invoice.order_id,
        credits_id=invoice.pk,
        bill_to=invoice.bill_to,
        customer_reference=invoice.customer_reference,
        reason=reason,
        sources={("invoice", invoice.pk)},
        item_reference=f"Credit for {invoice.number}",
    )


def rate_of(invoice: Invoice) -> Rate:
    """The exchange rate at which the invoice was posted: what corrects it uses the same."""
    return Rate(
        invoice.currency, invoice.company.functional_currency, invoice.fx_rate, invoice.fx_date or invoice.business_date
    )


def line_without_reference(line: ReturnedLine, *, rate: Rate) -> PlannedLine:
    """The credit line of goods returned without reference: at the price that was given for them, rounded once.

    ``rate`` is from the return's currency to functional currency. Raises NotCreditable for more than can be written in
    one of them.
    """
    assert line.unit_price is not None
    worth = HALF_UP.divide(HALF_UP.multiply(line.unit_price, line.left), Decimal(line.price_unit))
    if max(worth, HALF_UP.multiply(worth, rate.rate)) >= LARGEST_CREDIT:
        raise NotCreditable(
            f"{line.sku}: the credit is larger than can be written. Enter the return with a lower price."
        )
    return PlannedLine(
        description=f"{line.sku} {line.name}",
        amount=round_amount(worth, rate.from_currency),
        posting_group=line.posting_group,
        tax_category=line.tax_category,
        product_id=line.product_id,
        return_line_id=line.id,
        quantity=line.left,
        sales_quantity=line.left,
        sales_unit=line.unit,
        unit_price=line.unit_price,
        price_unit=line.price_unit,
        cost=share(line.cost, line.left, line.received, rate.to_currency),
    )
