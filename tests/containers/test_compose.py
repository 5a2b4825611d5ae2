"""The workspace as docker compose runs it: replaced, killed, filled up, restored."""

import json
import shutil
import ssl
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
from compose_stack import ROW, Stack, modelyard
from http_load import Call, load

pytestmark = [pytest.mark.containers, pytest.mark.server]
CALLERS = 64


def calls(stack: Stack) -> tuple[Call, ...]:
    """A page's data and a prediction, as the owner."""
    sent = {"Authorization": f"Bearer {stack.token}", "Content-Type": "application/json"}
    body = json.dumps({"instances": [ROW]}).encode()
    return (
        Call("GET", "/api/v1/datasets", headers=sent),
        Call("POST", "/invocations", body, sent),
    )


def containers(stack: Stack, service: str) -> list[str]:
    return stack.compose("ps", "--quiet", service).split()


def test_both_replicas_answer_behind_nginx_read_only_and_within_limits(stack):
    assert {stack.ask("/api/v1/datasets")[0] for _ in range(4)} == {200}
    for service in ("web-1", "web-2"):
        state = stack.compose("exec", "-T", service, "python", "-m", "modelyard.probe")
        assert state == ""
    config = json.loads(stack.compose("config", "--format", "json"))["services"]
    for name in ("web-1", "web-2", "worker"):
        assert config[name]["read_only"] is True
        assert config[name]["deploy"]["resources"]["limits"]["memory"]
        assert config[name]["restart"] == "unless-stopped"


def test_a_rollout_under_load_fails_no_request(stack):
    before = {name: containers(stack, name) for name in ("web-1", "web-2")}
    with load(stack.port, calls(stack), CALLERS) as heard:
        modelyard(stack.engine, "rollout", "--patience", "120", "-w", stack.folder)
        time.sleep(1)
    assert heard.failed == {}
    assert heard.right > 1000
    after = {name: containers(stack, name) for name in ("web-1", "web-2")}
    assert all(before[name] != after[name] for name in before)
    assert list((stack.folder / "nginx" / "away").iterdir()) == []


def test_a_rollout_of_an_image_that_is_not_well_stops_and_the_other_replica_serves(stack, image):
    sick = f'FROM {image}\nHEALTHCHECK --interval=1s --retries=2 --start-period=1s CMD ["false"]\n'
    stack.engine.run("build", "--quiet", "--tag", "modelyard-test:sick", "-", input=sick)
    settings = stack.folder / ".env"
    well = settings.read_text()
    settings.write_text(well.replace(f"IMAGE={image}", "IMAGE=modelyard-test:sick"))
    said = modelyard(stack.engine, "rollout", "--patience", "60", "-w", stack.folder, fails=True)
    assert "It was to replace web-1" in said
    assert {stack.ask("/invocations", {"instances": [ROW]})[0] for _ in range(8)} == {200}
    settings.write_text(well)
    away = stack.folder / "nginx" / "away" / "web-1"
    assert away.exists()
    stack.compose("up", "--detach", "--no-deps", "--wait", "web-1")
    away.unlink()


def test_a_killed_replica_takes_only_its_own_requests_with_it(stack):
    with load(stack.port, calls(stack), CALLERS) as heard:
        time.sleep(1)
        stack.compose("kill", "web-1")
        time.sleep(3)
    assert sum(heard.failed.values()) <= CALLERS
    assert heard.failed.keys() <= {"POST 502", "POST 504", "GET 502", "GET 504"}
    stack.compose("start", "web-1")
    stack.until(lambda: health(stack, "web-1") == "healthy")


def health(stack: Stack, service: str) -> str:
    [name] = containers(stack, service)
    return stack.engine.run("inspect", name, "--format", "{{.State.Health.Status}}").strip()


def test_the_runs_of_a_killed_worker_are_done_by_the_other(stack):
    runs = [stack.submit(f"run {number}", seconds=3) for number in range(4)]
    stack.until(lambda: any(stack.state(run) == "running" for run in runs))
    stack.engine.run("kill", containers(stack, "worker")[0])
    stack.until(lambda: all(stack.state(run) == "succeeded" for run in runs), 90)
    stack.compose("up", "--detach", "--no-recreate", "worker")


