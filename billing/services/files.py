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
    return keep_file(invoice_id=invoice_id, content=render_pdf(html_of(invoice, for_pdf=True)), actor=actor)


@command(permission=None)
def keep_file(*, invoice_id: int, content: bytes, actor: User) -> str:
    """Keep this file as the document's, unless one is kept, and return the hash of the one that is. Never replaced."""
    digest = hashlib.sha256(content).hexdigest()
    kept = bulk.insert(
        InvoiceFile, {"invoice_id": [invoice_id], "content": [content], "sha256": [digest]}, skip_known=True
    )
    if not kept:
        return InvoiceFile.objects.filter(invoice=invoice_id).values_list("sha256", flat=True).get()
    record([TimelineEntry("invoice", invoice_id, "pdf", text="The PDF was made and kept.")], actor=actor)
    return digest
