"""A function with annotations is a model; what is wrong with one is named by file and line."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from modelyard.errors import Conflict, Invalid, NotFound
from modelyard.scenarios.catalogue import open_scenarios
from modelyard.scenarios.definition import definition_of
from modelyard.scenarios.output import Chart

PLAIN = """
@what_if(title="All kinds")
def kinds(
    whole: int,
    share: Annotated[float, Percent(minimum=0, maximum=1, group="Shares", help="Of all.")] = 0.5,
    exact: Decimal = Decimal("1.50"),
    day: Annotated[date, Day(minimum="2026-01-01")] = date(2026, 6, 1),
    way: Literal["fast", "slow"] = "fast",
    size: Annotated[str, Choice("small", "large", title="Size of it")] = "small",
    words: str = "",
) -> float:
    '''Take every kind of value.

    More words.
    '''
    return whole * share
"""


def test_plain_annotations_are_enough(load):
    model = load(PLAIN)
    kinds = [parameter.kind for parameter in model.parameters]
    assert kinds == ["integer", "percent", "number", "date", "choice", "choice", "text"]
    assert model.get_parameter("exact").is_exact
    assert model.get_parameter("way").choices == ("fast", "slow")
    assert model.get_parameter("size").title == "Size of it"
    assert model.get_parameter("whole").default is None
    assert model.run(whole="4")["result"] == 2.0


def test_the_definition_has_what_a_form_needs(load):
    definition = definition_of(load(PLAIN))
    share = next(item for item in definition["parameters"] if item["name"] == "share")
    assert share == {
        "name": "share", "kind": "percent", "title": "Share", "minimum": "0", "maximum": "1",
        "default": 0.5, "help": "Of all.", "group": "Shares", "access": "open",
    }  # fmt: skip
    assert definition["title"] == "All kinds"
    assert definition["description"] == "Take every kind of value.\n\nMore words."
    assert definition["outputs"][0]["accuracy"] == "binary floats, about 15 significant digits"


@pytest.mark.parametrize(
    "result",
    [
        "@dataclass\nclass Gives:\n    a: int\n    b: float | None\n",
        "class Gives(NamedTuple):\n    a: int\n    b: float | None\n",
        "class Gives(TypedDict):\n    a: int\n    b: float | None\n",
    ],
    ids=["dataclass", "NamedTuple", "TypedDict"],
)
def test_outputs_are_the_fields_of_a_structure(load, result):
    model = load(f"{result}\n@what_if\ndef f(x: int = 2) -> Gives:\n    return Gives(a=x, b=None)")
    assert model.run().outputs == {"a": 2, "b": None}


def test_annotations_may_be_texts(tmp_path, load):
    model = load("""
@what_if
def later(x: "Annotated[float, Number(maximum='y')]" = 1.0, y: "float" = 2.0) -> "float":
    return x + y
""")
    assert model.run()["result"] == 3.0


def test_tables_are_lists_of_dataclasses(load):
    model = load("""
@dataclass
class Year:
    year: Annotated[int, Integer(minimum=2000)]
    growth: Annotated[Decimal, Percent(minimum=-1)]

@dataclass
class Grown:
    years: Annotated[list[Year], Table(chart=chart("line", "year", "growth"))]

@what_if
def grow(plan: Annotated[list[Year], Table(most_rows=3)] = [Year(2026, Decimal("0.05"))]) -> Grown:
    return Grown([Year(line.year + 1, line.growth * 2) for line in plan])
""")
    assert model.run(plan="2030:3%,2031:1.5%")["years"][1]["year"] == 2032
    rows = [{"year": 2030, "growth": "3%"}]
    assert str(model.run(plan=rows)["years"][0]["growth"]) == "0.06"
    assert model.outputs[0].chart == Chart("line", "year", ("growth",))
    with pytest.raises(Invalid, match="plan, row 2, year: 1999 is below the minimum 2000"):
        model.run(plan="2030:3%,1999:1%")
    with pytest.raises(Invalid, match="has 4 rows, and 1 to 3 are wanted"):
        model.run(plan="1:1,2:1,3:1,4:1")
    with pytest.raises(Invalid, match="row 1: has no column 'rate'"):
        model.run(plan=[{"year": 2030, "rate": 1}])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def f(x) -> float:\n    return x", "line 11, x: has no annotation"),
        ("def f(x: complex) -> float:\n    return x", "line 11, x: the type complex is no kind"),
        ("def f(*x: float) -> float:\n    return x", "line 11, x|f, x: a model takes plain named"),
        ("def f(x: float):\n    return x", "line 11: the result has no annotation"),
        ("def f(x: Missing) -> float:\n    return x", "line 11: NameError: name 'Missing'"),
        ("def f(x: Annotated[str, Money()]) -> float:\n    return x", "x: a money is of type"),
        ("def f(x: list[int]) -> float:\n    return x", "x: a table is a list of a dataclass"),
        ("def f(x: Annotated[float, Number(minimum=3, maximum=2)]) -> float:\n    return x",
         "x: the minimum 3 is above the maximum 2"),
        ("def f(x: Annotated[float, Number(minimum=3)] = 2.0) -> float:\n    return x",
         "line 11, x, default: 2.0 is below the minimum 3"),
        ("def f(x: 'Missing') -> float:\n    return x", "cannot be read: name 'Missing'"),
        ("def f(x: Annotated[float, Number(maximum='zz')] = 2.0) -> float:\n    return x",
         "x: 'zz' is no parameter"),
        ("def f(x: Annotated[float, Number(maximum='exec(1)')] = 2.0) -> float:\n    return x",
         "is not a formula"),
        ("def f(x: Annotated[float, Number(locked=True)]) -> float:\n    return x", "is locked"),
        ("def f(x: Annotated[str, Choice('a', 'a')] = 'a') -> float:\n    return x", "twice"),
        ("def f(x: Literal[1, 2] = 1) -> float:\n    return x", "a choice must be a text"),
        ("def f(x: float | None = None) -> float:\n    return x", "a parameter always has a value"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_file_line_and_parameter(load, text, words):
    with pytest.raises(Invalid, match=words) as fault:
        load(f"\n@what_if\n{text}\n")
    assert "scenarios/model.py" in fault.value.where


@pytest.mark.parametrize(
    ("first", "second"),
    [("maximum='bb'", "maximum='aa'"), ("maximum='bb'", "derived='aa * 2'")],
)
def test_circular_bounds_are_refused(load, first, second):
    text = f"""
