"""``python -m orders_site.boot demo|test``: called by the scripts in ``bin/`` with the machine's Python."""

import os
import sys

from orders_site.boot import install
from orders_site.boot.places import PROJECT

USAGE = "usage: bin/demo [--fresh | --stop | --status]   or   bin/test [PATH...]"


def main(arguments: list[str]) -> int:
    """Install what is missing, then continue in the project's own virtual environment."""
    if not arguments or arguments[0] not in {"demo", "test"}:
        install.say(USAGE)
        return 2
    kind, rest = arguments[0], arguments[1:]
    if not os.access(PROJECT, os.W_OK):
        install.say(f"{PROJECT} is not writable for this account: use a clone of your own.")
        return 1
    try:
        if not {"--stop", "--status", "--help"} & set(rest):
            install.ensure_packages("test" if kind == "test" else "base")
            install.ensure_system_packages(with_browser=kind == "test")
    except (install.InstallFailedError, OSError) as error:
        install.say(str(error))
        return 1
    if not install.PYTHON.exists():
        install.say("Nothing is installed here yet: run bin/demo first.")
        return 1
    sys.stdout.flush()
    module = "orders_site.boot.demo" if kind == "demo" else "orders_site.boot.checks"
    command = [str(install.PYTHON), "-m", module, *rest]
    return os.execv(install.PYTHON, command)  # noqa: S606 - our own interpreter; never returns


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
