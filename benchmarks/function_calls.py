"""What a call of a function costs in this process, and how long 600 operations take to load.

No server is in it: the request and the answer are plain values, so this is the binder alone, with
validation of request and answer. Compared with the function itself.

Usage: python benchmarks/function_calls.py [--calls 50000]
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import yaml

from modelyard.functions.catalogue import Tools
from modelyard.functions.document import merge
from modelyard.functions.hands import Hands
from modelyard.functions.opening import open_functions
from modelyard.functions.request import Request
from modelyard.workspace import open_workspace
from modelyard.workspace.starter import making

OPERATIONS = 600
ROUNDS = 7
OWN = {"openapi": "3.1.0", "info": {"title": "Own", "version": "1"}, "paths": {}}


def example(folder: Path) -> None:
    """Write the example's endpoints."""
    files = Path(making.__file__).parent / "files"
    for name in making.FUNCTIONS:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text((files / name).read_text())


def large(folder: Path) -> int:
    """Write a document of 600 operations and 300 schemas that refer to each other; gives bytes."""
    schemas = {f"S{n}": schema(n) for n in range(OPERATIONS // 2)}
    paths = {f"/v1/things{n}/{{id}}": item(n) for n in range(OPERATIONS // 2)}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Large", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }
    text = yaml.dump(document, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper))
    (folder / "openapi.yml").write_text(text)
    functions = (
        f"def {verb}_{n}(id, **rest): return {{'id': id}}"
        for n in range(300)
        for verb in ("get", "post")
    )
    (folder / "operations.py").write_text("\n".join(functions))
    return len(text)


def schema(number: int) -> dict:
    names = {
        f"property_{k}": {
            "type": "string",
            "description": "Some words that say what this property is for. " * 2,
            "nullable": True,
            "maxLength": 5000,
        }
        for k in range(12)
    }
    other = {"$ref": f"#/components/schemas/S{(number * 7 + 1) % (OPERATIONS // 2)}"}
    properties = {"id": {"type": "integer"}, "other": other} | names
    return {"type": "object", "required": ["id"], "properties": properties}


def item(number: int) -> dict:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/S{number}"}}}
    said = {
        "description": "<p>Gives or makes one thing, which is described here.</p>" * 2,
        "parameters": [
            {"in": "path", "name": "id", "required": True, "schema": {"type": "integer"}},
            {
                "in": "query",
                "name": "expand",
                "schema": {"type": "array", "items": {"type": "string"}},
            },
        ],
        "responses": {"200": {"description": "Good.", "content": content}},
    }
    post = said | {"operationId": f"operations.post_{number}", "requestBody": {"content": content}}
    return {"get": said | {"operationId": f"operations.get_{number}"}, "post": post}


def per_call(call, calls: int) -> float:
    """Give the microseconds of one call: the best of several rounds, as others use the machine."""

    def one_round() -> float:
        began = time.perf_counter()
        for _ in range(calls):
            call()
        return (time.perf_counter() - began) / calls * 1e6

    one_round()
    return min(one_round() for _ in range(ROUNDS))


def measure_calls(folder: Path, calls: int) -> None:
    workspace = open_workspace(folder)
    functions = open_functions(workspace)
    handed = open_functions(workspace, Tools(hands=Hands(most_direct=0)))
    function = sys.modules["src.sum"].sum

    def ask(found, path="/e222/sum/1/4"):
        match = found.find(path)
        return match.targets["GET"].call(Request(match.values_for("GET")))

    assert ask(functions).body == b"5"
    print("microseconds per call of /e222/sum/1/4 (best of 7 rounds)")
    print(
        f"  the function alone                      {per_call(lambda: function(1, 4), calls):8.2f}"
    )
    print(
        f"  found, checked, called, answer checked  {per_call(lambda: ask(functions), calls):8.2f}"
    )
    print(f"  the same, handed to another thread      {per_call(lambda: ask(handed), calls):8.2f}")


def measure_loading(folder: Path, calls: int) -> None:
    size = large(folder)
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        functions = open_functions(open_workspace(folder))
        taken.append(time.perf_counter() - began)
        functions.modules.forget()
    assert len(functions) == OPERATIONS, functions.faults[:3]
    began = time.perf_counter()
    merge(OWN, functions)
    merged = time.perf_counter() - began
    match = functions.find("/v1/things299/7")
    request = Request(match.values_for("GET"))

    def ask():
        return functions.find("/v1/things299/7").targets["GET"].call(request)

    print(f"{OPERATIONS} operations, {size / 1e6:.2f} MB of YAML, 300 schemas in a ring")
    print(f"  read, checked and joined to functions   {min(taken):8.2f} s (best of 3)")
    print(f"  joint document                          {merged:8.2f} s")
    print(f"  a call of the last of them              {per_call(ask, calls):8.2f} microseconds")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=20_000)
    calls = parser.parse_args().calls
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        example(Path(first))
        measure_calls(Path(first), calls)
        measure_loading(Path(second), calls)


if __name__ == "__main__":
    main()
