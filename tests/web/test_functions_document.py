"""Schemathesis asks the served document whatever it allows, and what it does not."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from flask.testing import FlaskClient

schemathesis = pytest.importorskip("schemathesis")
from hypothesis import HealthCheck, Phase, given, settings  # noqa: E402
from schemathesis.checks import not_a_server_error  # noqa: E402
from schemathesis.specs.openapi.checks import (  # noqa: E402
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
WORDS = {"type": "array", "maxItems": 5, "items": {"type": "string", "maxLength": 20}}
NUMBER = {"type": "integer", "minimum": -1000, "maximum": 1000}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Desk", "version": "1"},
    "servers": [{"url": "/desk"}],
    "paths": {
        "/sum/{a}/{b}": {
            "get": {
                "operationId": "app.add",
                "parameters": [
                    {"name": name, "in": "path", "required": True, "schema": NUMBER}
                    for name in ("a", "b")
                ],
                "responses": {
                    "200": {
                        "description": "The sum.",
                        "content": {"application/json": {"schema": {"type": "integer"}}},
                    }
                },
            }
        },
        "/words": {
            "post": {
                "operationId": "app.count",
                "parameters": [
                    {"name": "least", "in": "query", "schema": {"type": "integer", "default": 0}},
                    {"name": "only", "in": "query", "schema": WORDS},
                    {"name": "X-Mode", "in": "header", "schema": {"enum": ["a", "b"]}},
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["words"],
                                "properties": {
                                    "words": WORDS,
                                    "note": {"type": ["string", "null"]},
                                },
                                "additionalProperties": False,
                            }
                        }
                    },
                },
                "responses": {
                    "200": {
                        "description": "How often each occurs.",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "additionalProperties": {"type": "integer", "minimum": 1},
                                }
                            }
                        },
                    }
                },
            }
        },
    },
}
CODE = """
def add(a: int, b: int) -> int:
    return a + b

def count(body, least: int = 0, only: list = (), x_mode: str = "a") -> dict:
    words = [word for word in body["words"] if not only or word in only]
    found = {word: words.count(word) for word in words}
    return {word: number for word, number in found.items() if number >= least}
"""


def test_no_server_error_and_no_answer_that_is_not_described(
    folder: Path, make_client: Callable[..., FlaskClient]
) -> None:
    (folder / "openapi.yml").write_text(yaml.safe_dump(DOCUMENT, sort_keys=False))
    (folder / "app.py").write_text(CODE)
    app = make_client(folder).application
    document = schemathesis.openapi.from_wsgi("/openapi.json", app)
    asked = [
        found.ok()
        for found in document.get_all_operations()
        if found.ok().path.startswith(("/desk", "/about"))
    ]
    assert {(one.method, one.path) for one in asked} >= {
        ("get", "/desk/sum/{a}/{b}"),
        ("post", "/desk/words"),
        ("get", "/about"),
    }
    modes = list(schemathesis.GenerationMode)
    for operation in asked:
        for mode in modes:
            ask(operation.as_strategy(generation_mode=mode))


def ask(cases: object) -> None:
    """Ask some dozens of requests, always the same."""

    @settings(
        max_examples=40,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def once(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS)

    once()
