"""`modelyard scenarios`: versions, saved scenarios and replay from the terminal."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from modelyard.cli.main import modelyard

SHOP = """
title = "Shop"

[[settings]]
name = "price"
minimum = 1
maximum = 100
values = [{ value = 20 }, { value = 25, since = 2027-01-01 }]

[[settings]]
name = "share"
state = "locked"
values = [{ value = 0.5 }]

[[outputs]]
name = "revenue"
formula = "price * share * 100"
"""


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("yard")
    (made / "modelyard.toml").write_text("")
    (made / "scenarios").mkdir()
    (made / "shop.toml").write_text(SHOP)
    assert ask(made, "manage", "shop", str(made / "shop.toml"), "--why", "first").exit_code == 0
    return made


def ask(yard: Path, *words: str) -> Result:
    return CliRunner().invoke(modelyard, ["scenarios", *words, "-w", str(yard)])


def asked(yard: Path, *words: str) -> dict[str, object]:
    answer = ask(yard, *words, "--json")
    assert answer.exit_code == 0, answer.output
    return dict(json.loads(answer.stdout))


def test_a_model_without_code_is_run_as_on_a_day(yard):
    assert asked(yard, "run", "shop", "--as-of", "2026-05-01")["outputs"] == {"revenue": 1000}
    assert asked(yard, "run", "shop", "--as-of", "2027-05-01")["outputs"] == {"revenue": 1250}
    assert "is locked" in ask(yard, "run", "shop", "share=1").output


def test_what_is_saved_is_listed_and_replayed(yard):
    kept = asked(yard, "run", "shop", "price=30", "--save", "Dear")
    assert [one["name"] for one in asked(yard, "saved", "shop")["saved"]] == ["Dear"]
    for kept_id in (kept["saved"], kept["figure"]):
        assert asked(yard, "replay", kept_id)["identical"]
    assert ask(yard, "replay", kept["figure"]).output == "Identical.\n"


def test_versions_are_listed_and_compared(yard):
    changed = yard / "dearer.toml"
    changed.write_text(SHOP.replace("maximum = 100", "maximum = 90"))
    made = asked(yard, "manage", "shop", str(changed), "--why", "less")
    assert (made["number"], made["state"]) == (2, "approved")
    told = asked(yard, "versions", "shop", "--compare", "1", "2")
    assert [one["path"] for one in told["changes"]] == ["settings.price.maximum"]
    assert [one["why"] for one in told["versions"]] == ["less", "first"]
    assert "less" in ask(yard, "versions", "shop").output


def test_a_file_of_settings_that_means_nothing_is_named(yard):
    wrong = yard / "wrong.toml"
    wrong.write_text("[[settings]]\nname = 5\n")
    assert "wrong.toml" in ask(yard, "manage", "other", str(wrong)).output


def test_a_plan_is_held_against_a_dataset(yard):
    (yard / "scenarios" / "growth.py").write_text(
        """
from dataclasses import dataclass
from typing import Annotated
from modelyard.whatif import *

@dataclass
class Year:
    year: int
    sales: float

@dataclass
class Plan:
    years: Annotated[list[Year], Table()]

@what_if
def growth(rate: Annotated[float, Percent()] = 0.1) -> Plan:
    return Plan([Year(2026, 100.0), Year(2027, 100.0 * (1 + rate))])
"""
    )
    (yard / "datasets").mkdir(exist_ok=True)
    (yard / "datasets" / "books.csv").write_text("day,amount\n2026-02-01,60\n2026-08-01,60\n")
    words = ("--dataset", "books", "--key", "year", "--plan", "sales", "--actual", "amount")
    told = asked(yard, "actuals", "growth", "years", *words, "--actual-key", "day")
    assert [(row["key"], row["difference"], row["share"]) for row in told["rows"]] == [
        (2026, 20, 0.2),
        (2027, None, None),
    ]
    assert "+20.0%" in ask(yard, "actuals", "growth", "years", *words, "--actual-key", "day").output
