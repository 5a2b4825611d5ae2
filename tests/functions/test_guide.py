"""A newcomer adds an endpoint by following docs/functions.md, and nothing else."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from modelyard.functions.opening import open_functions
from modelyard.workspace import open_workspace

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "functions.md"
BLOCK = re.compile(r"^```(yaml|py|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def section(title):
    text = GUIDE.read_text()
    return text.partition(f"## {title}\n")[2].partition("\n## ")[0]


def write(folder, block):
    name, _, content = block.partition("\n")
    file = folder / name.removeprefix("# ")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)


def follow(folder, block):
    """Run each command, and see that it prints what stands below it."""
    for part in block.split("$ ")[1:]:
        command, _, expected = part.partition("\n")
        arguments = [sys.executable, "-m", *command.split()]
        done = subprocess.run(
            arguments, cwd=folder, capture_output=True, text=True, timeout=60, check=False
        )
        said = " ".join((done.stdout + done.stderr).split())
        assert " ".join(expected.split()) in said, command
        assert (done.returncode == 0) == ("Error" not in expected), command


def test_the_guide_leads_to_an_endpoint(tmp_path):
    for kind, block in BLOCK.findall(section("Your own endpoint")):
        if kind == "console":
            follow(tmp_path, block)
        else:
            write(tmp_path, block)
    functions = open_functions(open_workspace(tmp_path / "geometry"))
    assert functions.faults == ()
    assert functions.find("/geometry/area/circle") is not None


def test_a_function_is_given_what_the_guide_says(tmp_path):
    import msgspec
    import yaml

    import modelyard
    from modelyard import wiring
    from modelyard.accounts.actor import LAPTOP
    from modelyard.functions.request import Request

    block = BLOCK.search(section("What functions may ask for"))
    write(tmp_path, block[2])
    demo = tmp_path / "demo"
    (demo / "flights.csv").write_text("dep_delay\n2\n4\n")
    answer = {"description": "x", "content": {"application/json": {}}}
    said = {"operationId": "src.delays.delays", "responses": {"200": answer}}
    info = {"title": "x", "version": "1"}
    content = {"openapi": "3.1.0", "info": info, "paths": {"/x": {"get": said}}}
    for isolation in ("thread", "process"):
        said["x-isolation"] = isolation
        (demo / "openapi.yml").write_text(yaml.safe_dump(content))
        services = wiring.open_folder(demo)
        assert services.functions.faults == ()
        reply = services.functions["src.delays.delays"].call(Request(asker=LAPTOP))
        assert msgspec.json.decode(reply.whole()) == {"mean": 3.0, "asked_by": "this computer"}
        services.functions.tools.workers.stop()
    assert modelyard.Dataset.__name__ == "Dataset"


def test_what_modelyard_does_not_have_is_no_attribute():
    import modelyard

    with pytest.raises(AttributeError, match="has no attribute 'Datset'"):
        _ = modelyard.Datset
