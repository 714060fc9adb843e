"""The living page of the design system: every component in every state, for those who build and those who look."""
