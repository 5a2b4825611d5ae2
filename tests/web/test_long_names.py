"""What somebody sends is said back to them in short, however long it is."""

from typing import Any

import pytest
from flask.testing import FlaskClient

LONG = "x" * 200_000
SHOWN = "x" * 80
ROOT = "/api/v1/datasets"


@pytest.mark.parametrize(
    "body",
    [
        {"kind": LONG, "request": {}},
        {"kind": "echo", "request": {LONG: 1}},
        {"kind": "echo", "request": {"seconds": LONG}},
        {"kind": "statistics", "request": {"dataset": LONG}},
        {"kind": "outliers", "request": {"dataset": "flights", "detector": LONG}},
        {"kind": "echo", "request": {}, LONG: 1},
    ],
)
def test_a_run_that_cannot_be_is_refused_in_short(
    client: FlaskClient, body: dict[str, Any]
) -> None:
    answer = client.post("/api/v1/runs", json=body)
    assert answer.status_code in {404, 422}
    assert len(answer.get_data()) < 1500


@pytest.mark.parametrize(
    "address",
    [
        f"{ROOT}/{LONG}",
        f"{ROOT}/flights?{LONG}=1",
        f"{ROOT}/flights/rows?sort={LONG}",
        f"{ROOT}/flights/rows?columns={LONG}",
        f"{ROOT}/flights/rows?filter={LONG}",
        f"{ROOT}/flights/rows?filter={LONG}:gt:1",
        f"{ROOT}/flights/rows?format={LONG}",
        f"{ROOT}/flights/outliers?detector={LONG}",
        f"{ROOT}/flights/benchmark?refresh={LONG}",
        f"/api/v1/runs?state={LONG}",
        f"/api/v1/runs/{LONG}",
    ],
)
def test_an_address_that_cannot_be_is_refused_in_short(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code in {404, 422}
    said = {name: text for name, text in answer.json.items() if name != "instance"}
    assert len(str(said)) < 1500
    assert len(answer.get_data()) < 6000
    assert f"{SHOWN}x" not in said["detail"]


def test_the_form_to_sign_in_keeps_no_more_than_an_address(team: Any) -> None:
    typed = {"email": LONG, "password": LONG}
    answer = team.browser().post("/sign-in", data=typed)
    assert answer.status_code == 403
    assert "x" * 255 not in answer.text
