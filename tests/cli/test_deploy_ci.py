"""`modelyard deploy ci` as a person uses it."""

import pytest


@pytest.fixture
def yard(run, tmp_path):
    run("new", tmp_path / "yard")
    return tmp_path / "yard"


def test_a_pipeline_is_written_once_and_what_is_left_to_do_is_said(run, yard):
    (yard / "modelyard.toml").write_text('[deploy.ecs]\nregion = "eu-central-1"\n')
    first = run("deploy", "ci", "github", "-w", yard)
    assert first.exit_code == 0, first.output
    assert "AWS_DEPLOY_ROLE" in first.stdout
    text = (yard / ".github" / "workflows" / "deploy.yml").read_text()
    assert "aws-region: eu-central-1" in text
    assert "Nothing to do" in run("deploy", "ci", "github", "-w", yard).stdout


def test_which_target_is_meant_must_be_known(run, said, yard):
    assert "has no [deploy.TARGET]" in said(run("deploy", "ci", "gitlab", "-w", yard))
    text = '[deploy.ecs]\nregion = "eu-central-1"\n[deploy.cloud_run]\nproject = "demo-project"\n'
    (yard / "modelyard.toml").write_text(text)
    assert "Name it: --target" in said(run("deploy", "ci", "gitlab", "-w", yard))


def test_what_only_env_says_is_not_known_to_a_pipeline(run, said, yard):
    (yard / ".env").write_text("ECS_REGION=eu-central-1\n")
    told = said(run("deploy", "ci", "github", "--target", "ecs", "-w", yard))
    assert ".env never goes into git" in told
