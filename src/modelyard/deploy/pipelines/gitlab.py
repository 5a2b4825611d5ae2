"""GitLab: signed in to the cloud by an ID token that GitLab makes for the job."""

from modelyard.deploy.pipelines.pipeline import PYTHON, Document, Pipeline, Place, yaml_text

HEAD = """Test every change; deploy what comes to {branch}.

The sign-in is keyless: the cloud trusts the ID token that GitLab makes for the job.
Set once, as variables of the project (Settings, CI/CD, Variables):
{todo}
`modelyard deploy` builds the image, pushes it, and deploys it by its digest; what has not
changed is not built again. The runner must allow docker in docker (privileged)."""
DOCKER = "docker:27"
CLOUD_SDK = "google/cloud-sdk:stable"
VENV = "python3 -m venv .venv\n. .venv/bin/activate"


def text_of(pipeline: Pipeline) -> str:
    """Give the pipeline."""
    todo = "\n".join(f"  {line}" for line in todo_of(pipeline))
    document: Document = {
        "stages": ["test", "deploy"],
        "test": {
            "stage": "test",
            "image": f"python:{PYTHON}",
            "rules": [{"if": "$CI_PIPELINE_SOURCE == 'merge_request_event'"}, _on(pipeline)],
            "script": [pipeline.install, pipeline.check],
        },
        "deploy": _deploy(pipeline),
    }
    return yaml_text(HEAD.format(branch=pipeline.branch, todo=todo), document)


def todo_of(pipeline: Pipeline) -> tuple[str, ...]:
    """Say what is set by hand."""
    if pipeline.is_amazon:
        return (
            "AWS_ROLE_ARN: the ARN of a role that trusts this GitLab (audience "
            "sts.amazonaws.com), with the policy of docs/deploy/permissions.md",
        )
    return (
        "GCP_WORKLOAD_IDENTITY_PROVIDER: "
        "projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/NAME",
        "GCP_SERVICE_ACCOUNT: the service account that deploys, with the roles of "
        "docs/deploy/permissions.md",
    )


def _on(pipeline: Pipeline) -> Document:
    return {"if": f"$CI_COMMIT_BRANCH == '{pipeline.branch}'"}


def _deploy(pipeline: Pipeline) -> Document:
    audience = (
        "sts.amazonaws.com"
        if pipeline.is_amazon
        else "https://iam.googleapis.com/$GCP_WORKLOAD_IDENTITY_PROVIDER"
    )
    return {
        "stage": "deploy",
        "image": f"python:{PYTHON}" if pipeline.is_amazon else CLOUD_SDK,
        "services": [f"{DOCKER}-dind"],
        "variables": {"DOCKER_TLS_CERTDIR": "/certs", **_docker()},
        "rules": [_on(pipeline)],
        "environment": "production",
        "resource_group": f"deploy-{pipeline.target}",
        "interruptible": False,
        "id_tokens": {"CLOUD_TOKEN": {"aud": audience}},
        "script": [
            *(_amazon(pipeline) if pipeline.is_amazon else _google()),
            pipeline.install,
            pipeline.deploy,
        ],
    }


def _docker() -> dict[str, str]:
    return {
        "DOCKER_HOST": "tcp://docker:2376",
        "DOCKER_TLS_VERIFY": "1",
        "DOCKER_CERT_PATH": "/certs/client",
    }


def _amazon(pipeline: Pipeline) -> list[str]:
    return [
        "apt-get update -qq\napt-get install -y -qq --no-install-recommends awscli docker.io",
        'export AWS_WEB_IDENTITY_TOKEN_FILE="$(mktemp)"\n'
        'printf %s "$CLOUD_TOKEN" > "$AWS_WEB_IDENTITY_TOKEN_FILE"\n'
        'export AWS_ROLE_SESSION_NAME="gitlab-$CI_PIPELINE_ID"\n'
        f"export AWS_REGION={pipeline.region}",
    ]


def _google() -> list[str]:
    return [
        'token="$(mktemp)"\ncredentials="$(mktemp)"\nprintf %s "$CLOUD_TOKEN" > "$token"\n'
        'gcloud iam workload-identity-pools create-cred-config "$GCP_WORKLOAD_IDENTITY_PROVIDER" '
        '--service-account="$GCP_SERVICE_ACCOUNT" --credential-source-file="$token" '
        '--output-file="$credentials"\n'
        'gcloud auth login --quiet --cred-file="$credentials"',
        VENV,
    ]


GITLAB = Place("GitLab", ".gitlab-ci.yml", text_of, todo_of)
