"""``docker-compose.yml`` cannot be run everywhere, so it is parsed and held against what the program itself says."""

import ast
import re
from typing import Any

import pytest
import yaml

from orders_site.boot.places import PROJECT
from orders_site.boot.queues import QUEUES

COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("setup", "web", "worker", "beat")
NOT_OURS = {"DJANGO_SETTINGS_MODULE"}


def variables_that_settings_read() -> set[str]:
    """Every name given to a helper of settings/environment.py in base and prod."""
    names = set()
    for module in ("base", "prod"):
        tree = ast.parse((PROJECT / "orders_site" / "settings" / f"{module}.py").read_text(encoding="utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if ast.unparse(call.func).startswith("environment.") and isinstance(call.args[0], ast.Constant):
                names.add(str(call.args[0].value))
    return names


def required_by_production() -> set[str]:
    """The variables production settings read without a default."""
    tree = ast.parse((PROJECT / "orders_site" / "settings" / "prod.py").read_text(encoding="utf-8"))
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords
    ]
    return {
        str(c.args[0].value)
        for c in calls
        if ast.unparse(c.func).startswith("environment.") and isinstance(c.args[0], ast.Constant)
    }


def test_the_parts_of_the_system_are_all_there() -> None:
    assert set(SERVICES) == {"postgres", "redis", *OURS}


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_one_that_settings_read(name: str) -> None:
    given = {variable.removesuffix("_FILE") for variable in SERVICES[name]["environment"]} - NOT_OURS

    assert given <= variables_that_settings_read()


@pytest.mark.parametrize("name", OURS)
def test_everything_production_requires_is_given(name: str) -> None:
    given = {variable.removesuffix("_FILE") for variable in SERVICES[name]["environment"]}

    assert required_by_production() == {"SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"}
    assert required_by_production() <= given
    assert SERVICES[name]["environment"]["DJANGO_SETTINGS_MODULE"] == "orders_site.settings.prod"


def test_the_worker_listens_to_every_queue() -> None:
    command = SERVICES["worker"]["command"]

    assert tuple(command[command.index("--queues") + 1].split(",")) == QUEUES


@pytest.mark.parametrize("name", OURS)
def test_our_containers_run_one_image_without_rights_on_a_read_only_root(name: str) -> None:
    service = SERVICES[name]

    assert (service["image"], service["user"], service["read_only"]) == ("kept", "10001", True)
    assert service["cap_drop"] == ["ALL"]


def test_secrets_come_from_files_and_never_stand_in_the_environment() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if variable.endswith("_FILE"):
                secret = str(value).removeprefix("/run/secrets/")
                assert secret in service["secrets"], f"{name} does not get {secret}"
            assert not re.search(r"PASSWORD$|SECRET_KEY$|^DATABASE.*URL$", variable), f"{name}: {variable}"
    assert all(source["file"].startswith("./secrets/") for source in COMPOSE["secrets"].values())


def test_only_setup_has_the_owners_address() -> None:
    holders = [name for name in SERVICES if "database_owner_url" in SERVICES[name].get("secrets", [])]

    assert holders == ["setup"]


def test_everything_that_keeps_running_has_a_health_check() -> None:
    unchecked = [name for name, service in SERVICES.items() if "healthcheck" not in service]

    assert unchecked == ["setup"]


def test_data_lives_in_volumes_and_only_the_web_server_has_a_port_on_this_machine() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert set(COMPOSE["volumes"]) == {"postgres", "media"}
    assert ports == {"web": ["127.0.0.1:8000:8000"]}
