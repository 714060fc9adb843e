"""Input shapes of the catalog's pages."""
