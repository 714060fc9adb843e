"""Prices and line discounts by the condition technique. Public face: ``engine.price_lines`` and the types beside it."""
