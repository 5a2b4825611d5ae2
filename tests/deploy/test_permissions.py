"""docs/deploy/permissions.md is made of the plans, and says the same as they do.

Where it differs, remove the file: this test writes it anew, and fails once for you to look at it.
"""

import json
import re
import textwrap
from pathlib import Path

import pytest

from modelyard.deploy.plan import DeployPlan
from modelyard.deploy.source import ImageSource
from modelyard.deploy.target import Order
from modelyard.deploy.targets import TARGETS, get_target
from modelyard.deploy.targets.ecs import planning
from modelyard.deploy.targets.ecs.things import CALLS, rights
from modelyard.workspace.deploying import TARGETS as SETTINGS
from modelyard.workspace.starter import containers

FOLDER = Path(containers.__file__).parent / "files" / "containers"
"""A folder with a Dockerfile."""
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "deploy" / "permissions.md"
ALL_OF = {
    "cloud_run": [
        {"project": "demo-1", "region": "europe-west1", "invokers": ("user:ana@example.com",)},
        {"project": "demo-1", "region": "europe-west1", "build": "cloud_build"},
    ],
    "compute_engine": [
        {
            "project": "demo-1",
            "regions": ("europe-west4",),
            "domains": ("yard.example.com",),
            "dns_zone": "yard",
            "target_latency_ms": 300,
            "build": "cloud_build",
        }
    ],
    "vertex_ai": [{"project": "demo-1", "region": "europe-west4"}],
}
"""Settings for which a first plan makes everything that there is."""
ROLES = {
    "aiplatform.": "roles/aiplatform.admin",
    "artifactregistry.": "roles/artifactregistry.admin",
    "cloudbuild.": "roles/cloudbuild.builds.editor",
    "cloudsql.": "roles/cloudsql.admin",
    "compute.": "roles/compute.admin",
    "dns.": "roles/dns.admin",
    "iam.serviceAccounts.actAs": "roles/iam.serviceAccountUser",
    "iam.serviceAccounts.": "roles/iam.serviceAccountAdmin",
    "logging.": "roles/logging.viewer",
    "monitoring.": "roles/monitoring.editor",
    "resourcemanager.projects.": "roles/resourcemanager.projectIamAdmin",
    "run.": "roles/run.admin",
    "secretmanager.": "roles/secretmanager.admin",
    "serviceusage.": "roles/serviceusage.serviceUsageAdmin",
    "storage.": "roles/storage.admin",
}
"""Google's role that has the permissions which begin so, to make, read, change and remove."""
LONGEST_POLICY = 6144
"""Characters that IAM takes in one policy, white space not counted."""
HEAD = """# Permissions

What who deploys must be allowed, taken from the plans themselves: this page is made of them, and a
test holds the two together. What the *service* may do is less, and is made by the deployment: its
own bucket, its own secrets, its own database.
"""
GOOGLE = """
## {title}

{roles}

For `modelyard deploy logs` also `roles/logging.viewer`. These permissions of those roles are what
plans name when they make or change something; to look and to remove, the same roles have the rest.

{permissions}
"""
AMAZON = """
## ECS

CloudFormation acts with the rights of who deploys. These policies list what its own registry says
that it asks for, for the kinds of things in our stack, and what `modelyard deploy ecs` calls.
They are {count} because IAM takes {longest} characters in one. Make them, and attach them:

```text
aws iam create-policy --policy-name deployer-1 --policy-document file://policy-1.json
aws iam attach-role-policy --role-name deployer --policy-arn arn:aws:iam::ACCOUNT:policy/deployer-1
```

Roles of tasks can be made and handed on only where their name begins with `modelyard-`, as those of
our stacks do. Still: who may make roles and give them policies can give themselves more by way of a
task. Hold this role as dear as an administrator's.
"""
OWN_ROLES = [
    "arn:aws:iam::*:role/modelyard-*",
    "arn:aws:iam::*:instance-profile/modelyard-*",
    "arn:aws:iam::*:role/aws-service-role/*",
]


