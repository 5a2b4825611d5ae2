"""`modelyard functions` and what `modelyard check` says of them."""

import json

import pytest

DOCUMENT = """
openapi: 3.1.0
info: {title: Test, version: "1"}
paths:
  /sum/{a}/{b}:
    get:
      operationId: src.sum.sum
      summary: Add.
      parameters:
        - {name: a, in: path, required: true, schema: {type: integer}}
        - {name: b, in: path, required: true, schema: {type: integer}}
      responses:
        "200": {description: x, content: {application/json: {schema: {type: integer}, example: 5}}}
  /things:
    post:
      operationId: src.things.add
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              properties: {name: {type: string}, count: {type: integer}}
      responses:
        "201": {description: x, content: {application/json: {}}}
        "422": {description: x, content: {application/json: {}}}
"""


@pytest.fixture
def place(tmp_path):
    (tmp_path / "openapi.yml").write_text(DOCUMENT)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "sum.py").write_text("def sum(a, b):\n    return a + b\n")
    (tmp_path / "src" / "things.py").write_text(
        "def add(body):\n    return (body, 201) if body.get('count') else ('none', 422)\n"
    )
    return tmp_path


def test_operations_are_listed(run, place):
    result = run("functions", "list", "-w", place)
    assert result.exit_code == 0
    assert "src.sum.sum" in result.stdout
    assert "/sum/{a}/{b}" in result.stdout
    listed = json.loads(run("functions", "list", "-w", place, "--json").stdout)
    assert listed["faults"] == []
    assert listed["functions"][0] == {
        "name": "src.sum.sum",
        "method": "GET",
        "path": "/sum/{a}/{b}",
        "summary": "Add.",
        "run": False,
        "where": "openapi.yml, line 6",
    }


def test_a_folder_without_operations_says_how_to_start(run, tmp_path):
    assert "Put an openapi.yml" in run("functions", "list", "-w", tmp_path).stdout


@pytest.mark.parametrize(
    ("arguments", "printed", "code"),
    [
        (("src.sum.sum", "a=1", "b=4"), "5\n", 0),
        (("sum", "a=1", "b=4"), "5\n", 0),
        (("add", "name=7", "count=2"), '{"name":"7","count":2}\n', 0),
        (("add", 'body={"count": 1}'), '{"count":1}\n', 0),
        (("add", "name=x"), '"none"\n', 1),
    ],
)
def test_an_operation_is_called(run, place, arguments, printed, code):
    result = run("functions", "call", *arguments, "-w", place)
    assert (result.stdout, result.exit_code) == (printed, code)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sum", "a=1", "b=x"), 'path parameter b: "x" is not of type "integer".'),
        (("sum", "a=1"), "path parameter b: is missing."),
        (("sum", "a=1", "c=2"), "c: is no parameter of src.sum.sum."),
        (("sum", "a"), "a: is not KEY=VALUE."),
        (("src.sum.sun",), "Did you mean 'src.sum.sum'?"),
    ],
)
def test_a_call_that_cannot_be_made_says_why(run, said, place, arguments, words):
    assert words in said(run("functions", "call", *arguments, "-w", place))


def test_what_a_function_raises_is_shown_where_it_is_called_by_hand(run, place):
    (place / "src" / "sum.py").write_text("def sum(a, b):\n    raise RuntimeError('why')\n")
    result = run("functions", "call", "sum", "a=1", "b=2", "-w", place)
    assert result.exit_code == 1
    assert "src.sum.sum: it failed; the server's log has the details" in result.stderr


def test_answers_can_be_mocked_before_there_is_code(run, place):
    (place / "src" / "sum.py").unlink()
    assert run("functions", "mock", "sum", "-w", place).stdout == "5\n"


def test_missing_functions_are_written(run, place):
    (place / "src" / "sum.py").unlink()
    shown = run("functions", "new", "--dry-run", "-w", place).stdout
    assert "def sum(a: int, b: int):" in shown
    assert not (place / "src" / "sum.py").exists()
    assert run("functions", "new", "-w", place).stdout == "Wrote sum into src/sum.py\n"
    assert run("functions", "new", "-w", place).stdout == "No function is missing.\n"
    assert run("check", place).exit_code == 0


def test_documents_are_compared(run, place, tmp_path):
    new = tmp_path / "new.yml"
    new.write_text(DOCUMENT)
    same = run("functions", "diff", place / "openapi.yml", new)
    assert (same.exit_code, same.stdout) == (0, "Nothing has changed.\n")
    new.write_text(DOCUMENT.replace("/sum/{a}/{b}", "/add/{a}/{b}"))
    result = run("functions", "diff", place / "openapi.yml", new)
    assert result.exit_code == 1
    assert result.stdout.startswith("Breaks  openapi.yml, line 6, GET /sum/{a}/{b}: the operation")
    listed = json.loads(run("functions", "diff", place / "openapi.yml", new, "--json").stdout)
    assert [one["breaking"] for one in listed["changes"]] == [True, False]


def test_check_names_the_operation_the_file_and_the_line(run, place):
    (place / "src" / "sum.py").write_text("import nowhere\n")
    result = run("check", place)
    assert result.exit_code == 1
    words = " ".join(result.stdout.split())
    assert "Fault: openapi.yml, line 6, GET /sum/{a}/{b}: src/sum.py, line 1: Module" in words
    assert words.endswith("1 fault.")
    document = json.loads(run("check", place, "--json").stdout)
    assert document["ok"] is False
    assert document["functions"]["names"] == ["src.things.add"]
    assert len(document["functions"]["faults"]) == 1
    assert "openapi.yml" not in {item["file"] for item in document["not_read"]}


def test_check_looks_deeper_than_the_start(run, place):
    bad = DOCUMENT.replace("{type: integer}, example: 5", "{type: integer, default: x}")
    (place / "openapi.yml").write_text(bad)
    words = " ".join(run("check", place).stdout.split())
    assert "Fault: openapi.yml, line" in words
    assert "'x' is not of type" in words
