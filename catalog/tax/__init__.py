"""Tax determination and calculation. Public face: ``engine.compute_tax`` and the types beside it."""
