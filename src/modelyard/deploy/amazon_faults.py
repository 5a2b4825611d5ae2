"""What aws said, in one sentence with what to do."""

import re

from modelyard.errors import Conflict, Denied, ModelyardError, NotFound, SignInNeeded, Unavailable

NOT_SIGNED_IN = re.compile(r"Unable to locate credentials|ExpiredToken|InvalidClientTokenId|SSO")
NO_REGION = re.compile(r"You must specify a region")
DENIED = re.compile(r"(AccessDenied\w*|UnauthorizedOperation)")
ACTION = re.compile(r"perform: ([\w:*-]+)")
ABSENT = re.compile(r"(\w*NotFound\w*|NoSuch\w+|does not exist)")
TAKEN = re.compile(r"(\w*AlreadyExists\w*|BucketAlreadyOwnedByYou)")
QUOTA = re.compile(r"(LimitExceeded\w*|ServiceQuota\w*|TooManyRequests\w*|Throttling\w*)")


FAULTS: tuple[tuple[type[ModelyardError], re.Pattern[str], str, str], ...] = (
    (SignInNeeded, NOT_SIGNED_IN, "you are not signed in.", "Run: aws configure sso, or aws login"),
    (Unavailable, NO_REGION, "no region is set.", "Set region in [deploy.ecs]."),
    (Denied, DENIED, "", "See docs/deploy/permissions.md."),
    (Unavailable, QUOTA, "a quota is used up.", "Raise it in the Service Quotas console."),
    (Conflict, TAKEN, "the name is taken.", "Set another name in [deploy.ecs]."),
    (NotFound, ABSENT, "is not there.", ""),
)


def read_aws_fault(said: str, argv: tuple[str, ...]) -> ModelyardError | None:
    """Give the error that fits; None where what was said is not known."""
    where = " ".join(argv[:3])
    for kind, pattern, why, cure in FAULTS:
        if pattern.search(said):
            return kind(where, why or _missing(said), cure)
    return None


def _missing(said: str) -> str:
    action = ACTION.search(said)
    return f"{'the permission ' + action[1] if action else 'a permission'} is missing."
