"""A real Docker engine, the image of a workspace, and the workspace as docker compose runs it."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from compose_stack import ROW, Stack, modelyard, owner_token
from container_engine import HIDDEN, Engine, find_engine, has_base

from modelyard.workspace.starter import make_workspace

HERE = Path(__file__).parent
IMAGE = "modelyard-test"
POSTGRES = "modelyard-test-postgres"
PORT = 11_000
PROJECT = f"""OS_PORT={PORT}
OS_TLS_PORT=11443
POSTGRES_IMAGE={POSTGRES}
MODELYARD_PUBLIC_URL=http://localhost:{PORT}
COMPOSE_PROJECT_NAME=modelyard-test
"""
SMALL_DISK = """volumes:
  state:
    driver_opts: {type: tmpfs, device: tmpfs, o: "size=96m,uid=10001"}
"""


@pytest.fixture(scope="session")
def engine() -> Engine:
    """Docker with compose and a base image; without it these tests are skipped, and say why."""
    if os.environ.get("MODELYARD_CONTAINER_TESTS") == "no":
        pytest.skip("MODELYARD_CONTAINER_TESTS=no")
    try:
        found = find_engine()
    except LookupError as missing:
        pytest.skip(str(missing))
    if not has_base(found):
        pytest.skip("the base image is not here, and no registry can be reached")
    return found


@pytest.fixture(scope="session")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a table, functions, a model, and secrets that must not leave it."""
    onnx = pytest.importorskip("onnx")
    folder = tmp_path_factory.mktemp("containers") / "yard"
    make_workspace(folder)
    (folder / "datasets" / "table.csv").write_text(
        "a,b\n" + "".join(f"{n},{n * n % 97}\n" for n in range(2_000))
    )
    toml = folder / "modelyard.toml"
    named = '[workspace]\ndefault_model = "line"'
    toml.write_text(toml.read_text().replace("[workspace]", named, 1))
    (folder / "models").mkdir()
    onnx.save(_line(onnx.helper, onnx.TensorProto.FLOAT), folder / "models" / "line.onnx")
    for name in (".env", ".env.production", "key.pem", "old.backup", ".git/config"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(HIDDEN)
    return folder


def _line(helper: Any, number: int) -> Any:
    """Make a model that gives 2 x1 + 3 x2."""
    rows = [helper.make_tensor_value_info(name, number, [None, 1]) for name in ROW]
    answer = helper.make_tensor_value_info("y", number, [None, 1])
    factors = [
        helper.make_tensor(f"w{place}", number, [1, 1], [value])
        for place, value in enumerate((2.0, 3.0))
    ]
    nodes = [
        helper.make_node("MatMul", ["x1", "w0"], ["p0"]),
        helper.make_node("MatMul", ["x2", "w1"], ["p1"]),
        helper.make_node("Add", ["p0", "p1"], ["y"]),
    ]
    graph = helper.make_graph(nodes, "line", rows, [answer], factors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


@pytest.fixture(scope="session")
def image(engine: Engine, yard: Path) -> str:
    """The slim image, built as a person builds it."""
    modelyard(engine, "image", "build", "--slim", "--tag", f"{IMAGE}:slim", "-w", yard)
    return f"{IMAGE}:slim"


@pytest.fixture(scope="session")
def stack(engine: Engine, image: str, yard: Path) -> Iterator[Stack]:
    """The workspace behind nginx: two replicas, two workers, Postgres."""
    engine.run("build", "--quiet", "--tag", POSTGRES, HERE / "postgres")
    password = f"POSTGRES_PASSWORD={secrets.token_hex(8)}"
    (yard / ".env").write_text(f"{PROJECT}IMAGE={image}\n{password}\n")
    (yard / "compose.override.yaml").write_text(SMALL_DISK)
    made = Stack(engine, yard, PORT)
    made.compose("down", "--volumes", "--timeout", "2", check=False)
    made.compose("up", "--detach")
    try:
        made.until(made.is_ready, 90)
        made.token = owner_token(made)
        made.until(lambda: made.ask("/ping")[0] == 200, 60)
        yield made
    finally:
        made.compose("down", "--volumes", "--timeout", "2", check=False)
