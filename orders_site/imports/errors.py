"""Refusals of imports."""

from core.errors import DomainError, TransitionRefused


class FileRefused(DomainError):
    """The file cannot be taken in as it is."""

    code = "file_refused"


class MappingRefused(DomainError):
    """The columns are not mapped in a way that rows can be read by."""

    code = "mapping_refused"


class NotNow(TransitionRefused):
    """The import is not at the step that was asked for."""


class Rehearsed(DomainError):
    """Raised at the end of a rehearsal, so that all it wrote is rolled back. Nobody sees it."""
