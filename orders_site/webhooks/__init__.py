"""Webhooks: what happened is told to other systems, signed, at least once (docs/webhooks.md)."""
