"""Install, start and stop the whole system with only the standard library: what ``bin/demo`` and ``bin/test`` run."""
