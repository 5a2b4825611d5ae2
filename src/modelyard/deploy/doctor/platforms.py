"""What each platform says of a container: its variables, its questions, its patience.

From the platforms' own guides, read in 2026: Vertex AI's requirements for custom containers,
SageMaker's for inference code, KServe's first protocol, Cloud Run's container contract.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from modelyard.deploy.doctor.findings import Answer, Question

OPEN = {"MODELYARD_PUBLIC": "true"}
"""The platform lets in whom it knows, and sends nobody's password on: so the container is open."""
NO_MODEL = "Put a model into the folder models; of several, name one as default_model."
WELL = "Look at the log of the service: modelyard serve."
LARGE_BYTES = 5_000_000


@dataclass(frozen=True)
class Subject:
    """The model that is asked, with a row that it takes."""

    name: str
    example: Mapping[str, Any]


@dataclass(frozen=True)
class Platform:
    """A place where the image may run."""

    title: str
    environ: Mapping[str, str]
    ready: str
    """Where it asks whether the service is ready."""
    ready_within_s: float
    """From the start; then it gives up."""
    grace_s: float
    """Between SIGTERM and SIGKILL."""
    questions: Callable[[Subject], tuple[Question, ...]]
    ready_answer_s: float = 10.0
    needs_model: bool = True
    sleep_s: float = 0.0
    """How long its processor is taken away on trial; 0 where the platform leaves it."""
    notes: tuple[str, ...] = field(default=())


def _vertex(subject: Subject) -> tuple[Question, ...]:
    route = VERTEX_ROUTES["AIP_PREDICT_ROUTE"]
    return (
        _predicts("predictions at AIP_PREDICT_ROUTE", route, subject),
        _refuses("a bad instance is refused, as JSON", route),
    )


def _sagemaker(subject: Subject) -> tuple[Question, ...]:
    own = (("X-Amzn-SageMaker-Custom-Attributes", "a=b"), ("X-Amzn-SageMaker-Target-Variant", "v"))
    large = json.dumps({"instances": [dict(subject.example)], "padding": "x" * LARGE_BYTES})
    return (
        _predicts("POST /invocations answers JSON, SageMaker's headers aside", "/invocations",
                  subject, own),
        Question(
            "POST /invocations answers CSV",
            "POST",
            "/invocations",
            lambda answer: answer.status == 200,
            "The model's inputs must be writable as CSV.",
            _csv(subject.example),
            "text/csv",
        ),
        _refuses("a bad request is refused with 4xx", "/invocations"),
        Question(
            "a body of 5 MB gets an answer",
            "POST",
            "/invocations",
            lambda answer: answer.status in {200, 400, 413, 422},
            "Raise MODELYARD_PREDICTION_BYTES.",
            large.encode(),
        ),
    )  # fmt: skip


def _kserve(subject: Subject) -> tuple[Question, ...]:
    place = f"/v1/models/{subject.name}"
    return (
        Question(
            "GET /v1/models lists the model",
            "GET",
            "/v1/models",
            lambda answer: subject.name in (answer.document() or {}).get("models", ()),
            NO_MODEL,
        ),
        Question(
            f"GET {place} says that it is ready",
            "GET",
            place,
            lambda answer: (answer.document() or {}).get("ready") in {True, "True"},
            f"See what is wrong with it: modelyard models show {subject.name}",
        ),
        _predicts(f"POST {place}:predict", f"{place}:predict", subject),
        _refuses("a bad instance is refused with 4xx", f"{place}:predict"),
        _well("GET /v2/health/ready", "/v2/health/ready"),
    )


def _container(subject: Subject) -> tuple[Question, ...]:  # noqa: ARG001 (no model is asked)
    return (
        _well("the process lives, as a liveness probe asks", "/health/live"),
        _well("the first page is there", "/"),
    )


def _well(line: str, path: str) -> Question:
    return Question(line, "GET", path, lambda answer: 200 <= answer.status < 400, WELL)


def _predicts(
    line: str, path: str, subject: Subject, headers: tuple[tuple[str, str], ...] = ()
) -> Question:
    rows = [dict(subject.example)] * 2
    body = json.dumps({"instances": rows}).encode()

    def is_right(answer: Answer) -> bool:
        found = (answer.document() or {}).get("predictions")
        return answer.status == 200 and isinstance(found, list) and len(found) == len(rows)

    return Question(line, "POST", path, is_right, NO_MODEL, body, headers=headers)


def _refuses(line: str, path: str) -> Question:
    def is_right(answer: Answer) -> bool:
        return 400 <= answer.status < 500 and isinstance(answer.document(), dict)

    return Question(line, "POST", path, is_right, WELL, b'{"instances": [{"no such": "input"}]}')


def _csv(row: Mapping[str, Any]) -> bytes:
    import csv
    import io

    text = io.StringIO()
    writer = csv.DictWriter(text, list(row))
    writer.writeheader()
    writer.writerow(row)
    return text.getvalue().encode()


VERTEX_ROUTES = {
    "AIP_HEALTH_ROUTE": "/v1/endpoints/17/deployedModels/42",
    "AIP_PREDICT_ROUTE": "/v1/endpoints/17/deployedModels/42:predict",
}
PLATFORMS: Mapping[str, Platform] = {
    "vertex": Platform(
        "Vertex AI",
        {
            **OPEN,
            **VERTEX_ROUTES,
            "AIP_MODE": "PREDICTION",
            "AIP_HTTP_PORT": "{port}",
            "AIP_STORAGE_URI": "",
            "AIP_FRAMEWORK": "CUSTOM_CONTAINER",
        },
        ready=VERTEX_ROUTES["AIP_HEALTH_ROUTE"],
        ready_within_s=40,
        grace_s=10,
        questions=_vertex,
        notes=("Requests and answers: 1.5 MB on shared endpoints, 10 MB on dedicated ones.",),
    ),
    "sagemaker": Platform(
        "SageMaker",
        {**OPEN, "PORT": "{port}"},
        ready="/ping",
        ready_within_s=240,
        grace_s=30,
        questions=_sagemaker,
        ready_answer_s=2.0,
        notes=("The port is 8080 there; here a process has a free one, a container 8080.",),
    ),
    "kserve": Platform(
        "KServe",
        {**OPEN, "PORT": "{port}"},
        ready="/v2/health/ready",
        ready_within_s=240,
        grace_s=30,
        questions=_kserve,
    ),
    "cloud_run": Platform(
        "Cloud Run",
        {
            **OPEN,
            "PORT": "{port}",
            "K_SERVICE": "yard",
            "K_REVISION": "yard-1",
            "MODELYARD_RUN_WORKERS": "0",
        },
        ready="/health/ready",
        ready_within_s=240,
        grace_s=10,
        questions=_container,
        needs_model=False,
        sleep_s=3.0,
        notes=("Runs need a job or a worker pool: after an answer a service has no processor.",),
    ),
    "compute_engine": Platform(
        "Compute Engine",
        {**OPEN, "MODELYARD_PORT": "{port}", "MODELYARD_PROXIES": "2"},
        ready="/health/ready",
        ready_within_s=300,
        grace_s=75,
        questions=_container,
        needs_model=False,
        notes=("A machine that goes answers for 15 s more while the load balancer leaves it.",),
    ),
    "ecs": Platform(
        "ECS",
        {**OPEN, "PORT": "{port}"},
        ready="/health/ready",
        ready_within_s=180,
        grace_s=30,
        questions=_container,
        needs_model=False,
        notes=("A task that goes is out of the load balancer for 30 s before it is killed.",),
    ),
}
