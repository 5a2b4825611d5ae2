"""What a program that failed said, in one sentence with what to do."""

from collections.abc import Callable

from modelyard.deploy.amazon_faults import read_aws_fault
from modelyard.deploy.docker_faults import read_docker_fault
from modelyard.deploy.google.faults import read_gcloud_fault
from modelyard.errors import ModelyardError, NotFound, Unavailable

READERS: dict[str, Callable[[str, tuple[str, ...]], ModelyardError | None]] = {
    "gcloud": read_gcloud_fault,
    "aws": read_aws_fault,
    "docker": read_docker_fault,
}


def fault_of(argv: tuple[str, ...], code: int, said: str, why: str = "") -> ModelyardError:
    """Give the error that fits; NotFound alone means that the thing asked for is not there."""
    read = READERS.get(argv[0])
    found = read(said, argv) if read else None
    if found is not None:
        return found
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    last = next(iter([*errors[-1:], *lines[-1:]]), "")
    shown = f" {last[:300].rstrip('.')}." if last else ""
    return Unavailable(
        " ".join(argv[:3]), f"ended with code {code}.{shown}", f"It was to {why}." if why else ""
    )


def not_installed(program: str, why: str) -> NotFound:
    """Give the error for a program that is not here."""
    where = {
        "gcloud": "Install the Google Cloud CLI: https://cloud.google.com/sdk/docs/install",
        "aws": "Install the AWS CLI: https://docs.aws.amazon.com/cli/",
        "docker": "Install Docker: https://docs.docker.com/engine/install/",
    }
    return NotFound(
        f"program {program}", "is not installed, or not on the PATH.", where.get(program, why)
    )
