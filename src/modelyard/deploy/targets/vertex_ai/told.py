"""What `status` and `logs` show."""

from modelyard.deploy.cloud import Seen
from modelyard.deploy.steps import Command
from modelyard.deploy.target import Line
from modelyard.deploy.targets.vertex_ai.names import (
    ENDPOINT,
    Names,
    deployed,
    image_in,
    last_part,
    releases,
    traffic,
)


def status(names: Names, seen: Seen) -> tuple[Line, ...]:
    """Say what answers, by which image."""
    if seen.get(ENDPOINT) is None:
        return (Line("endpoint", "not deployed"),)
    images = {last_part(one["name"]): image_in(one) for one in releases(names, seen)}
    shares = traffic(seen)
    lines = [Line("endpoint", str(seen[ENDPOINT].get("name") or names.endpoint))]
    for one in deployed(seen):
        release = last_part(one.get("model"))
        lines.append(Line(release, f"{shares.get(str(one['id']), 0)}% of the requests"))
        lines.append(Line("image", images.get(release, "unknown")))
    used = {last_part(one.get("model")) for one in deployed(seen)}
    return (*lines, *(Line("before", release) for release in images if release not in used))


def logs(names: Names, lines: int, follow: bool) -> Command:
    """Give the command that shows what the containers say."""
    project = names.settings.project
    rule = (
        'resource.type="aiplatform.googleapis.com/Endpoint" '
        f'AND resource.labels.endpoint_id="{names.endpoint}"'
    )
    if follow:
        argv = ("gcloud", "beta", "logging", "tail", rule, f"--project={project}")
        return Command(argv, "show what it says, as it says it")
    shown = "--format=value(timestamp,jsonPayload.message,textPayload)"
    words = ("gcloud", "logging", "read", rule, f"--project={project}", f"--limit={lines}")
    return Command((*words, shown, "--order=desc"), "show what it said")
