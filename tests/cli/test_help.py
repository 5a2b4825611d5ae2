"""Help is quick and says what there is."""

import subprocess
import sys

import pytest

from modelyard import __version__

HEAVY = {"polars", "numpy", "sklearn", "pyod", "pandas", "pyarrow", "obstore", "yaml"}
DATABASE = {"sqlalchemy", "alembic", "psycopg", "dbos", "argon2", "authlib", "requests"}
DOORS = {"flask", "granian", "rich", "werkzeug", "jinja2"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["serve", "--help"],
        ["datasets", "outliers", "--help"],
        ["users", "add", "--help"],
        ["tokens", "create", "--help"],
        ["audit", "--help"],
    ],
    ids=" ".join,
)
def test_help_loads_nothing_heavy(arguments):
    code = (
        "import sys\n"
        "from modelyard.cli.main import modelyard\n"
        f"modelyard.main({arguments!r}, standalone_mode=False)\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not set(done.stderr.split()) & (HEAVY | DATABASE | DOORS)


def test_help_names_the_commands(run):
    text = run("--help").stdout
    assert all(f"\n  {command} " in text for command in ("new", "serve", "check", "datasets"))


@pytest.mark.parametrize("command", ["list", "stats", "outliers", "benchmark", "rows", "fetch"])
def test_every_question_to_a_dataset_takes_a_workspace_and_gives_json(run, command):
    text = run("datasets", command, "-h").stdout
    assert "-w, --workspace FOLDER" in text
    assert "--json" in text


def test_the_version_is_told(run):
    assert run("--version").stdout == f"modelyard {__version__}\n"


def test_the_package_can_be_run_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "modelyard", "--version"], check=True, capture_output=True, text=True
    )
    assert done.stdout == f"modelyard {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["serve", "--port", "70000"],
        ["serve", "--threads", "0"],
        ["datasets", "stats"],
        ["datasets", "outliers", "x", "--threshold", "101"],
        ["datasets", "rows", "x", "--limit", "-1"],
        ["datasets", "benchmark", "x", "--repeats", "0"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_code_2_and_says_so(run, arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Error: " in result.stderr
    assert result.stdout == ""
