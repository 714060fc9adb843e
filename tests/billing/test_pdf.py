"""The PDF: rendered once, kept with its hash, and nothing is fetched for it."""

import hashlib

import pytest

from billing.models import Invoice, InvoiceFile
from billing.paper import aligned, html_of
from billing.pdf import ForbiddenAddress, render_pdf
from billing.services.files import RenderedFile, keep_file, render_invoice
from billing.tasks import render_invoice_pdf
from core.errors import NotFound
from core.system import system_user
from tests.billing.makers import Trade
from tests.world import World


@pytest.fixture
def invoice(world: World, trade: Trade) -> Invoice:
    return trade.bill(trade.ship(trade.order({world.bolt: "10", world.mug: "4"}, customer_reference="PO-7")))[0]


def test_the_worker_keeps_one_file_with_its_hash(invoice: Invoice) -> None:
    render_invoice_pdf(invoice_id=invoice.pk)
    render_invoice_pdf(invoice_id=invoice.pk)

    kept = InvoiceFile.objects.get(invoice=invoice)
    content = bytes(kept.content)
    assert content.startswith(b"%PDF-")
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert kept.media_type == "application/pdf"


def test_two_renders_are_byte_for_byte_equal(invoice: Invoice) -> None:
    html = html_of(invoice, for_pdf=True)

    assert render_pdf(html) == render_pdf(html)


def test_of_two_renderers_at_once_the_first_ones_file_is_kept(invoice: Invoice) -> None:
    first = keep_file(invoice_id=invoice.pk, file=RenderedFile(b"%PDF-first"), actor=system_user())
    second = keep_file(invoice_id=invoice.pk, file=RenderedFile(b"%PDF-second"), actor=system_user())

    assert first == second == hashlib.sha256(b"%PDF-first").hexdigest()


@pytest.mark.parametrize(
    "address",
    ["https://example.com/x.css", "file:///etc/passwd", "kept:../../etc/passwd", "data:text/css,a{}", "x.css"],
)
def test_a_document_fetches_nothing_but_the_bundled_sheet(address: str) -> None:
    with pytest.raises(ForbiddenAddress, match="documents fetch nothing"):
        render_pdf(f'<link rel="stylesheet" href="{address}"><p>x')


def test_what_people_typed_is_text_on_paper(world: World, trade: Trade) -> None:
    evil = '<img src="file:///etc/passwd">'
    order = trade.order({world.bolt: "1"}, customer_reference=evil)
    (invoice,) = trade.bill(trade.ship(order))

    html = html_of(invoice, for_pdf=True)

    assert evil not in html
    assert "&lt;img" in html
    assert render_pdf(html).startswith(b"%PDF-")


def test_the_paper_says_what_was_posted(invoice: Invoice) -> None:
    html = html_of(invoice, for_pdf=True)

    for words in ("INV-2026-000001", "2 Mar 2026", "1 Apr 2026", "GBP 145.20", "124.00", "21.20", "BOLT-M8", "PO-7"):
        assert words in html


def test_a_credit_note_names_its_invoice_and_how_it_is_used(world: World, trade: Trade) -> None:
    delivery = trade.ship(trade.order({world.bolt: "10"}))
    trade.bill(delivery)
    (note,) = trade.credit(trade.take_back(delivery, "4"))

    html = html_of(note, for_pdf=True)

    for words in ("Credit note", "CN-2026-000001", "INV-2026-000001", "wrong size", "48.00", "Invoice line 1"):
        assert words in html


def test_an_unknown_invoice_has_no_paper(world: World) -> None:
    with pytest.raises(NotFound):
        render_invoice(invoice_id=999, actor=system_user())


def test_decimals_of_a_column_stand_under_each_other() -> None:
    assert aligned(["4", "187.5", "0.25"]) == ["4\u2008\u2007\u2007", "187.5\u2007", "0.25"]
    assert aligned(["4", "12"]) == ["4", "12"]
