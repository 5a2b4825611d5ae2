"""The image of a workspace: what is in it, how it starts, and how it ends."""

import json
import os
import tarfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from compose_stack import modelyard
from container_engine import BASE, HIDDEN, Engine

pytestmark = [pytest.mark.containers, pytest.mark.server]
FULL = "modelyard-test:full"
MEGABYTE = 1_000_000
LARGEST_OWN_BYTES = {"slim": 430 * MEGABYTE, "full": 1060 * MEGABYTE}
"""Beside the base image, unpacked."""
LIMITS = (
    *("--read-only", "--tmpfs", "/tmp", "--memory", "512m"),  # noqa: S108 (in the container)
    *("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
)


@contextmanager
def running(engine: Engine, image: str, *words: str) -> Iterator[tuple[str, str]]:
    """Run the image as `docker run` does; gives the container and its address."""
    name = engine.run("run", "--detach", "--publish", "127.0.0.1::8080", *LIMITS, *words, image)
    name = name.strip()
    try:
        port = engine.run("port", name, "8080").strip().rpartition(":")[2]
        yield name, f"http://127.0.0.1:{port}"
    finally:
        engine.run("rm", "--force", "--volumes", name)


def wait_until_ready(engine: Engine, name: str, address: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"{address}/health/ready", timeout=5).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(engine.run("logs", name))


def own_bytes(engine: Engine, image: str) -> int:
    sizes = [
        int(engine.run("image", "inspect", one, "--format", "{{.Size}}")) for one in (image, BASE)
    ]
    return sizes[0] - sizes[1]


def names_and_secrets(engine: Engine, image: str, place: Path) -> tuple[set[str], set[str]]:
    """Read every layer: the names of all files, and those in which the secret stands."""
    archive, names, found = place / "image.tar", set(), set()
    engine.run("save", "--output", archive, image)
    with tarfile.open(archive) as outer:
        for entry in outer:
            file = outer.extractfile(entry)
            if file is None or not entry.name.endswith(("layer.tar", ".tar")):
                continue
            with tarfile.open(fileobj=file) as layer:
                for one in layer:
                    names.add(one.name)
                    is_small = one.isfile() and one.size < 100_000
                    content = layer.extractfile(one) if is_small else None
                    if content is not None and HIDDEN.encode() in content.read():
                        found.add(one.name)
    return names, found


def test_no_layer_holds_a_secret_or_a_cache(engine, image, tmp_path):
    names, with_secret = names_and_secrets(engine, image, tmp_path)
    assert with_secret == set()
    assert any(name.endswith("modelyard/cli/main.py") for name in names)
    ours = {name for name in names if name.startswith(("workspace/", "opt/", "package/"))}
    ours = {name for name in ours if not name.endswith("certifi/cacert.pem")}
    unwanted = ("/.env", ".pem", ".backup", "/.git", ".whl", "/pip/", ".cache", "/.modelyard")
    assert [name for name in ours if name.endswith(unwanted) or "/.git/" in name] == []
    assert not any(name.startswith(("root/.cache", "var/lib/apt/lists/deb")) for name in names)
    compiled = {name for name in names if name.endswith(".pyc") and name.startswith("opt/")}
    assert any("modelyard/web/__pycache__/app." in name for name in compiled)


def test_the_image_says_who_runs_it_and_what_it_is(engine, image):
    [about] = json.loads(engine.run("image", "inspect", image))
    config = about["Config"]
    assert config["User"] == "10001"
    assert config["Entrypoint"] == ["modelyard"]
    assert config["Cmd"] == ["serve"]
    assert config["Healthcheck"]["Test"][0] == "CMD"
    assert config["Labels"]["modelyard.kind"] == "slim"
    assert config["Labels"]["org.opencontainers.image.version"]
    assert not any("PASSWORD" in each or "TOKEN" in each for each in config["Env"])


def test_it_is_no_larger_than_it_must_be(engine, image):
    assert own_bytes(engine, image) <= LARGEST_OWN_BYTES["slim"]


def test_its_libraries_load(engine, image):
    libraries = "numpy, polars, onnxruntime, cryptography, obstore, ironcalc, psycopg, yaml"
    code = (
        f"import {libraries}, sqlalchemy, greenlet, jsonschema_rs, granian, argon2; print('well')"
    )
    run = ("run", "--rm", "--read-only", "--entrypoint", "python", image, "-c", code)
    assert engine.run(*run) == "well\n"


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "train"])
def test_its_argument_is_a_command(engine, image, command):
    said = engine.run("run", "--rm", *LIMITS, image, command, "--help")
    assert said.startswith(f"Usage: modelyard {command}")


def test_it_serves_read_only_and_answers_what_was_asked_before_it_ends(engine, image):
    with running(engine, image, "--env", "MODELYARD_PUBLIC=true") as (name, address):
        wait_until_ready(engine, name, address)
        body = json.dumps({"instances": [{"x1": 1.0, "x2": 2.0}]}).encode()
        wait_for_model(address)
        request = urllib.request.Request(
            f"{address}/invocations", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert json.load(answer) == {"predictions": [8.0]}
        heard: list[int] = []
        slow = f"{address}/api/v1/datasets/table/statistics"
        asking = threading.Thread(
            target=lambda: heard.append(urllib.request.urlopen(slow, timeout=20).status)
        )
        asking.start()
        time.sleep(0.1)
        engine.run("stop", "--time", "10", name)
        asking.join(20)
        state = json.loads(engine.run("inspect", name, "--format", "{{json .State}}"))
        assert heard == [200]
        assert (state["ExitCode"], state["OOMKilled"]) == (0, False)


def wait_for_model(address: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"{address}/ping", timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the model is not served")


def test_without_users_it_is_closed_and_shows_the_owner_the_way_in(engine, image):
    with running(engine, image) as (name, address):
        wait_until_ready(engine, name, address)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{address}/api/v1/datasets", timeout=10)
        assert refused.value.code == 401
        assert "/welcome/" in engine.run("logs", name)
        until = time.monotonic() + 60
        while engine.run("inspect", name, "--format", "{{.State.Health.Status}}") != "healthy\n":
            assert time.monotonic() < until
            time.sleep(0.5)


@pytest.mark.parametrize("target", ["vertex", "sagemaker", "kserve", "cloud_run"])
def test_it_keeps_the_contract_of_every_platform(engine, image, yard, target):
    said = modelyard(engine, "doctor", "--target", target, "--image", image, "-w", yard)
    assert "keeps the contract" in said


@pytest.mark.skipif(
    os.environ.get("MODELYARD_CONTAINER_TESTS") != "all",
    reason="the full image takes minutes to build: MODELYARD_CONTAINER_TESTS=all",
)
def test_the_full_image_has_its_size_too(engine, yard):
    modelyard(engine, "image", "build", "--tag", FULL, "-w", yard)
    assert own_bytes(engine, FULL) <= LARGEST_OWN_BYTES["full"]
