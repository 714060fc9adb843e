"""Why a whole file or its mapping is refused. A bad line is never an error: it is rejected in the report."""

from core.errors import DomainError


class ReplayInputError(DomainError):
    """The file cannot be replayed as a whole; found while surveying it, before anything was written."""

    code = "replay_input"


class MappingError(DomainError):
    """The mapping contradicts itself or names something that does not exist."""

    code = "replay_mapping"
