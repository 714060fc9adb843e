"""Bring what the system needs onto a bare machine: a virtual environment, locked packages, and as root some libraries.

Runs on the system's Python before anything is installed. Everything done once leaves a stamp, so that the next start
does nothing here.
"""

import ast
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from orders_site.boot.places import PROJECT, state_folder

VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"

PDF_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-inter", "fonts-noto-core")
BROWSER_PACKAGES = ("chromium",)


class InstallFailedError(RuntimeError):
    """Something could not be installed; the message says what and which command to look at."""


def say(text: str) -> None:
    """Tell the person at the terminal what is going on, at once."""
    print(text, flush=True)


def ensure_packages(name: str) -> None:
    """Make ``.venv`` hold exactly the versions of ``requirements/<name>.lock``; does nothing when it already does."""
    lock = PROJECT / "requirements" / f"{name}.lock"
    if not PYTHON.exists() or not _runs(PYTHON):
        say(f"Creating a virtual environment with Python {sys.version_info.major}.{sys.version_info.minor}")
        _call([sys.executable, "-m", "venv", "--clear", str(VENV)], "create the virtual environment")
    stamp = VENV / f".kept-{name}"
    mark = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == mark:
        return
    say(f"Installing Python packages from requirements/{name}.lock")
    if not _install_with_uv(lock):
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        _call([*pip, "-r", str(lock)], "install the Python packages")
    stamp.write_text(mark)


def _install_with_uv(lock: Path) -> bool:
    """Install with uv, several times faster than pip; False where uv cannot be had or does not manage."""
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        installer = PROJECT / "requirements" / "installer.lock"
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        if subprocess.run([*pip, "-r", str(installer)], check=False).returncode:
            return False
    command = [str(uv), "pip", "install", "--quiet", "--require-hashes", "--python", str(PYTHON), "-r", str(lock)]
    return subprocess.run(command, env={**os.environ, **_uv_environment()}, check=False).returncode == 0


def _uv_environment() -> dict[str, str]:
    """Hand pip's configuration over to uv, which ignores it: a company's own index and certificates."""
    listed = subprocess.run([str(PYTHON), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    pip: dict[str, str] = {}
    for line in listed.stdout.splitlines():
        name, _, value = line.partition("=")
        try:
            pip[name.rpartition(".")[2]] = str(ast.literal_eval(value))
        except (ValueError, SyntaxError):
            continue
    told = {
        "UV_SYSTEM_CERTS": "1",
        "UV_DEFAULT_INDEX": pip.get("index-url", ""),
        "UV_INDEX": pip.get("extra-index-url", ""),
        "UV_FIND_LINKS": ",".join(pip.get("find-links", "").split()),
        "UV_HTTP_TIMEOUT": pip.get("default-timeout", pip.get("timeout", "")),
        # Like pip: any index may serve any package. The hashes decide what is accepted.
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }
    return {key: value for key, value in told.items() if value and key not in os.environ}


def ensure_system_packages(*, with_browser: bool) -> None:
    """As root on a Debian family, install the libraries and fonts of PDF pages (and Chromium for the browser tests).

    Without them the system runs, PDF pages name the command that is missing, and browser tests are skipped. One
    attempt for each set of packages: without a network the second start shall not wait for it again.
    """
    wanted = list(PDF_PACKAGES)
    if with_browser and not find_chromium():
        wanted += BROWSER_PACKAGES
    stamp = state_folder() / ("system-packages-test" if with_browser else "system-packages")
    if os.environ.get("KEPT_SYSTEM_PACKAGES") == "0" or not shutil.which("dpkg-query"):
        return
    missing = [package for package in wanted if not _dpkg_has(package)]
    if not missing or (stamp.exists() and stamp.read_text() == " ".join(missing)):
        return
    command = f"apt-get install --no-install-recommends {' '.join(missing)}"
    if os.getuid() != 0 or not shutil.which("apt-get"):
        say(f"For PDF pages{' and browser tests' if with_browser else ''}, an administrator runs: {command}")
    else:
        say(f"Installing system packages: {' '.join(missing)}")
        if not _apt_install(missing):
            say(f"That did not work; the system runs without them. To try by hand: {command}")
    stamp.write_text(" ".join(package for package in wanted if not _dpkg_has(package)))


def _apt_install(packages: list[str]) -> bool:
    quiet = ["-qq", "-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20", "-o", "DPkg::Lock::Timeout=60"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    options = {"env": environment, "check": False, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    install = ["apt-get", *quiet, "install", "-y", "--no-install-recommends", *packages]
    if subprocess.run(install, **options).returncode == 0:  # type: ignore[call-overload]
        return True
    update = ["apt-get", *quiet, "update"]
    subprocess.run(update, **options)  # type: ignore[call-overload]
    return bool(subprocess.run(install, **options).returncode == 0)  # type: ignore[call-overload]


def find_chromium() -> str | None:
    """Find a browser for the tests: CHROMIUM, then Chromium or Chrome on PATH."""
    told = os.environ.get("CHROMIUM")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return told or next((path for path in map(shutil.which, names) if path), None)


def _dpkg_has(package: str) -> bool:
    query = ["dpkg-query", "-W", "-f", "${db:Status-Status}", package]
    return subprocess.run(query, capture_output=True, text=True, check=False).stdout == "installed"


def _runs(python: Path) -> bool:
    try:
        return subprocess.run([str(python), "-c", ""], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def _call(command: list[str], purpose: str) -> None:
    if subprocess.run(command, check=False).returncode:
        raise InstallFailedError(f"Could not {purpose}. The command was: {' '.join(command)}")
