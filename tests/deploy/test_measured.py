"""What was measured goes into the plan of each target, unless something is said."""

from pathlib import Path

import pytest

from modelyard.deploy.dotenv import read_dotenv
from modelyard.deploy.measured import told
from modelyard.deploy.targets import TARGETS, get_target
from modelyard.deploy.wanted import wanted_settings
from modelyard.errors import Invalid
from modelyard.scale import prices as scale_prices
from modelyard.workspace import open_workspace
from modelyard.workspace.measured import (
    Curve,
    Measured,
    Measurement,
    Step,
    Suggested,
    find_measured,
    measured_text,
)

MEASURED = Measured(
    measured=Measurement(at="2026-11-21T22:00:00+00:00", service="http://127.0.0.1:8080"),
    curve=Curve(
        capacity_per_s=100.0,
        service_s=(0.01, 0.02),
        steps=(
            Step(offered_per_s=9, answered_per_s=8.5, in_flight=1, p50_s=0.1, p95_s=0.1, p99_s=0.2),
        ),
    ),
    suggested=Suggested(
        workers=2, threads=5, concurrency=10, cpu_target=0.7, rate_per_instance=80.0,
        processors=2.0, memory_mib=3000,
    ),
)  # fmt: skip
REQUIRED = {
    "cloud_run": 'project = "demo-1"\nregion = "europe-west1"',
    "compute_engine": 'project = "demo-1"\nregions = ["europe-west4"]\nplain_http = true',
    "ecs": 'region = "eu-central-1"',
    "vertex_ai": 'project = "demo-1"\nregion = "europe-west4"',
}


def yard(folder: Path, target: str, more: str = "", dotenv: str = "") -> Path:
    (folder / "modelyard.toml").write_text(f"[deploy.{target}]\n{REQUIRED[target]}\n{more}\n")
    (folder / ".env").write_text(dotenv)
    (folder / "measured.toml").write_text(measured_text(MEASURED))
    return folder


def wanted(folder: Path, target: str):
    return wanted_settings(get_target(target), open_workspace(folder), read_dotenv(folder))


def test_the_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "measured.toml").write_text(measured_text(MEASURED))
    assert find_measured(tmp_path) == MEASURED
    assert find_measured(tmp_path / "elsewhere") is None


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("cloud_run", {"processes": 1, "threads": 5, "memory": "3072Mi"}),
        (
            "compute_engine",
            {"processes": 2, "threads": 5, "target_cpu": 0.7, "requests_per_instance": 80.0},
        ),
        (
            "ecs",
            {
                "processes": 1,
                "threads": 5,
                "target_cpu": 0.7,
                "requests_per_instance": 40.0,
                "memory_mib": 3072,
            },
        ),
        ("vertex_ai", {"target_cpu_percent": 70}),
    ],
)
def test_each_target_takes_it_for_the_size_of_its_instances(
    tmp_path: Path, target: str, expected: dict[str, object]
) -> None:
    folder = yard(tmp_path, target)
    settings = wanted(folder, target)
    assert {key: getattr(settings, key) for key in expected} == expected
    note = told(target, open_workspace(folder), settings)
    assert note.startswith("From measured.toml (2026-11-21): ")
    assert all(key in note for key in expected)
    (folder / "measured.toml").unlink()
    assert told(target, open_workspace(folder), wanted(folder, target)) == ""


def test_what_is_written_down_wins_and_what_is_in_dotenv_wins_over_that(tmp_path: Path) -> None:
    folder = yard(
        tmp_path,
        "cloud_run",
        "threads = 8\ncpu = 4\nmemory = '4Gi'\nworkers = 'none'\nmax_instances = 1",
        "CLOUD_RUN_THREADS=9\n",
    )
    settings = wanted(folder, "cloud_run")
    assert (settings.threads, settings.processes) == (9, 4)
    (folder / ".env").write_text("")
    assert wanted(folder, "cloud_run").threads == 8


def test_what_was_measured_and_cannot_be_is_told_to_come_from_there(tmp_path: Path) -> None:
    folder = yard(tmp_path, "cloud_run", "cpu = 4\nmemory = '4Gi'")
    with pytest.raises(Invalid) as refused:
        wanted(folder, "cloud_run")
    assert "database_tier, with processes = 4, threads = 5" in str(refused.value)
    assert "from measured.toml: db-g1-small takes 47 connections" in str(refused.value)


@pytest.mark.parametrize(
    "text",
    ["[", "[curve]\n", measured_text(MEASURED).replace("100.0", "-1"), "\xff"],
    ids=["no TOML", "half", "negative", "not UTF-8"],
)
def test_a_broken_file_is_refused_by_its_name(tmp_path: Path, text: str) -> None:
    folder = yard(tmp_path, "ecs")
    (folder / "measured.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(Invalid, match=r"measured\.toml"):
        wanted(folder, "ecs")


def test_no_target_is_left_out() -> None:
    assert set(REQUIRED) == set(TARGETS)


def test_deployments_and_simulations_know_the_same_prices() -> None:
    import tomllib
    from importlib.resources import files

    text = (files("modelyard.deploy") / "prices.toml").read_text(encoding="utf-8")
    listed = {name: one["usd"] for name, one in tomllib.loads(text).items() if name[0] != "m"}
    same = {
        "cloud_run_vcpu_second": scale_prices.price("cloud_run", "request_vcpu_s"),
        "cloud_run_gib_second": scale_prices.price("cloud_run", "request_gib_s"),
        "cloud_run_always_vcpu_second": scale_prices.price("cloud_run", "instance_vcpu_s"),
        "cloud_run_always_gib_second": scale_prices.price("cloud_run", "instance_gib_s"),
        "e2_standard_2_hour": scale_prices.machine_hour_usd("e2-standard-2"),
        "e2_standard_4_hour": scale_prices.machine_hour_usd("e2-standard-4"),
        "n2_standard_2_hour": scale_prices.machine_hour_usd("n2-standard-2"),
        "load_balancer_rules_hour": scale_prices.price("compute_engine", "balancer_hour"),
        "fargate_vcpu_hour": scale_prices.price("ecs", "vcpu_hour"),
        "fargate_gib_hour": scale_prices.price("ecs", "gib_hour"),
        "aws_load_balancer_hour": scale_prices.price("ecs", "balancer_hour"),
        "aws_load_balancer_unit_hour": scale_prices.price("ecs", "balancer_unit_hour"),
    }
    assert same == pytest.approx({name: listed[name] for name in same}, rel=1e-3)
