"""Schemathesis asks at the door whatever the document allows, and what it does not."""

from contextlib import suppress
from typing import Any

import pytest

schemathesis = pytest.importorskip("schemathesis")
from hypothesis import HealthCheck, Phase, given, settings  # noqa: E402
from hypothesis.errors import Unsatisfiable  # noqa: E402
from schemathesis.checks import not_a_server_error  # noqa: E402
from schemathesis.specs.openapi.checks import (  # noqa: E402
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from modelyard.protocols.addresses import ROUTES  # noqa: E402

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
NAMES = ("line", "churn", "absent")


def test_no_server_error_and_no_answer_that_is_not_described(shared_yard: Any) -> None:
    document = schemathesis.openapi.from_wsgi("/openapi.json", shared_yard.app)
    paths = {route.path for route in ROUTES}
    asked = [one.ok() for one in document.get_all_operations() if one.ok().path in paths]
    assert {(one.method.upper(), one.path) for one in asked} == {
        (route.verb, route.path) for route in ROUTES
    }
    for operation in asked:
        for mode in schemathesis.GenerationMode:
            ask(operation.as_strategy(generation_mode=mode))


def ask(cases: Any) -> None:
    """Ask a dozen requests, always the same; most of them models that are there."""
    count = iter(range(10_000))

    @settings(
        max_examples=8,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def once(case: Any) -> None:
        place = next(count)
        if "name" in case.path_parameters and place % 4:
            case.path_parameters["name"] = NAMES[place % len(NAMES)]
        if "version" in case.path_parameters and place % 3:
            case.path_parameters["version"] = "1"
        case.call_and_validate(checks=CHECKS)

    with suppress(Unsatisfiable):  # nothing wrong can be sent where nothing is taken
        once()
