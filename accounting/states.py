"""The life of a journal entry: written, then posted, then never changed."""

from django.db.models import TextChoices

from core.states import Transition


class EntryStatus(TextChoices):
    """Lifecycle of a journal entry."""

    DRAFT = "draft", "Draft"
    POSTED = "posted", "Posted"


ENTRY_TRANSITIONS: dict[str, Transition] = {
    "post": Transition(
        frozenset({EntryStatus.DRAFT}), EntryStatus.POSTED, "accounting.post_entry", "Post", stamp="posted"
    ),
}
