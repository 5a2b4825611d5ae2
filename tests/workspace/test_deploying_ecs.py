"""`[deploy.ecs]`: what contradicts itself is refused in a sentence, with its line."""

import pytest

from modelyard.errors import Invalid
from modelyard.workspace.parse import parse

ZONE = 'hosted_zone = "Z0123456789"'


def test_what_is_not_said_has_a_default():
    found = parse('[deploy.ecs]\nregion = "eu-central-1"\n').deploy.ecs
    assert (found.launch, found.max_instances, found.database) == ("fargate", 4, "rds")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('region = "Frankfurt"', "region"),
        ("cpu = 1000", "1000 is no size of Fargate"),
        ("memory_mib = 9000", "Fargate has 2048 to 8192 MiB"),
        ("run_worker_memory_mib = 2100", "in steps of 512"),
        ("min_instances = 5", "is more than max_instances, 4"),
        ("target_cpu = 0", "nothing adds a task"),
        ('vpc = "vpc-0a1b2c3d"', "needs subnets beside it"),
        ('subnets = ["subnet-0a1b2c3d"]', "needs vpc beside it"),
        ('vpc = "vpc-0a1b2c3d"\nsubnets = ["subnet-0a1b2c3d"]', "needs two, in two zones"),
        ('subnets = ["$(id)"]', "subnets"),
        ('addresses = "none"', "no NAT to fetch the image by"),
        ('allow_from = ["0.0.0.0/0"]', "is everybody"),
        ('allow_from = ["office"]', "is no network"),
        ('domain = "yard.example.com"', "has no certificate"),
        (ZONE, "is for a domain"),
        ('domain = "a b"', "domain"),
        ('database = "secret"', "has no URL"),
        ('secrets = {MODELYARD_DATABASE_URL = "x"}', 'set database = "secret"'),
        ('secrets = {PGPASSWORD = "x"}', "is set by the deployment itself"),
        ('secrets = {MODELYARD_OIDC_CLIENT_SECRET = "x:3"}', "names a version"),
        ('environment = {MODELYARD_OIDC_CLIENT_SECRET = "x"}', "looks like a secret"),
        ('environment = {NOTE = "{{resolve:secretsmanager:other}}"}', "takes secrets"),
        ('public = true\nallow_from = ["203.0.113.0/24"]', "lets everybody in"),
        ("maximum = 4", "unknown key"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_made(lines, words):
    with pytest.raises(Invalid) as said:
        parse(f"[deploy.ecs]\n{lines}\n")
    assert words in str(said.value)
    assert "modelyard.toml, line" in str(said.value)


def test_a_domain_with_its_zone_is_enough():
    assert parse(f'[deploy.ecs]\ndomain = "yard.example.com"\n{ZONE}\n').deploy.ecs.domain
