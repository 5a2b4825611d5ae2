"""The small commands for clouds in a workspace's Makefile: what they call, word by word."""

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from modelyard.deploy.naming import name_of
from modelyard.workspace.starter import make_workspace
from modelyard.workspace.starter.containers import deployment_name

PROGRAM = """#!/bin/sh
line=$(printf '%s\\037' "${{0##*/}}" "$@")
printf '%s\\n' "$line" >> {log}
case " $* " in
  *" sts "*) echo 123456789012 ;;
  *" ls "*) echo sha256:{a} ;;
  *" list "*) echo sha256:{b} ;;
  *" login "*) cat > {log}.read ;;
  *) echo word ;;
esac
"""
"""Programs that write down how they are called."""
ENV = "CLOUD_RUN_PROJECT=demo-1\nCLOUD_RUN_REGION=europe-west1\nECS_REGION=eu-central-1\n"
HOST = "europe-west1-docker.pkg.dev"
ACCOUNT = "yard-deployer@demo-1.iam.gserviceaccount.com"
CALLS = {
    "check-gcp-login": "gcloud projects describe demo-1 --format=value(projectId)",
    "create-service-account": "gcloud iam service-accounts create yard-deployer --project=demo-1 "
    "--display-name=Deploys yard",
    "add-roles": f"gcloud projects add-iam-policy-binding demo-1 --member=serviceAccount:{ACCOUNT} "
    "--role=roles/storage.admin --condition=None --format=none --quiet",
    "create-key": "gcloud iam service-accounts keys create deployer-credentials.json "
    f"--iam-account={ACCOUNT} --project=demo-1",
    "create-config": "gcloud config configurations activate yard",
    "build-image": "docker build --build-arg KIND=full -t yard .",
    "run-container": "docker run --detach",
    "conf-docker-for-gcp": f"gcloud auth configure-docker {HOST} --quiet",
    "image-to-gcp": f"docker push {HOST}/demo-1/yard/yard:own-aaaaaaaaaaaaaaaa",
    "deploy": "modelyard deploy cloud_run",
    "list-cloud-run": "gcloud run services list --project=demo-1",
    "describe-service": "gcloud run services describe yard --region=europe-west1 --project=demo-1",
    "delete-deployment": "modelyard deploy destroy cloud_run",
    "delete-latest-gcp-image": "gcloud artifacts docker images delete "
    f"{HOST}/demo-1/yard/yard@sha256:{'b' * 64} --delete-tags --project=demo-1",
    "auth": "docker login --username AWS --password-stdin "
    "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
    "release": "modelyard deploy ecs --yes",
}


@pytest.fixture
def yard(tmp_path) -> Path:
    make_workspace(tmp_path / "yard")
    (tmp_path / "yard" / ".env").write_text(ENV)
    return tmp_path / "yard"


def make(yard: Path, target: str) -> tuple[subprocess.CompletedProcess[str], list[list[str]]]:
    """Make a target with programs that only write down their words; give these."""
    log, programs = yard.parent / "log", yard.parent / "bin"
    programs.mkdir(exist_ok=True)
    for name in ("gcloud", "docker", "aws", "modelyard"):
        (programs / name).write_text(PROGRAM.format(log=log, a="a" * 64, b="b" * 64))
        (programs / name).chmod(0o755)
    environ = os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["make", "--no-print-directory", target],
        cwd=yard,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = log.read_text().splitlines() if log.exists() else []
    return done, [line.split("\037")[:-1] for line in lines]


@pytest.mark.parametrize("target", CALLS)
def test_each_command_that_people_know_calls_what_it_says(yard, target):
    done, called = make(yard, target)
    assert done.returncode == 0, done.stderr
    assert any(" ".join(words).startswith(CALLS[target]) for words in called), called


def test_help_names_them_all(yard):
    done, _ = make(yard, "help")
    assert set(CALLS) <= {line.split()[0] for line in done.stdout.splitlines()}


@pytest.mark.parametrize("target", ["list-cloud-run", "image-to-gcp", "auth", "create-key"])
def test_names_from_settings_never_reach_the_shell_as_text(yard, target):
    evil = 'a"; touch pwned; echo "'
    (yard / ".env").write_text("".join(f"{line}{evil}\n" for line in ENV.splitlines()))
    _, called = make(yard, target)
    assert not (yard / "pwned").exists()
    assert any(evil in word for words in called for word in words)


def test_what_is_not_set_is_said(yard):
    (yard / ".env").unlink()
    for target, name in (("list-cloud-run", "CLOUD_RUN_PROJECT"), ("auth", "ECS_REGION")):
        done, called = make(yard, target)
        assert done.returncode != 0
        assert f"Set {name} in .env" in done.stderr
        assert called == []


def test_a_key_that_is_there_is_not_overwritten_and_never_goes_into_git(yard):
    (yard / "deployer-credentials.json").write_text("mine")
    done, called = make(yard, "create-key")
    assert (done.returncode != 0, called) == (True, [])
    assert "*credentials*.json" in (yard / ".gitignore").read_text().splitlines()
    assert "*credentials*.json" in (yard / ".dockerignore").read_text().splitlines()


@pytest.mark.parametrize("name", ["My Yard", "7 Größen", "---", "a" * 99, "yard", "Ünïcode-Yard_2"])
def test_the_name_of_the_deployment_is_that_of_modelyard_deploy(name):
    assert deployment_name(name) == name_of(name)


@pytest.mark.skipif(shutil.which("gcloud") is None, reason="gcloud is not installed")
def test_gcloud_knows_the_commands(yard, tmp_path, monkeypatch):
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "config"))
    for target in CALLS:
        _, called = make(yard, target)
    given = {shlex.join(words) for words in called if words[0] == "gcloud"}
    written = tmp_path / "commands.json"
    written.write_text(json.dumps([{"command_string": text} for text in sorted(given)]))
    argv = ["gcloud", "meta", "lint-gcloud-commands", f"--commands-file={written}"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert [one for one in found if not one["success"]] == []
    assert len(found) == len(given) > 15
