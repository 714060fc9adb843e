"""Pages of people: the doors, one's own account, and the administrators' pages."""
