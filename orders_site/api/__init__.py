"""The API of the whole product: rooms put together under ``/api/v1/``."""
