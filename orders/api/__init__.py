"""Orders for programs: what is there, and every verb that people have, through the same commands."""

from orders.api import credit, read, verbs, write

ROUTES = (read.routes, write.routes, verbs.routes, credit.routes)

__all__ = ["ROUTES"]