def first_plans(name: str) -> list[DeployPlan]:
    target = get_target(name)
    orders = [
        Order("yard", SETTINGS[name](**given), ImageSource(FOLDER, "src-1"), "ana", "password")
        for given in ALL_OF[name]
    ]
    return [target.plan_up(order, {}) for order in orders]


def role_of(permission: str) -> str:
    return next(role for start, role in ROLES.items() if permission.startswith(start))


def google_text(name: str) -> str:
    found = sorted({one for plan in first_plans(name) for one in plan.permissions})
    roles = sorted({role_of(permission) for permission in found})
    return GOOGLE.format(
        title=get_target(name).title,
        roles="\n".join(f"- `{role}`" for role in roles),
        permissions="\n".join(f"- `{permission}`" for permission in found),
    )


def amazon_actions() -> list[str]:
    called = {*CALLS, *planning.PUSHING, *planning.RUNNING, *planning.REMOVING}
    called |= {*planning.EMPTYING, *planning.REPAIRING, "sts:GetCallerIdentity"}
    called |= {"logs:FilterLogEvents", "logs:StartLiveTail"}
    return sorted(called | {action for known in rights().values() for action in known})


def policies() -> list[dict]:
    """Give the policies, each as full as IAM lets it be."""
    found: list[list[str]] = [[]]
    others = [action for action in amazon_actions() if not action.startswith("iam:")]
    for action in others:
        if size(policy_of([*found[-1], action])) > LONGEST_POLICY - 500:
            found.append([])
        found[-1].append(action)
    own = [action for action in amazon_actions() if action.startswith("iam:")]
    return [*map(policy_of, found), policy_of(own, OWN_ROLES)]


def policy_of(actions: list[str], things: object = "*") -> dict:
    statement = {"Effect": "Allow", "Action": actions, "Resource": things}
    return {"Version": "2012-10-17", "Statement": [statement]}


def size(policy: dict) -> int:
    return len(json.dumps(policy, separators=(",", ":")))


def amazon_text() -> str:
    made = policies()
    parts = [AMAZON.format(count=len(made), longest=f"{LONGEST_POLICY:,}")]
    for number, policy in enumerate(made, start=1):
        parts.append(f"\n`policy-{number}.json`:\n\n```json\n{document_of(policy)}\n```\n")
    return "".join(parts)


def document_of(policy: dict) -> str:
    """Write a policy with many actions on a line."""
    [statement] = policy["Statement"]
    actions = textwrap.fill(
        ", ".join(map(json.dumps, statement["Action"])), 96, break_on_hyphens=False
    )
    things = json.dumps(statement["Resource"])
    return (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",\n'
        f' "Resource": {things},\n "Action": [\n{textwrap.indent(actions, "  ")}\n ]}}]}}'
    )


def guide() -> str:
    texts = [amazon_text() if name == "ecs" else google_text(name) for name in TARGETS]
    return HEAD + "".join(texts)


def test_the_guide_says_what_the_plans_say():
    text = guide()
    if not GUIDE.exists():
        GUIDE.write_text(text)
        pytest.fail("permissions.md was written: look at it, and keep it.")
    assert GUIDE.read_text() == text


def test_every_policy_fits_into_iam():
    for policy in policies():
        assert size(policy) <= LONGEST_POLICY
        assert json.loads(document_of(policy)) == policy


def test_the_roles_that_make_gives_are_those_of_cloud_run():
    text = (FOLDER / "cloud.mk").read_text()
    given = set(re.search(r"^ROLES := (.*?)\n\n", text, re.MULTILINE | re.DOTALL)[1].split())
    needed = {role_of(one) for plan in first_plans("cloud_run") for one in plan.permissions}
    assert {f"roles/{role}" for role in given - {"\\"}} == needed
