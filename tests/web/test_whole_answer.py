"""Answers that are there as a whole go to the server at once; others piece by piece."""

from typing import Any

import pytest
from flask import Flask, Response
from werkzeug.test import EnvironBuilder

from modelyard.web.whole_answer import WholeAnswer


@pytest.fixture
def small() -> Flask:
    app = Flask("small")
    app.response_class = WholeAnswer
    closed = app.extensions["closed"] = []

    def noted() -> Response:
        answer = Response(b"it")
        answer.call_on_close(lambda: closed.append(True))
        return answer

    for path, view in (
        ("whole", lambda: Response(b"it")),
        ("text", lambda: "it"),
        ("parts", lambda: Response(iter([b"i", b"t"]))),
        ("gone", lambda: Response(status=204)),
        ("noted", noted),
    ):
        app.add_url_rule(f"/{path}", path, view)
    return app


def ask(app: Flask, path: str, method: str = "GET") -> Any:
    environ = EnvironBuilder(path, method=method).get_environ()
    return app.wsgi_app(environ, lambda *_: None)  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize(
    ("path", "method", "pieces"),
    [
        ("/whole", "GET", [b"it"]),
        ("/text", "GET", [b"it"]),
        ("/whole", "HEAD", []),
        ("/gone", "GET", []),
    ],
)
def test_what_is_there_is_handed_over_at_once(
    small: Flask, path: str, method: str, pieces: list[bytes]
) -> None:
    assert ask(small, path, method) == pieces


def test_a_stream_and_what_is_told_of_its_end_go_piece_by_piece(small: Flask) -> None:
    assert type(ask(small, "/parts")) is not list
    answer = ask(small, "/noted")
    assert (type(answer) is list, b"".join(answer)) == (False, b"it")
    assert small.extensions["closed"] == []
    answer.close()
    assert small.extensions["closed"] == [True]


def test_the_service_hands_short_answers_over_at_once(client: Any) -> None:
    environ = EnvironBuilder("/health/live").get_environ()
    answer = client.application.wsgi_app(environ, lambda *_: None)
    assert type(answer) is list
