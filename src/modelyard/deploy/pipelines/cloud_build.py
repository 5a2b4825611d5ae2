"""Cloud Build: it runs as a service account of the project, which needs no key at all."""

from modelyard.deploy.pipelines.pipeline import PYTHON, Document, Pipeline, Place, yaml_text
from modelyard.errors import Invalid

HEAD = """Test, build, and deploy; start it by a trigger on pushes to {branch}.

The sign-in is keyless: the build runs as a service account of the project.
Set once, in the trigger:
{todo}
`modelyard deploy` builds the image, pushes it, and deploys it by its digest; what has not
changed is not built again."""
CLOUD_SDK = "gcr.io/google.com/cloudsdktool/google-cloud-cli:stable"
DEPLOYER = "_DEPLOYER"
PATIENCE = "5400s"


def text_of(pipeline: Pipeline) -> str:
    """Give the build. Raises Invalid for a target that is not Google's."""
    if pipeline.is_amazon:
        raise Invalid(
            "deploy ci cloudbuild",
            "deploys to Google: for Amazon its builds would need a key.",
            "Take github or gitlab.",
        )
    todo = "\n".join(f"  {line}" for line in todo_of(pipeline))
    install = f"python3 -m venv .venv\n. .venv/bin/activate\n{pipeline.install}"
    document: Document = {
        "steps": [
            _step("test", f"python:{PYTHON}", f"{install}\n{pipeline.check}"),
            _step("deploy", CLOUD_SDK, f"rm -rf .venv\n{install}\n{pipeline.deploy}"),
        ],
        "serviceAccount": f"projects/$PROJECT_ID/serviceAccounts/${{{DEPLOYER}}}",
        "substitutions": {DEPLOYER: "deployer@PROJECT.iam.gserviceaccount.com"},
        "timeout": PATIENCE,
        "options": {"logging": "CLOUD_LOGGING_ONLY"},
    }
    return yaml_text(HEAD.format(branch=pipeline.branch, todo=todo), document)


def todo_of(_: Pipeline) -> tuple[str, ...]:
    """Say what is set by hand."""
    return (
        f"{DEPLOYER}: the service account that deploys, with the roles of "
        "docs/deploy/permissions.md and roles/logging.logWriter",
    )


def _step(name: str, image: str, commands: str) -> Document:
    return {
        "id": name,
        "name": image,
        "entrypoint": "bash",
        "args": ["-ec", commands.replace("$", "$$")],
    }


CLOUD_BUILD = Place("Cloud Build", "cloudbuild.yaml", text_of, todo_of)
