"""What is connected to what across the rooms: event subscriptions, job kinds, invariants, navigation. Read top to bottom."""


def wire() -> None:
    """Connect the rooms. Called once per process by ``OrdersSiteConfig.ready``."""
