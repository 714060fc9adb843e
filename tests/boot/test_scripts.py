"""What the two scripts hand over to the Python they find."""

import os
import subprocess
from pathlib import Path

import pytest

from orders_site.boot.places import PROJECT

STAND_IN = """#!/bin/sh
[ "$1" = -c ] && exit 0
echo "$PYTHONPYCACHEPREFIX ${PYTHONDONTWRITEBYTECODE-unset} $*"
"""


@pytest.mark.parametrize("name", ["demo", "test"])
def test_bytecode_is_kept_for_the_next_start_whatever_the_shell_says(tmp_path: Path, name: str) -> None:
    python = tmp_path / "python"
    python.write_text(STAND_IN)
    python.chmod(0o755)
    shell = {**os.environ, "PYTHON": str(python), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": "elsewhere"}

    answer = subprocess.run([PROJECT / "bin" / name, "--help"], env=shell, capture_output=True, text=True, check=True)

    assert answer.stdout.split() == [
        str(PROJECT / ".kept" / "bytecode"), "unset", "-m", "orders_site.boot", name, "--help"
    ]  # fmt: skip
