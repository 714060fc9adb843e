"""Ending sessions: one's own, and those of people whose account is changed."""

from core.access import may
from core.commands import command
from core.errors import NotAllowed, NotFound
from core.models import User, Visit
from core.web.sessions import end_visits, live_visits

MAINTAIN = "core.maintain_people"


@command(permission=None)
def end_sessions(*, user_id: int, visit_ids: list[int], actor: User, reason: str = "") -> int:
    """End these sessions of a person; returns how many there were. One's own, or anybody's for who maintains people.

    Raises NotAllowed, NotFound (one of them is not that person's).
    """
    if user_id != actor.pk and not may(actor, MAINTAIN):
        raise NotAllowed("Only the person, or who maintains people, can end a session.")
    visits = list(Visit.objects.filter(pk__in=visit_ids, user_id=user_id))
    if len(visits) != len(set(visit_ids)):
        raise NotFound("There is no such session.")
    return end_visits(visits)


@command(permission=None)
def end_every_session(*, user_id: int, keep: str = "", actor: User) -> int:
    """End all sessions of a person but the one with the key ``keep``: a step of what makes them invalid."""
    return end_visits([visit for visit in live_visits(User(pk=user_id)) if visit.session_key != keep])


def end_sessions_after_password(user: User, *, keep: str) -> None:
    """Whoever knows only the old password is out."""
    end_every_session(user_id=user.pk, keep=keep, actor=user)
