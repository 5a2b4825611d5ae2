"""`modelyard deploy ci` writes pipelines that their platforms take, without anybody's key."""

import re
import subprocess
import sys

import pytest
import yaml

from modelyard.deploy.pipelines.cloud_build import CLOUD_BUILD
from modelyard.deploy.pipelines.github import GITHUB
from modelyard.deploy.pipelines.gitlab import GITLAB
from modelyard.deploy.pipelines.pipeline import Pipeline, refuse_branch, write
from modelyard.errors import Conflict, Invalid

AMAZON, GOOGLE = Pipeline("ecs", region="eu-central-1"), Pipeline("cloud_run", is_public=True)
CASES = {
    "github-ecs": (GITHUB, AMAZON, "vendor.github-workflows"),
    "github-cloud_run": (GITHUB, GOOGLE, "vendor.github-workflows"),
    "gitlab-ecs": (GITLAB, AMAZON, "vendor.gitlab-ci"),
    "gitlab-cloud_run": (GITLAB, GOOGLE, "vendor.gitlab-ci"),
    "cloudbuild": (CLOUD_BUILD, GOOGLE, "vendor.cloudbuild"),
}


@pytest.mark.parametrize("kind", sorted({schema for _, _, schema in CASES.values()}))
def test_the_published_schema_of_the_platform_takes_it(kind, tmp_path):
    pytest.importorskip("check_jsonschema")
    files = []
    for case, (place, pipeline, schema) in CASES.items():
        if schema == kind:
            files.append(tmp_path / f"{case}.yml")
            files[-1].write_text(place.text_of(pipeline))
    argv = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", kind, *map(str, files)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("case", CASES)
def test_it_tests_before_it_deploys_and_holds_no_key(case):
    place, pipeline, _ = CASES[case]
    text = place.text_of(pipeline)
    assert yaml.safe_load(text)
    assert text.index("modelyard check") < text.index(f"modelyard deploy {pipeline.target} --yes")
    assert ("--yes --public" in text) == pipeline.is_public
    assert not re.search(r"secrets\.|ACCESS_KEY|credentials_json|_KEY\b|:latest", text)
    for line in place.todo_of(pipeline):
        assert line in text


def test_only_pushes_to_the_branch_are_deployed_and_one_at_a_time():
    job = yaml.safe_load(GITHUB.text_of(AMAZON))["jobs"]["deploy"]
    assert job["if"] == "github.event_name == 'push' && github.ref == 'refs/heads/main'"
    assert job["concurrency"]["cancel-in-progress"] is False
    assert job["permissions"] == {"contents": "read", "id-token": "write"}
    found = yaml.safe_load(GITLAB.text_of(AMAZON))
    assert found["deploy"]["resource_group"] == "deploy-ecs"
    assert found["deploy"]["rules"] == [{"if": "$CI_COMMIT_BRANCH == 'main'"}]


def test_the_commands_of_every_job_are_shell():
    """Each text that a shell gets is read by a shell, without being run."""
    texts = []
    for place, pipeline, _ in CASES.values():
        found = yaml.safe_load(place.text_of(pipeline))
        for job in found.get("jobs", {}).values():
            texts += [step["run"] for step in job["steps"] if "run" in step]
        for name in ("test", "deploy"):
            texts += found.get(name, {}).get("script", [])
        for step in found.get("steps", []):
            texts.append(step["args"][1].replace("$$", "$"))
    assert len(texts) > 12
    for text in texts:
        subprocess.run(["bash", "-n", "-c", text], check=True)


def test_cloud_build_does_not_deploy_to_amazon():
    with pytest.raises(Invalid, match="would need a key"):
        CLOUD_BUILD.text_of(AMAZON)


@pytest.mark.parametrize("name", ["main' || true", "$(id)", "", "-x", "a b", "${{ x }}"])
def test_what_is_no_branch_does_not_come_into_an_expression(name):
    with pytest.raises(Invalid, match="no name of a branch"):
        refuse_branch(name)


def test_a_file_of_somebody_else_is_kept(tmp_path):
    path = tmp_path / "sub" / "deploy.yml"
    assert write(path, "ours\n", is_forced=False)
    assert not write(path, "ours\n", is_forced=False)
    path.write_text("theirs\n")
    with pytest.raises(Conflict, match="is another"):
        write(path, "ours\n", is_forced=False)
    assert write(path, "ours\n", is_forced=True)
