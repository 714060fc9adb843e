"""The integrity page: a live proof of all invariants, and of the audit chain, by who may see it."""
