"""Other ways to serve a joblib file: written, installed and started for the benchmark."""

import json
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import joblib

from function_requests import free_port

FASTAPI = """
from typing import Any
import joblib
import pandas as pd
from fastapi import FastAPI

model = joblib.load("model.joblib")
app = FastAPI()


@app.post("/predict")
def predict(records: list[dict[str, Any]]):
    shares = model.predict_proba(pd.DataFrame(records))
    chosen = model.classes_[shares.argmax(axis=1)].tolist()
    return {"predictions": chosen, "probabilities": shares.tolist()}
"""
CONVERTED = """
import json
import numpy as np
import onnxruntime
import orjson

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
model = onnxruntime.InferenceSession("model.onnx", options)
numbers, words, columns = json.load(open("inputs.json"))


def answer(body):
    records = orjson.loads(body)
    if columns:
        feed = {n: np.array([[r[n]] for r in records], np.float32) for n in numbers}
        feed |= {n: np.array([[r[n]] for r in records], object) for n in words}
    else:
        feed = {"X": np.array([[r[n] for n in numbers] for r in records], np.float32)}
    labels, shares = model.run(None, feed)
    return orjson.dumps({"predictions": labels.tolist(), "probabilities": shares.tolist()})
"""
FLASK = """
from converted import answer
from flask import Flask, Response, request

app = Flask(__name__)


@app.post("/predict")
def predict():
    return Response(answer(request.get_data()), mimetype="application/json")
"""
BARE = """
from converted import answer


def app(environ, start_response):
    body = answer(environ["wsgi.input"].read())
    length = ("Content-Length", str(len(body)))
    start_response("200 OK", [("Content-Type", "application/json"), length])
    return [body]
"""
BATCHING = {"max_batch_size": 64, "max_batch_time": 0.005}


@dataclass(frozen=True)
class Peer:
    """How another server is started, and where it is asked."""

    name: str
    command: list[str]
    address: str
    is_tensor: bool = False


def write(folder: Path, estimator: Any, table: Any, saved: Path) -> None:
    """Write what the others serve: their programs, and the model as each reads it."""
    folder.mkdir()
    (folder / "fast.py").write_text(FASTAPI)
    (folder / "model.joblib").write_bytes(saved.read_bytes())
    try:
        _write_onnx(folder, estimator, table)
        for name, text in (("converted", CONVERTED), ("plain", FLASK), ("bare", BARE)):
            (folder / f"{name}.py").write_text(text)
    except (RuntimeError, TypeError, ValueError) as fault:
        print(f"{folder.name}: skl2onnx cannot convert it: {str(fault)[:80]}")
    if all(kind.kind == "f" for kind in table.dtypes):
        plain = folder / "mlserver"
        plain.mkdir()
        joblib.dump(estimator, plain / "model.joblib")
        settings = {
            "name": "model",
            "implementation": "mlserver_sklearn.SKLearnModel",
            "parameters": {"uri": "./model.joblib"},
        }
        (plain / "model-settings.json").write_text(json.dumps(settings | BATCHING))


def _write_onnx(folder: Path, estimator: Any, table: Any) -> None:
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    numbers = [name for name in table.columns if table[name].dtype.kind == "f"]
    words = [name for name in table.columns if name not in numbers]
    types: list[tuple[str, Any]] = [("X", FloatTensorType([None, len(numbers)]))]
    if words:
        types = [(name, FloatTensorType([None, 1])) for name in numbers]
        types += [(name, StringTensorType([None, 1])) for name in words]
    graph = to_onnx(estimator, initial_types=types, options={"zipmap": False})
    (folder / "model.onnx").write_bytes(graph.SerializeToString())
    (folder / "inputs.json").write_text(json.dumps([numbers, words, bool(words)]))


def installed(folder: Path) -> dict[str, str]:
    """Install the others' packages, unless they are there; gives an interpreter for each."""
    learning = [f"{name}=={version(name)}" for name in ("scikit-learn", "joblib", "pandas")]
    wanted = {
        "FastAPI": [*learning, "fastapi", "uvicorn[standard]"],
        "Flask": ["flask", "granian", "onnxruntime", "orjson", "numpy"],
        "MLServer": [*learning, "mlserver", "mlserver-sklearn"],
    }
    found = {}
    for name, packages in wanted.items():
        place = folder / name.lower()
        try:
            found[name] = _environment(place, packages)
        except (subprocess.CalledProcessError, OSError) as fault:
            print(f"{name} is missing and could not be installed: {fault}")
    return found


def _environment(place: Path, packages: list[str]) -> str:
    python = str(place / "bin" / "python")
    if not (place / "done").exists():
        subprocess.run([sys.executable, "-m", "venv", place], check=True, capture_output=True)
        install = [python, "-m", "pip", "install", "-q", *packages]
        subprocess.run(install, check=True, capture_output=True)
        (place / "done").touch()
    return python


def for_model(pythons: dict[str, str], folder: Path) -> list[Peer]:
    """Say how those are started that can serve a model."""
    found = []
    if "FastAPI" in pythons:
        port = free_port()
        uvicorn = [pythons["FastAPI"], "-m", "uvicorn", "--no-access-log", "--log-level", "error"]
        command = [*uvicorn, "--port", str(port), "fast:app"]
        found.append(Peer("FastAPI", command, f"http://127.0.0.1:{port}/predict"))
    if "Flask" in pythons and (folder / "plain.py").exists():
        for name, program in (("bare WSGI", "bare:app"), ("Flask", "plain:app")):
            port = free_port()
            granian = [pythons["Flask"], "-m", "granian", "--interface", "wsgi", "--no-ws"]
            command = [*granian, "--blocking-threads", "1", "--port", str(port), program]
            found.append(Peer(name, command, f"http://127.0.0.1:{port}/predict"))
    if "MLServer" in pythons and (folder / "mlserver").exists():
        port = free_port()
        ports = {"http_port": port, "grpc_port": free_port(), "metrics_port": free_port()}
        settings = {"host": "127.0.0.1", "parallel_workers": 0, "debug": False} | ports
        (folder / "mlserver" / "settings.json").write_text(json.dumps(settings))
        command = [str(Path(pythons["MLServer"]).with_name("mlserver")), "start", "mlserver"]
        address = f"http://127.0.0.1:{port}/v2/models/model/infer"
        found.append(Peer("MLServer", command, address, is_tensor=True))
    return found
