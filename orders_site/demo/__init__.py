"""The demonstration company: generated, the same every time, through the same commands that people use."""

from orders_site.demo.load import load_demo_company
from orders_site.demo.people import DEMO_LOGINS, known_logins

__all__ = ["DEMO_LOGINS", "known_logins", "load_demo_company"]
