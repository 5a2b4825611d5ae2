"""The latency of this machine's requests, told to Cloud Monitoring once a minute.

The load balancer's own latencies are distributions, which the autoscaler of Compute Engine cannot
aim at: it wants one number per machine. So each says what 95 of 100 requests took at most.
`python -m modelyard.deploy.google.latency_report PORT` runs beside the service.
"""

import json
import re
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from modelyard.deploy.google.machine_start import METADATA, access_token, metadata

METRIC = "custom.googleapis.com/modelyard/latency_ms"
MONITORING = "https://monitoring.googleapis.com/v3"
EVERY_S = 60
SHARE = 0.95
PATIENCE_S = 20
LINE = re.compile(r"modelyard_request_duration_seconds_bucket\{([^}]*)\} ([0-9.e+]+)")
LABEL = re.compile(r'(\w+)="([^"]*)"')
NOT_OF_PEOPLE = ("/health/", "/metrics")
Steps = Mapping[float, float]
"""How many requests took at most so many seconds, since the service began."""


def read_steps(text: str) -> Steps:
    """Add up the requests of people in what `/metrics` says; what machines ask is left out."""
    found: dict[float, float] = defaultdict(float)
    for labels, count in LINE.findall(text):
        named = dict(LABEL.findall(labels))
        if not named.get("route", "").startswith(NOT_OF_PEOPLE):
            found[float(named["le"].replace("+Inf", "inf"))] += float(count)
    return found


def latency_ms(before: Steps, now: Steps) -> float:
    """Give what 95 of 100 requests took at most since `before`, in ms; 0 where nobody asked.

    After a new start of the service, of which the counts begin at 0, all of it counts.
    """
    began_anew = any(now.get(end, 0) < count for end, count in before.items())
    old: Steps = {} if began_anew else before
    steps = sorted((end, count - old.get(end, 0)) for end, count in now.items())
    total = max((count for _, count in steps), default=0)
    last = low = seen = 0.0
    for end, count in steps:
        if count >= SHARE * total > 0:
            if end == float("inf"):
                return last * 1000
            return (low + (end - low) * (SHARE * total - seen) / (count - seen)) * 1000
        last = low = end
        seen = count
    return 0.0


def series(project: str, where: Mapping[str, str], value_ms: float, at: datetime) -> dict[str, Any]:
    """Give the body that tells Cloud Monitoring one value of one machine."""
    labels = {"project_id": project, "instance_id": where["id"], "zone": where["zone"]}
    point = {
        "interval": {"endTime": at.isoformat().replace("+00:00", "Z")},
        "value": {"doubleValue": round(value_ms, 3)},
    }
    return {
        "timeSeries": [
            {
                "metric": {"type": METRIC},
                "resource": {"type": "gce_instance", "labels": labels},
                "metricKind": "GAUGE",
                "valueType": "DOUBLE",
                "points": [point],
            }
        ]
    }


def report(port: int, before: Steps, root: str = METADATA, monitoring: str = MONITORING) -> Steps:
    """Tell the latency since `before`; give the steps as they are now."""
    address = f"http://127.0.0.1:{port}/metrics"
    with urllib.request.urlopen(address, timeout=PATIENCE_S) as answer:
        now = read_steps(answer.read().decode())
    project = metadata("project/project-id", root)
    where = {
        "id": metadata("instance/id", root),
        "zone": metadata("instance/zone", root).rpartition("/")[2],
    }
    body = series(project, where, latency_ms(before, now), datetime.now(UTC))
    request = urllib.request.Request(  # noqa: S310 (Google's own)
        f"{monitoring}/projects/{project}/timeSeries",
        json.dumps(body).encode(),
        {
            "Authorization": f"Bearer {access_token(root)}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_S):  # noqa: S310
        return now


def report_for_ever(port: int) -> None:
    """Report every minute; one that fails is said, and the next is tried."""
    steps: Steps = {}
    while True:
        try:
            steps = report(port, steps)
        except OSError as fault:
            sys.stderr.write(f"latency was not reported: {fault}\n")
        time.sleep(EVERY_S)


if __name__ == "__main__":
    report_for_ever(int(sys.argv[1]))
