from billing.models.invoices import Invoice, InvoiceFile, InvoiceLine, InvoiceTaxGroup

__all__ = ["Invoice", "InvoiceFile", "InvoiceLine", "InvoiceTaxGroup"]
