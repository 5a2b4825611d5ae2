"""What aws says, as one sentence with what to do. The words are those of aws."""

import pytest

from modelyard.deploy.faults import fault_of
from modelyard.errors import Conflict, Denied, NotFound, SignInNeeded, Unavailable

DEPLOY = (
    *("aws", "cloudformation", "deploy", "--stack-name", "modelyard-yard"),
    *("--region", "eu-central-1", "--output", "json"),
)
CALLING = "An error occurred ({}) when calling the DescribeStacks operation: {}"


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ('Unable to locate credentials. You can configure credentials by running "aws configure".',
         SignInNeeded, "not signed in"),
        (CALLING.format("ExpiredToken", "The security token included in the request is expired"),
         SignInNeeded, "aws configure sso"),
        (CALLING.format("AccessDenied", "User: arn:aws:iam::1:user/ana is not authorized to "
                        "perform: cloudformation:DescribeStacks on resource: *"),
         Denied, "the permission cloudformation:DescribeStacks is missing"),
        (CALLING.format("UnauthorizedOperation", "You are not authorized to do that."),
         Denied, "docs/deploy/permissions.md"),
        ('Could not connect to the endpoint URL: "https://sts.xx-nowhere-1.amazonaws.com/"',
         Unavailable, "the region eu-central-1"),
        (CALLING.format("OptInRequired", "The AWS Access Key Id needs a subscription"),
         Unavailable, "has not opted in"),
        (CALLING.format("Throttling", "Rate exceeded"), Unavailable, "fewer requests"),
        (CALLING.format("LimitExceededException", "Limit for stack has been exceeded"),
         Unavailable, "Service Quotas"),
        (CALLING.format("ParameterAlreadyExists", "The parameter already exists."),
         Conflict, "another name"),
        (CALLING.format("ValidationError", "Stack with id modelyard-yard does not exist"),
         NotFound, "is not there"),
        ("Failed to create/update the stack. Run the following command",
         Unavailable, "describe-stack-events --stack-name modelyard-yard --region eu-central-1"),
        ("aws: error: argument operation: Invalid choice, valid choices are:",
         Unavailable, "Install version 2"),
        ("something new", Unavailable, "something new"),
    ],
)  # fmt: skip
def test_what_it_means_is_said_with_the_cure(said, kind, words):
    fault = fault_of(DEPLOY, 255, f"\n{said}\n")
    assert type(fault) is kind
    assert words in str(fault)
