"""What-if models from the terminal."""

import json

import pytest

MODEL = """
from decimal import Decimal
from typing import Annotated
from modelyard.whatif import Money, Percent, cents, what_if

@what_if(title="Interest")
def interest(
    principal: Annotated[Decimal, Money("USD", minimum=0)] = Decimal(1000),
    rate: Annotated[Decimal, Percent(maximum=1)] = Decimal("0.05"),
) -> Annotated[Decimal, Money("USD")]:
    '''A year's interest.'''
    return cents(principal * rate)
"""


@pytest.fixture
def yard(yard):
    (yard / "scenarios").mkdir()
    (yard / "scenarios" / "interest.py").write_text(MODEL)
    (yard / "scenarios" / "broken.py").write_text("x = 1 / 0")
    return yard


def answer(run, *arguments):
    return json.loads(run("scenarios", *arguments, "--json").stdout)


def test_the_list_has_models_and_faults(run, yard):
    text = run("scenarios", "list", "-w", yard).stdout
    assert "interest" in text
    assert "Fault: scenarios/broken.py, line 1: divides by zero." in text
    content = answer(run, "list", "-w", yard)
    assert [model["name"] for model in content["models"]] == ["interest"]
    assert content["faults"][0]["file"] == "scenarios/broken.py"


def test_a_workspace_without_models_says_how_to_start(run, tmp_path):
    assert "No models yet" in run("scenarios", "list", "-w", tmp_path).stdout


def test_show_tells_what_a_model_takes_and_gives(run, yard):
    text = run("scenarios", "show", "interest", "-w", yard).stdout
    assert "principal" in text
    assert "exact to 2 decimals" in text
    assert answer(run, "show", "interest", "-w", yard)["parameters"][1]["maximum"] == "1"


def test_run_gives_outputs_and_a_passport(run, yard):
    text = run("scenarios", "run", "interest", "rate=7%", "-w", yard).stdout
    assert "70.00 USD" in text
    content = answer(run, "run", "interest", "rate=7%", "-w", yard)
    assert content["outputs"] == {"result": "70.00"}
    assert content["passport"]["code"] == content["digest"]


def test_a_scenario_goes_to_excel_and_back(run, yard, tmp_path):
    pytest.importorskip("openpyxl")
    pytest.importorskip("xlsxwriter")
    file = tmp_path / "plan.xlsx"
    run("scenarios", "run", "interest", "rate=7%", "-w", yard, "--excel", file)
    content = answer(run, "run", "interest", "principal=10", "-w", yard, "--inputs", file)
    assert content["outputs"] == {"result": "0.70"}


def test_scenarios_are_compared(run, yard):
    asked = ("compare", "interest", "-s", "now:", "-s", "later: rate=8% principal=2000", "-w", yard)
    assert "160.00 USD" in run("scenarios", *asked).stdout
    assert answer(run, *asked)["differences"]["result"] == ["0.00", "110.00"]


def test_sensitivity_grid_and_simulation_are_shown(run, yard):
    assert "55.00 USD" in run("scenarios", "sensitivity", "interest", "-w", yard).stdout
    by = ("--by", "rate=1%..3% in 3", "--by", "principal=100,200")
    assert "6.00 USD" in run("scenarios", "grid", "interest", *by, "-w", yard).stdout
    draw = ("--draw", "rate=normal(5%,1%)", "--draws", "200", "--seed", "3")
    first = run("scenarios", "montecarlo", "interest", *draw, "-w", yard)
    assert "200 draws, seed 3, one by one" in first.stdout
    figures = [answer(run, "montecarlo", "interest", *draw, "-w", yard) for _ in range(2)]
    assert figures[0] == figures[1]
    assert figures[0]["outputs"]["result"]["count"] == 200


def test_goal_seek_tells_by_its_exit_code(run, yard):
    found = run("scenarios", "goal-seek", "interest", "result=70", "--by", "rate", "-w", yard)
    assert (found.exit_code, found.stdout) == (0, "7% gives 70.00 USD.\n")
    none = run("scenarios", "goal-seek", "interest", "result=-5", "--by", "principal", "-w", yard)
    assert none.exit_code == 1
    assert none.stdout.startswith("No solution: for principal from 0.00 USD")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "interst"], "scenarios/interst: there is no such model. Did you mean 'interest'?"),
        (["run", "broken"], "scenarios/broken.py, line 1: divides by zero."),
        (["run", "interest", "rate"], "rate: is not PARAMETER=VALUE."),
        (["run", "interest", "rate=1", "rate=2"], "rate: is given twice."),
        (["run", "interest", "rate=2"], "scenarios/interest/rate: 2 is above the maximum 1."),
        (["compare", "interest", "-s", "rate=2"], "rate=2: has no name. Write -s"),
        (["montecarlo", "interest", "--draw", "rate=5"], "'5' is no distribution"),
        (["sensitivity", "interest", "--output", "x"], "x: is no output. Known: result."),
    ],
)
def test_faults_are_one_sentence(run, said, yard, arguments, words):
    assert words in said(run("scenarios", *arguments, "-w", yard))


def test_check_names_broken_models(run, yard):
    result = run("check", yard)
    assert result.exit_code == 1
    assert "Fault: scenarios/broken.py, line 1: divides by zero." in result.stdout
    content = json.loads(run("check", yard, "--json").stdout)
    assert content["ok"] is False
    assert content["scenarios"]["names"] == ["interest"]
