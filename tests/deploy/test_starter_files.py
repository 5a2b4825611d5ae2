"""The files that `modelyard new` writes for containers are sound, and for people."""

import subprocess
from pathlib import Path

import pytest
import yaml

from modelyard.settings import from_environment
from modelyard.version import VERSION
from modelyard.workspace.starter import make_workspace

TARGETS = "docker-build docker-start docker-stop docker-clean docker-all logs build up stop"


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("starter") / "yard"
    make_workspace(folder)
    return folder


def test_nothing_is_left_to_fill_in(yard):
    for path in yard.rglob("*"):
        if path.is_file():
            assert "{{" not in path.read_text(), path.name
    assert f"MODELYARD_VERSION={VERSION}" in (yard / "Dockerfile").read_text()


@pytest.mark.parametrize("target", TARGETS.split())
def test_make_knows_the_names_that_people_know(yard, target):
    asked = ["make", "--no-print-directory", "--dry-run", target, "OS_PORT=11000", "PORT=9000"]
    said = subprocess.run(asked, cwd=yard, check=True, capture_output=True, text=True).stdout
    assert "docker " in said
    if target in {"docker-start", "docker-all", "up"}:
        assert "--publish 11000:9000" in said
        assert "--env PORT=9000" in said


def test_make_reads_the_file_env(yard, tmp_path):
    make_workspace(tmp_path / "other")
    (tmp_path / "other" / ".env").write_text("OS_PORT=11000\nIMAGE=ana/yard:2\n")
    asked = ["make", "--no-print-directory", "--dry-run", "docker-start"]
    done = subprocess.run(asked, cwd=tmp_path / "other", check=True, capture_output=True, text=True)
    assert "--publish 11000:8080" in done.stdout
    assert "--name ana-yard-2" in done.stdout
    assert done.stdout.rstrip().endswith('make logs"')


def test_compose_holds_two_replicas_two_workers_and_a_database_in_order(yard):
    found = yaml.safe_load((yard / "compose.yaml").read_text())["services"]
    assert set(found) == {"web-1", "web-2", "worker", "migrate", "proxy", "db"}
    assert found["worker"]["deploy"]["replicas"] == 2
    assert found["migrate"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    for name in ("web-1", "web-2", "worker"):
        assert found[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"}
        }
        assert found[name]["read_only"] is True
    assert all(service["restart"] for service in found.values())
    assert all(found[name]["deploy"]["resources"]["limits"] for name in found if name != "migrate")


def test_its_variables_are_settings_of_modelyard(yard):
    found = yaml.safe_load((yard / "compose.yaml").read_text())["services"]["web-1"]
    plain = {name: str(value) for name, value in found["environment"].items()}
    known = {name for name in plain if not plain[name].startswith("${")}
    settings = from_environment({name: plain[name] for name in known})
    assert (settings.proxies, settings.run_workers) == (1, 0)


def test_what_must_not_go_into_an_image_or_into_git_does_not(yard):
    ignored = (yard / ".dockerignore").read_text().splitlines()
    assert {".env", "*.pem", ".git", ".modelyard", "**/__pycache__"} <= set(ignored)
    kept_out = (yard / ".gitignore").read_text().splitlines()
    assert {".env", "nginx/tls/", "wheels/"} <= set(kept_out)
    assert "POSTGRES_PASSWORD=\n" in (yard / ".env.example").read_text()
