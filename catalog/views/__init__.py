"""Pages of the catalog: HTTP only."""
