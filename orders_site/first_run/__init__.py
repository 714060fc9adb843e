"""The first run: from an empty database to a company that can post its first invoice (docs/running.md)."""
