"""The actor of everything that no person does: workers, sweepers, imports at setup."""

from core.models import User

SYSTEM_USERNAME = "system"


def system_user() -> User:
    """The user in whose name workers act; made once, at setup. It cannot sign in: it has no usable password."""
    user, _ = User.objects.get_or_create(
        username=SYSTEM_USERNAME, defaults={"is_system": True, "first_name": "System", "password": "!"}
    )
    return user
