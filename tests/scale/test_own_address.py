"""Loads go to one's own services alone."""

import json

import pytest
from asked_server import Behaviour, asked_server

from modelyard.errors import Denied, Invalid, Unavailable
from modelyard.scale.load import own_address
from modelyard.scale.load.own_address import own_origin
from modelyard.scale.load.routes import read_route


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("localhost:8080", "http://127.0.0.1:8080"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("https://127.9.9.9", "https://127.9.9.9"),
        ("http://[::1]:81", "http://[::1]:81"),
    ],
)
def test_this_machine_is_ones_own(address: str, origin: str) -> None:
    assert own_origin(address) == origin


@pytest.mark.parametrize(
    "address",
    [
        *("http://example.com", "10.0.0.7:8080", "http://localhost.example.com", "http://0.0.0.0:80"),
        *("http://127.0.0.1.example.com", "http://[::ffff:10.0.0.1]", "http://2130706433"),
        *("http://localtest.me", "http://169.254.169.254"),
    ],
)  # fmt: skip
def test_what_may_be_somebody_elses_is_refused(address: str) -> None:
    with pytest.raises(Denied, match="is not this machine"):
        own_origin(address)


@pytest.mark.parametrize(
    "address",
    [
        *("", "ftp://localhost", "http://", "http://localhost:99999", "http://me@example.com"),
        *("http://localhost@example.com", "http://localhost/x", "http://localhost?x", "file:///x"),
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Invalid):
        own_origin(address)


def others(port: int) -> str:
    """An address that is not told apart from one of another machine."""
    return f"http://localhost.localdomain:{port}"


@pytest.mark.parametrize(
    ("told", "status", "is_own"),
    [
        ({"role": "owner"}, 200, True),
        ({"role": "analyst"}, 200, False),
        ({"role": "owner"}, 403, False),
        (["owner"], 200, False),
        ("no JSON", 200, False),
    ],
)
def test_elsewhere_the_service_must_know_the_token_as_an_owners(
    monkeypatch: pytest.MonkeyPatch, told: object, status: int, is_own: bool
) -> None:
    body = b"<html>" if told == "no JSON" else json.dumps(told).encode()
    behaviour = Behaviour(body=body, status=status)
    with asked_server(behaviour):
        monkeypatch.setattr(own_address, "is_this_machine", lambda host: False)
        if is_own:
            assert own_origin(behaviour.address, "my-token") == behaviour.address
        else:
            with pytest.raises(Denied, match="does not say"):
                own_origin(behaviour.address, "my-token")
    assert behaviour.asked == ["GET /api/v1/me"]
    assert behaviour.headers[0]["Authorization"] == "Bearer my-token"


def test_a_service_that_leads_elsewhere_gives_no_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else whoever is asked could say: ask that one there."""
    owner = Behaviour(body=b'{"role": "owner"}')
    monkeypatch.setattr(own_address, "is_this_machine", lambda host: False)
    with asked_server(owner):
        leading = Behaviour(status=302, location=f"{owner.address}/api/v1/me")
        with asked_server(leading), pytest.raises(Denied):
            own_origin(leading.address, "my-token")
    assert owner.asked == []


def test_who_does_not_answer_gives_no_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_address, "is_this_machine", lambda host: False)
    behaviour = Behaviour()
    with asked_server(behaviour):
        pass
    with pytest.raises(Unavailable, match="does not answer"):
        own_origin(behaviour.address, "my-token")


@pytest.mark.parametrize(
    "text",
    [
        *("", "GET", "GET stats", "get /stats", "FETCH /stats", "0x GET /stats", "-1x GET /stats"),
        *(
            "GET //example.com/",
            "GET http://example.com/",
            "GET /\\example.com",
            "POST /x @/no/file",
        ),
    ],
)
def test_what_is_no_route_or_leads_elsewhere_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="route"):
        read_route(text)


def test_a_route_has_a_weight_and_a_body() -> None:
    route = read_route('3x POST /predict {"age": 41}')
    assert (route.method, route.path, route.body, route.weight) == (
        "POST", "/predict", '{"age": 41}', 3.0,
    )  # fmt: skip
