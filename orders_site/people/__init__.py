"""People: how they get in, what they may do and why, and who gives it to them."""
