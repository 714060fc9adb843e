"""The queues of background work, named once for settings, the supervisor and the check of docker-compose.yml."""

# promising: moved promises, holds that end; documents: PDFs, advances; analytics: rollups, integrity runs;
# integration: payment providers, and what names no queue.
QUEUES = ("promising", "documents", "analytics", "integration")
DEFAULT_QUEUE = "integration"
