"""What clouds tell of their groups: read from answers as they come, and from real tools."""

import os
import shutil

import pytest

from modelyard.deploy.groups import look_at_groups
from modelyard.deploy.runner import Programs
from modelyard.errors import Denied, SignInNeeded, Unavailable

GOOGLE = """
[workspace]
name = "yard"
[deploy.compute_engine]
name = "yard"
project = "demo-project"
regions = ["europe-west4"]
plain_http = true
"""
AMAZON = """
[workspace]
name = "yard"
[deploy.ecs]
name = "yard"
region = "eu-central-1"
"""
RUN = """
[workspace]
name = "yard"
[deploy.cloud_run]
name = "yard"
project = "demo-project"
region = "europe-west4"
"""
MANAGER = {
    "name": "yard",
    "region": "https://www.googleapis.com/compute/v1/projects/demo-project/regions/europe-west4",
    "targetSize": 4,
    "size": 3,
    "currentActions": {"none": 3, "creating": 1, "deleting": 0},
    "status": {"isStable": False},
    "autoscaler": {
        "status": "ACTIVE",
        "recommendedSize": 4,
        "autoscalingPolicy": {"minNumReplicas": 2, "maxNumReplicas": 6, "mode": "ON"},
        "statusDetails": [{"type": "CAPPED_AT_MAX_NUM_REPLICAS", "message": "Capped at 6."}],
    },
}
ARN = "arn:aws:ecs:eu-central-1:123456789012:"
STACK = {
    "StackResources": [
        {"ResourceType": "AWS::ECS::Service", "PhysicalResourceId": f"{ARN}service/yard/web-1"},
        {"ResourceType": "AWS::ECS::Cluster", "PhysicalResourceId": "yard"},
    ]
}
SERVICES = {
    "services": [
        {
            "serviceName": "web-1",
            "serviceArn": f"{ARN}service/yard/web-1",
            "clusterArn": f"{ARN}cluster/yard",
            "status": "ACTIVE",
            "desiredCount": 3,
            "runningCount": 2,
            "pendingCount": 1,
            "deployments": [{"status": "PRIMARY", "rolloutState": "IN_PROGRESS"}],
        }
    ]
}
BOUNDS = {
    "ScalableTargets": [
        {"ResourceId": "service/other/web-1", "MinCapacity": 9, "MaxCapacity": 9},
        {"ResourceId": "service/yard/web-1", "MinCapacity": 1, "MaxCapacity": 4},
    ]
}
DEEDS = {
    "ScalingActivities": [
        {
            "ResourceId": "service/yard/web-1",
            "Description": "Setting desired count to 3.",
            "Cause": "monitor alarm TargetTracking-AlarmHigh in state ALARM",
            "StatusCode": "Successful",
            "StartTime": "2026-11-21T20:00:00+00:00",
        }
    ]
}


class Answering:
    """A cloud that answers from a list, by words of the question; what is not on it is absent."""

    def __init__(self, answers):
        self.answers = answers
        self.asked = []

    def ask(self, argv):
        self.asked.append(argv)
        found = next((answer for word, answer in self.answers.items() if word in argv), None)
        if isinstance(found, Exception):
            raise found
        return found


def told_of(tmp_path, toml, answers):
    (tmp_path / "modelyard.toml").write_text(toml)
    cloud = Answering(answers)
    told = look_at_groups(tmp_path, cloud)
    assert all(not set(argv) & {"create", "update", "delete", "set"} for argv in cloud.asked)
    return told


def test_a_managed_group_is_told_with_what_its_autoscaler_recommends(tmp_path):
    (told,) = told_of(tmp_path, GOOGLE, {"instance-groups": [MANAGER]})
    (group,) = told.groups
    assert (group.name, group.place) == ("yard", "europe-west4")
    assert (group.running, group.target_size, group.least, group.most) == (3, 4, 2, 6)
    assert group.status == "1 creating"
    assert group.decision == "recommends 4; Capped at 6."


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"autoscaler": None}, "there is no autoscaler"),
        ({"autoscaler": {"status": "ERROR", "autoscalingPolicy": {"mode": "OFF"}}}, "is error"),
        ({"autoscaler": {"recommendedSize": True}}, ""),
    ],
)
def test_what_a_cloud_leaves_out_is_left_out(tmp_path, more, words):
    (told,) = told_of(tmp_path, GOOGLE, {"instance-groups": [{"name": "yard"} | more]})
    assert told.groups[0].decision.startswith(words)
    assert told.groups[0].target_size is None


