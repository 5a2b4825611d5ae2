"""What gcloud said, in one sentence with what to do."""

import re

from modelyard.errors import Conflict, Denied, ModelyardError, NotFound, SignInNeeded, Unavailable

NOT_SIGNED_IN = re.compile(
    r"do not currently have an active account|gcloud auth login|invalid_grant|(?-i:UNAUTHENTICATED)"
    r"|Reauthentication", re.I
)  # fmt: skip
NO_PROJECT = re.compile(r"project property (is|must be) set|required property \[project\]", re.I)
WRONG_PROJECT = re.compile(
    r"project \[?([\w:.-]+)\]? (?:or its parent )?(?:does not exist|not found)"
    r"|CONSUMER_INVALID|The requested project was not found"
    r"|Project '([\w:.-]+)' not found or permission denied", re.I
)  # fmt: skip
API_OFF = re.compile(r"([\w-]+\.googleapis\.com)[^\n]*(?:has not been used|is disabled|not enabled)"
                     r"|SERVICE_DISABLED|API \[([\w.-]+)\] not enabled")  # fmt: skip
BILLING = re.compile(r"billing[^\n]*(disabled|not enabled|be enabled|account)", re.I)
PERMISSION = re.compile(r"[Pp]ermission[s]? '?\[?([a-z]\w+\.[\w.]+)|Required '([\w.]+)' permission")
DENIED = re.compile(
    r"PERMISSION_DENIED|does not have[^\n]*permission|HTTPError 403|\b403\b|Forbidden"
)
QUOTA = re.compile(r"RESOURCE_EXHAUSTED|[Qq]uota[^\n]*(exceeded|exhausted|limit)|QUOTA_EXCEEDED")
TAKEN = re.compile(r"ALREADY_EXISTS|already exists|alreadyExists|HTTPError 409|already own")
RACE = re.compile(r"HTTPError 412|conditionNotMet|pre-?condition", re.I)
ABSENT = re.compile(r"NOT_FOUND|not found|was not found|Cannot find|could not be found"
                    r"|matched no objects|does not exist|HTTPError 404|notFound", re.I)  # fmt: skip
REGION = re.compile(
    r"(location|region|zone)[^/\n]*(not (supported|available|found|valid)|invalid|unsupported)",
    re.I,
)
NETWORK = re.compile(
    r"Could not reach|Unable to find the server|Connection refused|timed out", re.I
)

THINGS: tuple[tuple[type[ModelyardError], re.Pattern[str], str, str], ...] = (
    (Conflict, RACE, "somebody else was there first.", "Look again."),
    (Unavailable, REGION, "", "Set another region."),
    (Conflict, TAKEN, "", "The name is taken: set another."),
    (NotFound, ABSENT, "", ""),
    (Unavailable, NETWORK, "Google cannot be reached.", "Check the network; deploy again."),
)


def read_gcloud_fault(said: str, argv: tuple[str, ...]) -> ModelyardError | None:
    """Give the error that fits; None where what was said is not known."""
    where = " ".join(word for word in argv[:4] if not word.startswith("-"))
    return _of_who_asks(where, said) or _of_the_thing(where, said)


def _of_who_asks(where: str, said: str) -> ModelyardError | None:
    if NOT_SIGNED_IN.search(said):
        return SignInNeeded(where, "you are not signed in.", "Run: gcloud auth login")
    if NO_PROJECT.search(said):
        return Unavailable(where, "no project is set.", "Set project in modelyard.toml or in .env.")
    if found := WRONG_PROJECT.search(said):
        name = next(filter(None, found.groups()), "")
        shown = f"there is no project '{name}'" if name else "there is no such project"
        return Unavailable(where, f"{shown} that you may see.", "List yours: gcloud projects list")
    if found := API_OFF.search(said):
        api = next(filter(None, found.groups()), "an API")
        return Unavailable(where, f"{api} is not enabled.", "Deploying enables it; wait a minute.")
    if BILLING.search(said):
        cure = "Link a billing account: https://console.cloud.google.com/billing/projects"
        return Unavailable(where, "the project has no billing account.", cure)
    return None


def _of_the_thing(where: str, said: str) -> ModelyardError | None:
    """Give the first that fits: the order matters, a quota is told with 403 too."""
    if QUOTA.search(said):
        cure = "Raise it, or ask for less: https://console.cloud.google.com/iam-admin/quotas"
        return Unavailable(where, f"a quota is used up: {_line(said, QUOTA)}", cure)
    if not RACE.search(said) and DENIED.search(said):
        return _denied(where, said)
    for kind, pattern, why, cure in THINGS:
        if pattern.search(said):
            return kind(where, why or _line(said, pattern), cure)
    return None


def _denied(where: str, said: str) -> Denied:
    found = PERMISSION.search(said)
    name = next(filter(None, found.groups()), "") if found else ""
    missing = f"the permission {name.rstrip('.')} is missing" if name else "you may not"
    return Denied(where, f"{missing}.", "The roles that are needed: docs/deploy/permissions.md")


def _line(said: str, what: re.Pattern[str]) -> str:
    line = next((line for line in said.splitlines() if what.search(line)), "")
    plain = re.sub(r"^ERROR: (\([\w.-]+\) )?", "", line.strip()).rstrip(". ")
    return f"{plain[:240]}."
