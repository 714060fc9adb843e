"""The queues of background work, named once for settings, the supervisor and the check of docker-compose.yml."""

# promising: availability of large or many orders; documents: PDFs and e-invoices; analytics: rollups and mining;
# integration: webhooks, mail, EDI, imports.
QUEUES = ("promising", "documents", "analytics", "integration")
DEFAULT_QUEUE = "integration"