def test_a_service_of_ecs_is_told_with_the_last_deed_of_its_autoscaling(tmp_path):
    answers = {
        "describe-stack-resources": STACK,
        "describe-services": SERVICES,
        "describe-scalable-targets": BOUNDS,
        "describe-scaling-activities": DEEDS,
    }
    (told,) = told_of(tmp_path, AMAZON, answers)
    (group,) = told.groups
    assert (group.running, group.target_size, group.least, group.most) == (2, 3, 1, 4)
    assert group.status == "active, 1 pending, rollout in progress"
    assert group.decision.startswith("2026-11-21 20:00:00 Setting desired count to 3. monitor")


def test_answers_of_amazon_have_the_shape_that_amazon_describes():
    loaders = pytest.importorskip("botocore.session").get_session()

    def fits(service, operation, answer):
        shape = loaders.get_service_model(service).operation_model(operation).output_shape
        refuse_unknown(shape, answer)

    fits("ecs", "DescribeServices", SERVICES)
    fits("cloudformation", "DescribeStackResources", STACK)
    fits("application-autoscaling", "DescribeScalableTargets", BOUNDS)
    fits("application-autoscaling", "DescribeScalingActivities", DEEDS)


def refuse_unknown(shape, value):
    if isinstance(value, dict):
        for name, inner in value.items():
            refuse_unknown(shape.members[name], inner)
    elif isinstance(value, list):
        for one in value:
            refuse_unknown(shape.member, one)


def test_a_service_of_cloud_run_is_told_with_its_bounds(tmp_path):
    service = {
        "metadata": {"annotations": {"run.googleapis.com/minScale": "1"}},
        "spec": {
            "template": {"metadata": {"annotations": {"autoscaling.knative.dev/maxScale": "7"}}}
        },
        "status": {
            "latestReadyRevisionName": "yard-00002",
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }
    (told,) = told_of(tmp_path, RUN, {"services": service})
    (group,) = told.groups
    assert (group.least, group.most, group.status) == (1, 7, "ready, yard-00002")
    assert group.target_size is None


@pytest.mark.parametrize("toml", [GOOGLE, AMAZON, RUN])
def test_what_is_not_deployed_yet_has_no_groups(tmp_path, toml):
    (told,) = told_of(tmp_path, toml, {})
    assert told.groups == ()
    assert told.fault is None


@pytest.mark.parametrize(
    "fault", [SignInNeeded("gcloud", "no account."), Denied("aws", "no."), Unavailable("x", "y")]
)
def test_a_cloud_that_does_not_answer_is_told_as_such(tmp_path, fault):
    (told,) = told_of(tmp_path, GOOGLE, {"instance-groups": fault})
    assert told.fault is fault


def test_a_workspace_without_clouds_asks_none(tmp_path):
    assert told_of(tmp_path, "", {}) == ()


def test_settings_that_contradict_themselves_are_told_and_nobody_is_asked(tmp_path):
    (tmp_path / ".env").write_text("COMPUTE_ENGINE_MIN_INSTANCES=9\nCOMPUTE_ENGINE_DOMAINS=\n")
    (told,) = told_of(tmp_path, GOOGLE, {})
    assert told.groups == ()
    assert told.fault is not None


def test_a_program_that_does_not_end_is_not_waited_for(tmp_path, monkeypatch):
    program = tmp_path / "gcloud"
    program.write_text("#!/bin/sh\nexec sleep 600\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(Unavailable, match="did not answer within"):
        Programs(0.2).ask(("gcloud", "compute"))


@pytest.mark.skipif(shutil.which("gcloud") is None, reason="gcloud is not installed")
def test_the_real_gcloud_is_asked_for_a_group(tmp_path, monkeypatch):
    from google_cloud import google_cloud

    pytest.importorskip("googleapiclient")
    (tmp_path / "modelyard.toml").write_text(GOOGLE)
    base = "projects/demo-project/regions/europe-west4"
    manager = {name: value for name, value in MANAGER.items() if name != "autoscaler"}
    with google_cloud("compute.v1") as cloud:
        address = f"https://www.googleapis.com/compute/v1/{base}/instanceGroupManagers/yard"
        cloud.state.resources[f"{base}/instanceGroupManagers/yard"] = manager | {
            "selfLink": address,
            "instanceGroup": address.replace("Managers", "s"),
            "baseInstanceName": "yard",
        }
        cloud.state.resources[f"{base}/autoscalers/yard"] = MANAGER["autoscaler"] | {
            "name": "yard",
            "target": address,
            "region": manager["region"],
        }
        for name, value in cloud.environ(str(tmp_path / "config")).items():
            monkeypatch.setenv(name, value)
        (told,) = look_at_groups(tmp_path, Programs(120))
        assert cloud.state.faults == []
    assert told.fault is None, told.fault
    (group,) = told.groups
    assert (group.name, group.target_size, group.least, group.most) == ("yard", 4, 2, 6)
    assert group.decision.startswith("recommends 4")
