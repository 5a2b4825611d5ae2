"""The template is what CloudFormation takes, and says what we mean."""

import json
from itertools import pairwise

import pytest

from modelyard.deploy.targets.ecs.parts import Wish
from modelyard.deploy.targets.ecs.stack import Stage, template, template_text
from modelyard.deploy.targets.ecs.things import rights
from modelyard.workspace.deploying.ecs import EcsSettings

SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:oidc-AbCdEf"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
CASES = {
    "fargate": EcsSettings(requests_per_instance=20),
    "machines": EcsSettings(launch="ec2"),
    "domain": EcsSettings(domain="yard.example.com", hosted_zone="Z0123456789"),
    "existing network": EcsSettings(
        vpc="vpc-0a1b2c3d",
        subnets=("subnet-0a1b2c3d", "subnet-0a1b2c3e"),
        addresses="none",
        database="secret",
        secrets={"MODELYARD_DATABASE_URL": "yard"},
        domain="yard.example.com",
        certificate=CERTIFICATE,
        run_workers=0,
    ),
}
MAJOR_VERSION_ALONE = "W3691"
"""The linter holds versions without a minor number for old; Amazon takes its default one."""


def built(settings, stage=Stage.SERVING, **given):
    return template(Wish("yard", settings, dict.fromkeys(settings.secrets, SECRET), **given), stage)


@pytest.mark.parametrize("case", CASES)
def test_the_linter_of_cloudformation_finds_nothing(case):
    lint = pytest.importorskip("cfnlint.api").lint
    settings = CASES[case]
    assert list(settings.contradictions()) == []
    found = lint(template_text(built(settings)), None, ["us-east-1"])
    assert [str(one) for one in found if one.rule.id != MAJOR_VERSION_ALONE] == []


@pytest.mark.parametrize("case", CASES)
def test_each_stage_has_what_the_one_before_has(case):
    stages = [built(CASES[case], stage)["Resources"] for stage in Stage]
    for less, more in pairwise(stages):
        assert set(less) < set(more)
        assert {name: more[name] for name in less} == less
    assert len(template_text(built(CASES[case]))) < 51_200, "what may be sent without a bucket"


def test_private_means_no_address_on_the_internet_and_public_is_said():
    def reach(**given):
        found = built(EcsSettings(**given.pop("settings", {})), **given)["Resources"]
        rules = found["BalancerGroup"]["Properties"]["SecurityGroupIngress"]
        return found["Balancer"]["Properties"]["Scheme"], {rule["CidrIp"] for rule in rules}

    scheme, networks = reach()
    assert scheme == "internal"
    assert networks == {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}
    some = {"allow_from": ("203.0.113.0/24",)}
    assert reach(settings=some) == ("internet-facing", {"203.0.113.0/24"})
    assert reach(is_public=True) == ("internet-facing", {"0.0.0.0/0"})


def test_another_load_balancer_gets_its_own_group_of_tasks():
    """Amazon lets a group belong to one load balancer alone, also while one is replaced."""
    closed = built(EcsSettings())["Resources"]
    kind = "AWS::ElasticLoadBalancingV2::TargetGroup"
    assert [name for name, one in closed.items() if one["Type"] == kind] == ["Web"]
    opened = built(EcsSettings(), is_public=True)["Resources"]
    assert [name for name, one in opened.items() if one["Type"] == kind] == ["OpenWeb"]


def test_a_domain_that_comes_later_finds_port_80_as_it_was():
    """Two listeners of one port cannot be, also not for the moment of an update."""
    ports = {
        name: one["Properties"]["Port"]
        for name, one in built(CASES["domain"])["Resources"].items()
        if one["Type"] == "AWS::ElasticLoadBalancingV2::Listener"
    }
    assert ports == {"Listener": 80, "SecureListener": 443}
    assert built(EcsSettings())["Resources"]["Listener"]["Properties"]["Port"] == 80


def test_groups_name_each_other_and_no_task_by_its_address():
    found = built(EcsSettings())["Resources"]
    rules = [one for one in found.values() if one["Type"] == "AWS::EC2::SecurityGroupIngress"]
    assert len(rules) == 2
    assert all("SourceSecurityGroupId" in rule["Properties"] for rule in rules)
    for name in ("TaskGroup", "DataGroup"):
        assert "SecurityGroupIngress" not in found[name]["Properties"]
    assert found["Database"]["Properties"]["PubliclyAccessible"] is False


def test_no_password_stands_in_the_template():
    found = built(EcsSettings())["Resources"]
    assert "resolve:secretsmanager" in json.dumps(found["Database"]["Properties"])
    for task in ("WebTask", "WorkerTask", "MigrationTask"):
        [container] = found[task]["Properties"]["ContainerDefinitions"]
        plain = {one["Name"]: one["Value"] for one in container["Environment"]}
        assert ":@" not in json.dumps(plain)
        assert [one["Name"] for one in container["Secrets"]] == ["PGPASSWORD"]


def test_services_turn_back_by_themselves_and_are_replaced_without_a_gap():
    found = built(EcsSettings())["Resources"]
    rules = found["WebService"]["Properties"]["DeploymentConfiguration"]
    assert rules["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}
    assert rules["MinimumHealthyPercent"] == 100
    assert "DesiredCount" not in found["WebService"]["Properties"], "the autoscaling decides"
    assert found["WorkerService"]["Properties"]["DesiredCount"] == 1


def test_tasks_know_settings_of_ours_alone():
    from modelyard.settings import from_environment

    [container] = built(EcsSettings(threads=4))["Resources"]["WebTask"]["Properties"][
        "ContainerDefinitions"
    ]
    plain = {one["Name"]: one["Value"] for one in container["Environment"]}
    settings = from_environment({k: v for k, v in plain.items() if isinstance(v, str)})
    assert (settings.threads, settings.proxies, settings.run_workers) == (4, 1, 0)
    assert settings.drain_s < container["StopTimeout"]


def test_what_amazon_asks_to_be_allowed_is_what_the_guide_lists():
    """The list is that of CloudFormation's own registry, which the linter carries."""
    schemas = pytest.importorskip("cfnlint.schema.manager").PROVIDER_SCHEMA_MANAGER
    services = {right.partition(":")[0] for known in rights().values() for right in known}
    kinds = {
        one["Type"] for settings in CASES.values() for one in built(settings)["Resources"].values()
    }
    assert kinds == set(rights())
    for kind in kinds:
        handlers = schemas.get_resource_schema("us-east-1", kind).schema["handlers"]
        asked = {
            right
            for verb in ("create", "read", "update", "delete")
            for right in handlers.get(verb, {}).get("permissions", ())
            if right.partition(":")[0] in services
        }
        assert asked <= set(rights()[kind]), kind
