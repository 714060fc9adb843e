"""Outbox tasks that only tests use, known to the worker processes that tests start."""

from core.work import register_task


def note(text: str) -> None:
    """Do nothing: that the message is marked done shows that the worker came by."""


register_task("tests.note", note)
