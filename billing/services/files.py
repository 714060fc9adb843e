"""The PDF of a posted document: rendered once, kept with its hash, given out byte for byte ever after."""

import hashlib

from billing.models import Invoice, InvoiceFile
from billing.paper import html_of
from billing.pdf import render_pdf
from billing.states import InvoiceStatus
from core import bulk
from core.commands import command
from core.errors import NotFound
from core.models import User
from core.timeline import TimelineEntry, record


def render_invoice(*, invoice_id: int, actor: User) -> str:
    """Render the PDF of a posted document unless it is kept already, and return its hash (SHA-256).

    Renders outside of any transaction; two renderers at once keep the first one's file. Raises NotFound for a document
    that is not posted.
    """
    known = InvoiceFile.objects.filter(invoice=invoice_id).values_list("sha256", flat=True).first()
    if known is not None:
        return known
    rows = Invoice.objects.select_related("company", "account", "terms", "credits")
    invoice = rows.filter(pk=invoice_id).exclude(status=InvoiceStatus.DRAFT).first()
    if invoice is None:
        raise NotFound("There is no posted invoice or credit note to print.")
    content = render_pdf(html_of(invoice, for_pdf=True))
    return keep_file(invoice_id=invoice_id, file=RenderedFile(content), actor=actor)


class RenderedFile:
    """The bytes of a document on their way to be kept. The command log notes their hash, not them."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.sha256 = hashlib.sha256(content).hexdigest()

    def __str__(self) -> str:
        return f"{len(self.content)} bytes, SHA-256 {self.sha256}"


@command(permission=None)
def keep_file(*, invoice_id: int, file: RenderedFile, actor: User) -> str:
    """Keep this file as the document's, unless one is kept, and return the hash of the one that is. Never replaced."""
    kept = bulk.insert(
        InvoiceFile,
        {"invoice_id": [invoice_id], "content": [file.content], "sha256": [file.sha256]},
        skip_known=True,
    )
    if not kept:
        return InvoiceFile.objects.filter(invoice=invoice_id).values_list("sha256", flat=True).get()
    record([TimelineEntry("invoice", invoice_id, "pdf", text="The PDF was made and kept.")], actor=actor)
    return file.sha256
