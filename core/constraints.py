"""From the name of a broken constraint to the sentence that its model declares for it."""

from functools import cache

from django.apps import apps
from django.db import IntegrityError

from core.errors import ConstraintRefused


@cache
def _sentences() -> dict[str, str]:
    """Every constraint that declares ``violation_error_message``, by its name in the database."""
    found: dict[str, str] = {}
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            message = constraint.violation_error_message
            if message != constraint.default_violation_error_message:
                found[constraint.name] = str(message)
    return found


def translate(error: IntegrityError) -> ConstraintRefused | None:
    """The refusal behind a database error, or None when no rule of ours was named: then it is a bug and stays one."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    sentence = _sentences().get(name)
    if sentence is None and name.endswith("_kept_rule"):  # our triggers name their rule and bring their own sentence
        sentence = getattr(diagnosis, "message_primary", None)
    return ConstraintRefused(sentence, constraint=name) if sentence else None
