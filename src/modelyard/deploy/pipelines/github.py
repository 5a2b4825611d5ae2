"""GitHub Actions: signed in to the cloud by GitHub's own token, for this repository alone."""

from typing import Any

from modelyard.deploy.pipelines.pipeline import PYTHON, Document, Pipeline, Place, yaml_text

HEAD = """Test every change; deploy what comes to {branch}.

The sign-in is keyless: the cloud trusts this repository's own token, and no key is kept anywhere.
Set once, as variables of the repository (Settings, Secrets and variables, Actions, Variables):
{todo}
`modelyard deploy` builds the image, pushes it, and deploys it by its digest; what has not
changed is not built again."""
ROLE = "AWS_DEPLOY_ROLE"
PROVIDER, ACCOUNT = "GCP_WORKLOAD_IDENTITY_PROVIDER", "GCP_SERVICE_ACCOUNT"


def text_of(pipeline: Pipeline) -> str:
    """Give the workflow."""
    todo = "\n".join(f"  {line}" for line in todo_of(pipeline))
    document: Document = {
        "name": "Deploy",
        "on": {"push": {"branches": [pipeline.branch]}, "pull_request": {}},
        "permissions": {"contents": "read"},
        "jobs": {"test": _test(pipeline), "deploy": _deploy(pipeline)},
    }
    return yaml_text(HEAD.format(branch=pipeline.branch, todo=todo), document)


def todo_of(pipeline: Pipeline) -> tuple[str, ...]:
    """Say what is set by hand."""
    if pipeline.is_amazon:
        return (
            f"{ROLE}: the ARN of a role that trusts token.actions.githubusercontent.com for "
            "repo:OWNER/NAME:environment:production, with the policies of "
            "docs/deploy/permissions.md",
        )
    return (
        f"{PROVIDER}: projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/NAME",
        f"{ACCOUNT}: the service account that deploys, with the roles of "
        "docs/deploy/permissions.md",
    )


def _start() -> list[Document]:
    return [
        {"uses": "actions/checkout@v4", "with": {"persist-credentials": False}},
        {"uses": "actions/setup-python@v5", "with": {"python-version": PYTHON}},
    ]


def _test(pipeline: Pipeline) -> Document:
    build = {"name": "Build", "run": "modelyard image build --tag tested"}
    return {
        "runs-on": "ubuntu-latest",
        "timeout-minutes": 30,
        "steps": [
            *_start(),
            {"name": "Install", "run": pipeline.install},
            {"name": "Test", "run": pipeline.check},
            {**build, "if": "github.event_name == 'pull_request'"},
        ],
    }


def _deploy(pipeline: Pipeline) -> Document:
    return {
        "needs": "test",
        "if": f"github.event_name == 'push' && github.ref == 'refs/heads/{pipeline.branch}'",
        "runs-on": "ubuntu-latest",
        "timeout-minutes": 90,
        "environment": "production",
        "concurrency": {"group": f"deploy-{pipeline.target}", "cancel-in-progress": False},
        "permissions": {"contents": "read", "id-token": "write"},
        "steps": [
            *_start(),
            *_sign_in(pipeline),
            {"name": "Install", "run": pipeline.install},
            {"name": "Build, push, deploy by digest", "run": pipeline.deploy},
        ],
    }


def _sign_in(pipeline: Pipeline) -> list[Document]:
    def variable(name: str) -> str:
        return f"${{{{ vars.{name} }}}}"

    if pipeline.is_amazon:
        given: dict[str, Any] = {"role-to-assume": variable(ROLE), "aws-region": pipeline.region}
        return [{"uses": "aws-actions/configure-aws-credentials@v4", "with": given}]
    given = {"workload_identity_provider": variable(PROVIDER), "service_account": variable(ACCOUNT)}
    return [
        {"uses": "google-github-actions/auth@v2", "with": given},
        {"uses": "google-github-actions/setup-gcloud@v2"},
    ]


GITHUB = Place("GitHub Actions", ".github/workflows/deploy.yml", text_of, todo_of)
