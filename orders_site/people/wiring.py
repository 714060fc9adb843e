"""What the rest of the system is told about people: rules, tasks, and the start of every session's clock."""

from django.contrib.auth.signals import user_logged_in

from core.web import second_factor, sessions
from core.work import register_task
from orders_site.people import rules
from orders_site.people.checks import register_checks
from orders_site.people.services import inviting, mail


def wire() -> None:
    """Called once per process."""
    user_logged_in.connect(sessions.begin, dispatch_uid="kept.sessions.begin")
    sessions.declare_idle_minutes(rules.IDLE_MINUTES)
    second_factor.declare_rights(rules.SECOND_FACTOR)
    register_task(inviting.SEND, inviting.send_invitation_task)
    register_task(mail.PASSWORD_RESET, mail.send_password_reset_task)
    register_checks()
