"""Under load: a new version loses no request, and models in a process of their own are batched."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from small_models import line

POINT = {"x": 1.0, "y": 2.0}


def test_a_new_version_under_load_loses_no_request(yard: Any) -> None:
    seen: list[tuple[int, int, float]] = []
    over = threading.Event()

    def ask(_: int) -> None:
        client = yard.client()
        while not over.is_set():
            answer = client.post("/api/v1/models/line/predict", json=POINT)
            told = answer.json
            if answer.status_code != 200:
                seen.append((answer.status_code, 0, 0.0))
                return
            seen.append((200, told["version"], told["predictions"][0]))
            time.sleep(0.002)

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask, number) for number in range(4)]
        try:
            yard.publish("line", line(5.0))
            registry = yard.live.records.models
            from modelyard.accounts.actor import LAPTOP

            for version in ("1", "2", "3"):
                registry.move_alias("line", "champion", version, by=LAPTOP)
                time.sleep(0.05)
        finally:
            over.set()
        for one in asking:
            one.result()
    assert {status for status, _, _ in seen} == {200}
    answers = {1: 4.0, 2: 5.0, 3: 7.0}
    assert {version for _, version, _ in seen} >= {1, 2, 3}
    for _, version, value in seen:
        assert value == pytest.approx(answers[version])


class Counted:
    """A runtime that counts how often, and with how many rows, it is really asked."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.batches: list[int] = []

    def ask(self, rows: Any) -> Any:
        self.batches.append(rows.count)
        time.sleep(0.02)  # so that others come meanwhile
        return self.inner(rows)


def test_concurrent_requests_to_a_model_in_a_process_go_together(yard: Any) -> None:
    address = "/api/v1/models/kernel/predict"
    alone = yard.client().post(address, json={"x0": 3.0})
    assert alone.status_code == 200
    runtime = yard.live.records.models.predictors.get("kernel").predictor.runtime
    counted = Counted(runtime._workers[0].ask)
    runtime._workers[0].ask = counted.ask

    def ask(number: int) -> float:
        answer = yard.client().post(address, json=[{"x0": float(number)}] * 2)
        assert answer.status_code == 200
        first, second = answer.json["predictions"]
        assert first == second
        return float(first)

    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(ask, range(20)))
    assert sum(counted.batches) == 40
    assert len(counted.batches) < 15
    assert found[3] == pytest.approx(alone.json["predictions"][0])
    assert found == pytest.approx(sorted(found), abs=1.0)


def test_one_bad_request_in_a_batch_spoils_no_other(yard: Any) -> None:
    def ask(number: int) -> int:
        body = {"x0": float(number)} if number % 2 else {"x0": "x"}
        return yard.client().post("/api/v1/models/kernel/predict", json=body).status_code

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(16)))
    assert found == [422, 200] * 8
