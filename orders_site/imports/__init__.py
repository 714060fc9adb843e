"""Taking tables of other systems in: one machinery for every kind of row, with a dry run before anything is written."""
