"""Who may see what, and what starts by the clock, as modelyard.toml says it."""

from pathlib import Path

import pytest

from modelyard.errors import Invalid
from modelyard.workspace import open_workspace
from modelyard.workspace.parse import parse

SHARED = """
[workspace]
visibility = "public"

[datasets.salaries]
source = "salaries.csv"
visibility = "shared"
owner = "ana@example.org"
shared_with = ["ben@example.org"]

[datasets.flights]
source = "flights.csv"

[schedules.morning]
cron = "0 6 * * 1-5"
timezone = "Europe/Berlin"
run = "outliers"
request = { dataset = "flights", detector = "ecod" }
"""


def test_a_section_says_who_may_see_its_dataset_and_where_that_stands(tmp_path: Path) -> None:
    (tmp_path / "modelyard.toml").write_text(SHARED)
    workspace = open_workspace(tmp_path)
    found = workspace.find_sharing("dataset", "salaries")
    assert found is not None
    sharing, place = found
    assert (sharing.visibility, sharing.owner) == ("shared", "ana@example.org")
    assert sharing.shared_with == ("ben@example.org",)
    assert place == "modelyard.toml, line 5"


def test_a_section_that_is_silent_leaves_it_to_others(tmp_path: Path) -> None:
    (tmp_path / "modelyard.toml").write_text(SHARED)
    workspace = open_workspace(tmp_path)
    assert workspace.find_sharing("dataset", "flights") is None
    assert workspace.find_sharing("model", "salaries") is None
    assert workspace.config.workspace.visibility == "public"


def test_a_schedule_is_read_whole() -> None:
    schedule = parse(SHARED).schedules["morning"]
    assert (schedule.cron, schedule.timezone, schedule.run) == (
        "0 6 * * 1-5",
        "Europe/Berlin",
        "outliers",
    )
    assert schedule.request == {"dataset": "flights", "detector": "ecod"}


DATASET = "[datasets.a]\nsource = 'a.csv'\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            DATASET + "visibility = 'secret'\n",
            "modelyard.toml, line 3, datasets.a.visibility: Invalid enum value 'secret'",
        ),
        (
            DATASET + "visibility = 'private'\n",
            "modelyard.toml, line 3, datasets.a.visibility: what is private needs an owner",
        ),
        (
            DATASET + "visibility = 'shared'\nshared_with = ['everybody']\n",
            "modelyard.toml, line 4, datasets.a.shared_with: 'everybody' is not an e-mail address",
        ),
        (
            DATASET + "shared_with = ['ben@example.org']\n",
            'modelyard.toml, line 3, datasets.a.shared_with: has a meaning with visibility = "sha',
        ),
        (
            "[schedules.a]\nrun = 'outliers'\ncron = 'daily'\n",
            "modelyard.toml, line 3, schedules.a.cron: 'daily' has not five parts. Minute, hour",
        ),
        (
            "[schedules.a]\ncron = '* * * * *'\n",
            "modelyard.toml, line 1, schedules.a: Object missing required field `run`",
        ),
        ("[schedules]\na = 1\n", "modelyard.toml, line 2, schedules.a: must be a section"),
    ],
)
def test_a_fault_is_named_by_its_line(text: str, expected: str) -> None:
    with pytest.raises(Invalid) as raised:
        parse(text)
    assert str(raised.value).startswith(expected)
