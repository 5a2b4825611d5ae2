"""What aws said, in one sentence with what to do."""

import re

from modelyard.errors import Conflict, Denied, ModelyardError, NotFound, SignInNeeded, Unavailable

NOT_SIGNED_IN = re.compile(
    r"Unable to locate credentials|ExpiredToken|InvalidClientTokenId|UnrecognizedClient|"
    r"Error loading SSO Token|SSO session .* (expired|invalid)|Token has expired"
)
UNREACHED = re.compile(r"Could not connect to the endpoint|Connect timeout|Could not resolve")
STACK_FAILED = re.compile(r"Failed to create/update the stack|Failed to create the changeset")
DENIED = re.compile(r"(AccessDenied\w*|UnauthorizedOperation|not authorized to perform)")
ACTION = re.compile(r"perform: ([\w:*-]+)")
NOT_OPTED_IN = re.compile(r"OptInRequired|SubscriptionRequired|NotSubscribed")
SLOWER = re.compile(r"Throttling\w*|TooManyRequests\w*|RequestLimitExceeded|SlowDown")
QUOTA = re.compile(r"\w*LimitExceeded\w*|\w*ServiceQuota\w*|\w*QuotaExceeded\w*")
TAKEN = re.compile(r"\w*AlreadyExists\w*|BucketAlreadyOwnedByYou")
ABSENT = re.compile(r"\w*NotFound\w*|NoSuch\w+|does not exist")
TOO_OLD = re.compile(r"argument operation: Invalid choice|argument command: Invalid choice")
SIGN_IN = "Run: aws configure sso, or aws login. With several profiles: export AWS_PROFILE=..."
POLICY = "Have it given to you: docs/deploy/permissions.md."
FAILED = "contains(ResourceStatus,'FAILED')"


def read_aws_fault(said: str, argv: tuple[str, ...]) -> ModelyardError | None:
    """Give the error that fits; None where what was said is not known."""
    where = " ".join(argv[:3])
    for kind, pattern, why, cure in (
        (SignInNeeded, NOT_SIGNED_IN, "you are not signed in.", SIGN_IN),
        (Unavailable, TOO_OLD, "this aws does not know it.", "Install version 2 of the AWS CLI."),
        (Unavailable, UNREACHED, _unreached(argv), "Is that a region, and is there a network?"),
        (Unavailable, STACK_FAILED, "the stack went back to what it was.", _events(argv)),
        (Denied, DENIED, _missing(said), POLICY),
        (Unavailable, NOT_OPTED_IN, "the account has not opted in to it.", "Do so in its console."),
        (Unavailable, SLOWER, "Amazon asks for fewer requests.", "Run it again in a minute."),
        (Unavailable, QUOTA, "a quota is used up.", "Raise it in the Service Quotas console."),
        (Conflict, TAKEN, "the name is taken.", "Set another name in [deploy.ecs]."),
        (NotFound, ABSENT, "is not there.", ""),
    ):
        if pattern.search(said):
            return kind(where, why, cure)
    return None


def _missing(said: str) -> str:
    action = ACTION.search(said)
    return f"{'the permission ' + action[1] if action else 'a permission'} is missing."


def _unreached(argv: tuple[str, ...]) -> str:
    return f"Amazon does not answer in the region {_after(argv, '--region') or 'that is set'}."


def _events(argv: tuple[str, ...]) -> str:
    """Give the command that says why a stack failed: aws itself does not."""
    query = f"StackEvents[?{FAILED}].[LogicalResourceId,ResourceStatusReason]"
    stack, region = _after(argv, "--stack-name"), _after(argv, "--region")
    return (
        f"Why: aws cloudformation describe-stack-events --stack-name {stack} --region {region} "
        f'--output table --query "{query}"'
    )


def _after(argv: tuple[str, ...], option: str) -> str:
    return argv[argv.index(option) + 1] if option in argv[:-1] else ""
