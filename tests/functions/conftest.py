"""A workspace with an OpenAPI document and Python files, opened."""

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from modelyard.functions.catalogue import Functions, Tools
from modelyard.functions.opening import open_functions
from modelyard.functions.processes import command
from modelyard.functions.request import Reply, Request
from modelyard.processes.kept import KeptProcesses
from modelyard.settings import Settings, child_environment
from modelyard.workspace import open_workspace


@dataclass
class Yard:
    """One workspace of a test."""

    root: Path

    def write(self, **files: str) -> "Yard":
        """Write files; `src__sum_py` is `src/sum.py`."""
        for name, text in files.items():
            path = self.root / name.replace("__", "/").replace("_yml", ".yml").replace("_py", ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        return self

    def document(self, paths: dict[str, Any], name: str = "openapi.yml", **rest: Any) -> "Yard":
        """Write an OpenAPI document."""
        content = {
            "openapi": "3.1.0",
            "info": {"title": "Test", "version": "1"},
            "paths": paths,
        } | rest
        (self.root / name).parent.mkdir(exist_ok=True)
        (self.root / name).write_text(yaml.safe_dump(content, sort_keys=False))
        return self

    def get(self, function: str = "app.answer", path: str = "/x", **said: Any) -> "Yard":
        """Write a document with one GET operation."""
        return self.document({path: {"get": operation(function, **said)}})

    def post(self, function: str = "app.answer", **said: Any) -> "Yard":
        """Write a document with one POST operation."""
        return self.document({"/x": {"post": operation(function, **said)}})

    def open(self, tools: Tools | None = None, reserved: tuple[str, ...] = ()) -> Functions:
        return open_functions(
            open_workspace(self.root), tools or Tools(is_development=True), reserved
        )

    def call(self, name: str = "app.answer", **request: Any) -> Reply:
        """Open, and call an operation that must be without fault."""
        functions = self.open()
        assert functions.faults == ()
        return functions[name].call(Request(**request))

    def value(self, name: str = "app.answer", **request: Any) -> Any:
        """Call, and give the answer's JSON."""
        return msgspec.json.decode(self.call(name, **request).whole())

    def fault(self) -> str:
        """Open, and give the one fault in words."""
        functions = self.open()
        assert len(functions.faults) == 1, functions.faults
        return str(functions.faults[0])

    def tools(self, memory_mib: int = 256, **options: Any) -> Tools:
        """Give tools with worker processes."""
        environ = child_environment(Settings(workspace=self.root, state=self.root / ".modelyard"))
        workers = KeptProcesses(command(self.root, memory_mib * 2**20), environ)
        return Tools(workers=workers, **{"is_development": True} | options)


def operation(function: str, **said: Any) -> dict[str, Any]:
    return {
        "operationId": function,
        "responses": {"200": {"description": "Good", "content": {"application/json": {}}}},
    } | said


def parameter(name: str, place: str = "query", **said: Any) -> dict[str, Any]:
    schema = said.pop("schema", {"type": "string"})
    return {"name": name, "in": place, "schema": schema} | said


def answers(media: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    content = {media: {"schema": schema} if schema is not None else {}}
    return {"200": {"description": "Good", "content": content}}


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    """An empty workspace."""
    return Yard(tmp_path)


@pytest.fixture
def said() -> "Callable[..., dict[str, Any]]":
    """Make an operation."""
    return operation


@pytest.fixture
def param() -> "Callable[..., dict[str, Any]]":
    """Make a parameter."""
    return parameter


@pytest.fixture
def good() -> "Callable[..., dict[str, Any]]":
    """Make the answers of an operation."""
    return answers


@pytest.fixture
def echo(yard: Yard) -> "Callable[..., Yard]":
    """Make a workspace whose function hands its arguments back; give it the parameters."""

    def make(*parameters: dict[str, Any], path: str = "/x", **said: Any) -> Yard:
        yard.write(app_py="def answer(**given):\n    return given\n")
        return yard.get(path=path, parameters=list(parameters), **said)

    return make
