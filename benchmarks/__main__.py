"""The one runner: ``python -m benchmarks NAME... [--json] [--small]``."""

import argparse
import importlib
import os
import sys

import django

from benchmarks.report import as_json, machine

NAMES = ("confirm", "editor", "order_to_cash", "writers", "hot_product", "credit", "cycle", "pages", "replay")


def main() -> int:
    """Run the named benchmark, or all of them, and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="+", choices=(*NAMES, "all"), metavar="NAME", help=", ".join((*NAMES, "all")))
    parser.add_argument("--json", action="store_true", help="for a machine")
    parser.add_argument("--small", action="store_true", help="the smallest size: shows that it runs, nothing to quote")
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    if not options.json:
        print(machine(), flush=True)
    chosen = NAMES if "all" in options.names else options.names
    with importlib.import_module("benchmarks.ground").ground() as place:
        for name in chosen:
            figures = importlib.import_module(f"benchmarks.{name}").run(place, small=options.small)
            print(as_json(name, figures) if options.json else "\n".join(str(figure) for figure in figures), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