def test_ten_seconds_without_the_database_lose_nothing_that_was_accepted(stack):
    accepted = [stack.submit("before", seconds=1)]
    stack.compose("kill", "db")
    gone_at = time.monotonic()
    stack.until(lambda: not stack.is_ready())
    status, document = stack.ask("/api/v1/runs", {"kind": "echo", "request": {"text": "no"}})
    assert status == 503
    assert "database" in json.dumps(document)
    time.sleep(max(0.0, 10 - (time.monotonic() - gone_at)))
    stack.compose("start", "db")
    stack.until(stack.is_ready)
    accepted.append(stack.submit("after"))
    stack.until(lambda: all(stack.state(run) == "succeeded" for run in accepted), 90)


def test_a_full_disk_is_said_and_gets_well_by_itself(stack):
    inside = ("exec", "-T", "web-1", "sh", "-c")
    model = (stack.folder / "models" / "line.onnx").read_bytes()
    padded = model + b"\0" * 0
    stack.compose(*inside, "cat /dev/zero > /state/filler", check=False)
    try:
        where = "/api/v1/models/other/versions?file_name=line.onnx"
        status, document = stack.ask(where, padded, **{"Content-Type": "application/octet-stream"})
        assert status in {503, 507}, document
        assert "Traceback" not in str(document)
        assert stack.ask("/invocations", {"instances": [ROW]})[1] == {"predictions": [8.0]}
    finally:
        stack.compose(*inside, "rm /state/filler")
    status, document = stack.ask(where, padded, **{"Content-Type": "application/octet-stream"})
    assert status in {200, 201, 202}, document
    assert stack.is_ready()


def test_a_request_larger_than_the_memory_ends_no_service(stack):
    rows = b'{"instances": [' + b'{"x1": 1.5, "x2": 2.5},' * 2_000_000 + b'{"x1": 1, "x2": 2}]}'
    try:
        status, _ = stack.ask("/invocations", rows)
    except OSError:
        status = 502
    assert status in {200, 400, 413, 422, 500, 502, 503, 504}
    stack.until(lambda: stack.is_ready() and health(stack, "web-1") == "healthy")
    assert stack.ask("/invocations", {"instances": [ROW]})[1] == {"predictions": [8.0]}


def test_a_backup_brings_back_what_was_deleted(stack, tmp_path: Path):
    kept = stack.submit("kept")
    stack.until(lambda: stack.state(kept) == "succeeded")
    file = tmp_path / "yard.backup"
    program = [stack.engine.program, "compose"]
    inside = ("exec", "-T", "web-1", "modelyard")
    with file.open("wb") as target:
        written = [*program, *inside, "backup", "-"]
        subprocess.run(written, check=True, cwd=stack.folder, stdout=target)
    lost = stack.submit("lost")
    with file.open("rb") as source:
        restored = [*program, *inside, "restore", "-", "--replace"]
        subprocess.run(restored, check=True, cwd=stack.folder, stdin=source)
    stack.until(lambda: stack.state(kept) == "succeeded")
    assert stack.ask(f"/api/v1/runs/{lost}")[0] == 404


def test_tls_is_a_certificate_in_a_folder(stack):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: nothing makes a certificate")
    tls = stack.folder / "nginx" / "tls"
    tls.mkdir()
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    files = ["-keyout", tls / "key.pem", "-out", tls / "certificate.pem"]
    subprocess.run([*made, *files], check=True, capture_output=True)
    shutil.copy(stack.folder / "nginx" / "tls.conf.example", tls / "tls.conf")
    stack.compose("restart", "proxy")
    trusted = ssl.create_default_context(cafile=str(tls / "certificate.pem"))
    address = "https://localhost:11443/health/ready"

    def answers() -> bool:
        try:
            with urllib.request.urlopen(address, timeout=5, context=trusted) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    stack.until(answers, 30)


def test_gunicorn_and_uwsgi_serve_the_same(stack):
    files = ("--file", "compose.yaml", "--file", "compose.gunicorn-uwsgi.yaml")
    own = ("--file", "compose.override.yaml")
    up = ("up", "--detach", "--no-deps", "--wait", "--wait-timeout", "90", "web-1", "web-2")
    stack.compose(*files, *own, *up)
    for name, server in (("web-1", "gunicorn"), ("web-2", "uWSGI")):
        asked = "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:8080/health/ready').status)"
        assert stack.compose("exec", "-T", name, "python", "-c", asked).strip() == "200", server
    stack.until(lambda: stack.ask("/invocations", {"instances": [ROW]})[0] == 200)
    for _ in range(6):
        assert stack.ask("/invocations", {"instances": [ROW]})[1] == {"predictions": [8.0]}
