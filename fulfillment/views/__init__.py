"""The pages of fulfilment."""
