"""Clients that others wrote, against a service that is really served."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.server
HEAD = "Host: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def address(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service with four threads, and the models."""
    import shutil

    root = tmp_path_factory.mktemp("served") / "service"
    shutil.copytree(prepared, root)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "modelyard", "serve", str(root / "yard"), "--threads", "4"]
    env = os.environ | {
        "MODELYARD_STATE": str(root / "state"),
        "MODELYARD_RUN_WORKERS": "0",
        "MODELYARD_PREDICTION_BYTES": "5000000",
    }
    process = subprocess.Popen(
        [*command, "--port", str(port)], env=env, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    found = f"127.0.0.1:{port}"
    try:
        until = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://{found}/v2/health/ready", timeout=10).read()
                break
            except OSError:
                assert process.poll() is None, process.stderr and process.stderr.read()
                assert time.monotonic() < until
                time.sleep(0.1)
        yield found
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def triton(address: str) -> Iterator[Any]:
    """Triton's own client."""
    http = pytest.importorskip("tritonclient.http")
    with http.InferenceServerClient(address) as client:
        yield client


def test_triton_sees_server_and_models(triton: Any) -> None:
    assert triton.is_server_live()
    assert triton.is_server_ready()
    assert triton.is_model_ready("line")
    assert triton.is_model_ready("line", "1")
    assert not triton.is_model_ready("absent")
    assert triton.get_server_metadata()["name"] == "modelyard"
    described = triton.get_model_metadata("churn")
    assert [one["name"] for one in described["inputs"]] == ["age", "income", "plan"]
    assert {one["name"] for one in triton.get_model_repository_index()} >= {"churn", "line"}


@pytest.mark.parametrize("is_binary", [True, False])
def test_triton_infers_with_columns_of_all_kinds(is_binary: bool, triton: Any) -> None:
    from tritonclient.http import InferInput, InferRequestedOutput

    given = {
        "age": ("FP64", np.array([[30.0], [70.0]])),
        "income": ("FP64", np.array([[1000.5], [20.0]])),
        "plan": ("BYTES", np.array([[b"basic"], [b"plus"]], dtype=object)),
    }
    inputs = []
    for name, (datatype, values) in given.items():
        one = InferInput(name, list(values.shape), datatype)
        one.set_data_from_numpy(values, binary_data=is_binary)
        inputs.append(one)
    outputs = [
        InferRequestedOutput("predict", binary_data=is_binary),
        InferRequestedOutput("predict_proba", binary_data=is_binary),
    ]
    answer = triton.infer("churn", inputs, outputs=outputs, request_id="17")
    labels = [
        text.decode() if isinstance(text, bytes) else text for text in answer.as_numpy("predict")
    ]
    assert set(labels) <= {"leaves", "stays"}
    assert answer.as_numpy("predict_proba").shape == (2, 2)
    assert answer.as_numpy("predict_proba").sum(axis=1) == pytest.approx([1.0, 1.0])
    assert answer.get_response()["id"] == "17"


def test_triton_infers_with_one_table_and_all_outputs(triton: Any) -> None:
    from tritonclient.http import InferInput

    table = InferInput("table", [2, 2], "FP32")
    table.set_data_from_numpy(np.array([[1.0, 2.0], [2.0, 2.0]], dtype=np.float32))
    answer = triton.infer("line", [table], model_version="1")
    assert answer.as_numpy("predict") == pytest.approx([4.0, 6.0])


def test_triton_is_told_what_is_wrong(triton: Any) -> None:
    from tritonclient.http import InferInput
    from tritonclient.utils import InferenceServerException

    table = InferInput("table", [1, 3], "FP32")
    table.set_data_from_numpy(np.zeros((1, 3), dtype=np.float32))
    with pytest.raises(InferenceServerException, match=r"the model takes \[rows, 2\]"):
        triton.infer("line", [table])
    with pytest.raises(InferenceServerException, match="is not here"):
        triton.infer("absent", [table])


def post(address: str, path: str, body: bytes) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json"}
    asked = urllib.request.Request(f"http://{address}{path}", body, headers)
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()


def test_slow_bodies_leave_threads_for_others(address: str) -> None:
    host, port = address.split(":")
    slow = [socket.create_connection((host, int(port))) for _ in range(8)]
    try:
        for one in slow:
            line = f"POST /api/v1/models/line/predict HTTP/1.1\r\n{HEAD}Content-Length: 500\r\n\r\n"
            one.sendall(line.encode() + b'{"x"')
        time.sleep(1.5)
        assert urllib.request.urlopen(f"http://{address}/v2/health/live", timeout=15).status == 200
        told = []
        for one in slow:
            one.settimeout(0.2)
            try:
                told.append(one.recv(65_536))
            except TimeoutError:
                told.append(b"")
        refused = [text for text in told if text]
        assert 4 <= len(refused) < 8
        assert all(text.startswith(b"HTTP/1.1 503") for text in refused)
        assert all(b"application/problem+json" in text for text in refused)
    finally:
        for one in slow:
            one.close()
    until = time.monotonic() + 15
    while post(address, "/api/v1/models/line/predict", b'{"x": 1, "y": 2}')[0] != 200:
        assert time.monotonic() < until, "the places did not come back"
        time.sleep(0.1)


def test_a_large_body_is_refused_before_it_is_read(address: str) -> None:
    host, port = address.split(":")
    with socket.create_connection((host, int(port))) as one:
        one.settimeout(10)
        line = f"POST /api/v1/models/line/predict HTTP/1.1\r\n{HEAD}Content-Length: 5000001\r\n\r\n"
        one.sendall(line.encode())
        assert one.recv(65_536).startswith(b"HTTP/1.1 413")
    assert post(address, "/api/v1/models/line/predict", b'{"x": 1, "y": 2}')[0] == 200