@what_if
def f(
    aa: Annotated[float, Number({first})] = 1.0,
    bb: Annotated[float, Number({second})] = {"None" if "derived" in second else 2.0},
) -> float:
    return aa
"""
    with pytest.raises(Invalid, match="go round in a circle: aa → bb → aa"):
        load(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1 +", "scenarios/broken.py, line 1: is not Python"),
        ("x = 1\ny = 1 / 0", "scenarios/broken.py, line 2: divides by zero."),
        ("import nowhere_to_be_found", "line 1: ModuleNotFoundError"),
        ("raise SystemExit", "ends the process, which a model may not"),
        ("x = 1", "declares no model. Put @what_if above a function."),
    ],
)
def test_a_broken_file_does_not_keep_the_others(tmp_path, text, words):
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "broken.py").write_text(text)
    (tmp_path / "scenarios" / "good.py").write_text(
        "from modelyard.whatif import what_if\n@what_if\ndef good(x: int = 1) -> int:\n  return x\n"
    )
    found = open_scenarios(tmp_path)
    assert list(found) == ["good"]
    assert words in str(found.faults["scenarios/broken.py"])
    with pytest.raises(Invalid):
        found["broken"]
    with pytest.raises(NotFound, match="Did you mean 'good'"):
        found["goode"]


def test_two_models_of_one_name_are_a_conflict(tmp_path):
    (tmp_path / "scenarios").mkdir()
    for file in ("a.py", "b.py"):
        (tmp_path / "scenarios" / file).write_text(
            "from modelyard.whatif import what_if\n@what_if\ndef same() -> int:\n  return 1\n"
        )
    found = open_scenarios(tmp_path)
    assert isinstance(found.faults["scenarios/b.py"], Conflict)
    assert found["same"].source.file == "scenarios/a.py"


def test_a_changed_file_is_another_model_under_the_same_name(load):
    one = load("@what_if\ndef f() -> int:\n    return 1")
    modules = [name for name in sys.modules if name.startswith("modelyard_scenario_model")]
    other = load("@what_if\ndef f() -> int:\n    return 2")
    again = [name for name in sys.modules if name.startswith("modelyard_scenario_model")]
    assert modules == again  # a service that reloads for weeks keeps no old ones
    assert (one.run()["result"], other.run()["result"]) == (1, 2)


def test_the_model_of_the_guide_is_one(tmp_path):
    guide = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text()
    (code,) = re.findall(r"```python\n([^`]*@what_if\(.*?)```", guide, re.DOTALL)
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "deposit.py").write_text(code)
    model = open_scenarios(tmp_path)["deposit"]
    assert str(model.run(amount=1000)["result"]) == "1212.90"
    assert [item.access for item in model.parameters].count("open") == 3


def test_hidden_files_and_links_out_are_left_alone(tmp_path):
    outside = tmp_path / "outside.py"
    outside.write_text("raise RuntimeError")
    folder = tmp_path / "yard"
    (folder / "scenarios").mkdir(parents=True)
    (folder / "scenarios" / "link.py").symlink_to(outside)
    (folder / "scenarios" / "_private.py").write_text("raise RuntimeError")
    found = open_scenarios(folder)
    assert not found.models
    assert not found.faults


def test_a_workspace_without_models_has_none(tmp_path):
    assert len(open_scenarios(tmp_path)) == 0


def test_what_authors_import_is_light():
    code = "import modelyard.whatif, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not set(done.stdout.split()) & {"numpy", "polars", "msgspec", "openpyxl", "ironcalc"}
