"""The laws of the house that a machine can check."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from modelyard.settings.variables import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src" / "modelyard").rglob("*.py"))
HEAVY = ("polars", "numpy", "pandas", "pyarrow", "sklearn", "pyod", "scipy", "numba", "obstore")
FORBIDDEN_NAMES = {
    *("utils", "helpers", "common", "core", "base", "manager", "handler", "service", "types"),
    "constants",
}
LONGEST_FILE = 260
LONGEST_FUNCTION = 45


LATER = ("alembic", "dbos", "authlib", "argon2", "onnxruntime", "treelite", "openpyxl", "ibis")
"""What a service loads when it is first needed, if ever."""
LATER_MODULES = {"sqlalchemy.orm", "sqlalchemy.ext.asyncio", "multiprocessing.managers"}


def whole_modules_after(code: str) -> set[str]:
    """Run code in a fresh interpreter and tell which modules are loaded afterwards."""
    ending = "\nimport sys; print('\\n'.join(sys.modules))"
    output = subprocess.run(
        [sys.executable, "-c", code + ending], check=True, capture_output=True, text=True
    ).stdout
    return set(output.splitlines())


def modules_after(code: str) -> set[str]:
    """Tell the first parts of the names of those modules."""
    return {name.partition(".")[0] for name in whole_modules_after(code)}


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['modelyard', '--help']\n"
        "from modelyard.cli.main import main\n"
        "try: main()\nexcept SystemExit: pass"
    )
    assert not modules_after(code) & {*HEAVY, "flask", "granian", "rich", "yaml"}


def test_the_first_page_of_a_service_loads_nothing_heavy(tmp_path: Path) -> None:
    """What it loads before it answers is what somebody waits for at every start."""
    code = (
        "from pathlib import Path; from modelyard.settings import Settings\n"
        "from modelyard.web import create_app\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "client = create_app(Settings(workspace=folder, state=folder / 'state')).test_client()\n"
        "assert client.get('/').status_code == 200"
    )
    modules_after(code)  # the first start makes the database
    loaded = whole_modules_after(code)
    assert {name.partition(".")[0] for name in loaded} & {*HEAVY, *LATER, "yaml"} == set()
    assert loaded & LATER_MODULES == set()


def test_the_web_process_never_loads_the_learning_libraries(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,b\n" + "".join(f"{n},{n % 7}\n" for n in range(50)))
    page = "/datasets/table/outliers?detector=ecod"
    code = (
        "from pathlib import Path; from modelyard.settings import Settings\n"
        "from modelyard.web import create_app\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "client = create_app(Settings(workspace=folder, state=folder / 'state')).test_client()\n"
        "import time; until = time.monotonic() + 60\n"
        f"for address in ('/', '/stats', '/outliers?detector=ecod', {page!r}):\n"
        "    while client.get(address).status_code == 202 and time.monotonic() < until:\n"
        "        time.sleep(0.1)\n"
        "    assert client.get(address).status_code == 200, address"
    )
    assert not modules_after(code) & {"sklearn", "pyod", "pandas", "pyarrow", "scipy", "numba"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert path.stem not in FORBIDDEN_NAMES
    assert len(text.splitlines()) <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            most = LONGEST_FILE if path.parent.name == "versions" else LONGEST_FUNCTION
            assert length <= most, f"{path.name}: {node.name} has {length} lines"


def test_only_the_ground_reads_the_environment() -> None:
    readers = {
        path.name
        for path in SOURCES
        if path.parent.name != "settings" and re.search(r"os\.(environ|getenv)", path.read_text())
    }
    assert readers <= {"processor.py", "serve.py", "server.py", "edge.py"}


def test_no_source_or_text_names_a_path_of_a_machine_or_an_index_host() -> None:
    wanted = re.compile(r"/(work|root|home)/|pypi\.org|files\.pythonhosted|registry\.npmjs")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    texts = [ROOT / name for name in listed if not name.endswith((".png", ".css", ".ico", ".onnx"))]
    here = Path(__file__).resolve()
    found = [
        path.name
        for path in texts
        if path.resolve() != here and path.is_file() and wanted.search(path.read_text("utf-8"))
    ]
    assert found == []


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "settings.md").read_text()
    names = [variable.name for variable in VARIABLES]
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []


def test_every_decision_is_short_and_numbered() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert decisions
    for path in decisions:
        assert re.match(r"\d{4}-[a-z0-9-]+\.md", path.name)
        assert len(path.read_text().splitlines()) <= 40, path.name
