"""Scenarios are kept, compared and worked out again."""

from datetime import UTC, datetime

import pytest

from modelyard.errors import Invalid
from modelyard.scenarios.comparison import compare
from modelyard.scenarios.passport import first_difference, passport_of, replay
from modelyard.scenarios.scenario import Note, change, kept_values, save

AT = datetime(2026, 11, 21, tzinfo=UTC)
NOTE = Note(AT, "ada@example.com", "for the board")


def test_a_scenario_keeps_values_outputs_and_who(house):
    kept, answer = save(house, "  Cheap   house ", {"price": 100_000}, NOTE)
    assert (kept.name, kept.author, kept.why) == ("Cheap house", "ada@example.com", "for the board")
    assert kept.values["price"] == "100000"
    assert kept.outputs == answer.as_json()["outputs"]
    assert kept.as_json()["saved_at"] == "2026-11-21T00:00:00+00:00"
    later = change(kept, house, {"deposit": 0}, Note(AT))
    assert (later.id, later.version, later.author) == (kept.id, 2, "ada@example.com")
    assert later.values["price"] == "100000"
    assert set(kept_values(kept, house)) == {"price", "deposit"}


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\0b"])
def test_a_scenario_needs_a_name(house, name):
    with pytest.raises(Invalid, match="a scenario needs a name"):
        save(house, name, {}, NOTE)


def test_any_number_of_scenarios_stand_side_by_side(example):
    rates = [(f"{rate} %", {"rate": f"{rate}%"}) for rate in (5, 7, 700)]
    found = compare(example["loan"], rates)
    assert found.differing == ("rate",)
    assert [str(gap) for gap in found.differences("payment")] == ["0.00", "385.45", "None"]
    assert "above the maximum" in found.columns[2].fault
    assert found.as_json()["differences"]["payment"] == ["0.00", "385.45", None]
    with pytest.raises(Invalid, match="there is no scenario"):
        compare(example["loan"], [])


def test_a_replay_is_identical_or_shows_the_first_difference(load):
    text = "@what_if\ndef f(x: float = 2.0) -> float:\n    return x * {}"
    one = load(text.format("3"))
    answer = one.run()
    passport, outputs = passport_of(answer), answer.as_json()["outputs"]
    assert str(replay(one, passport, outputs)) == "Identical."
    other = replay(load(text.format("4")), passport, outputs)
    assert not other.is_identical
    assert (other.place, other.before, other.now) == ("outputs.result", 6.0, 8.0)
    assert "Changed since: code." in str(other)


def test_a_passport_names_what_went_in(example):
    one = passport_of(example["loan"].run(), {"rates": "fingerprint"}, seed=3)
    same = passport_of(example["loan"].run(), {"rates": "fingerprint"}, seed=3)
    assert one == same
    assert one.id != passport_of(example["loan"].run(), {"rates": "other"}, seed=3).id
    assert {"modelyard", "python"} <= one.versions.keys()


@pytest.mark.parametrize(
    ("before", "now", "place"),
    [
        ({"a": 1}, {"a": 1}, None),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, "o.a[1].b"),
        ({"a": [1]}, {"a": [1, 2]}, "o.a[1]"),
        ({"a": 1}, {}, "o.a"),
        ({}, {"a": 1}, "o.a"),
        ({"a": 1}, {"a": True}, "o.a"),
        ({"a": "1"}, {"a": 1}, "o.a"),
    ],
)
def test_the_first_difference_has_its_place(before, now, place):
    found = first_difference(before, now, "o")
    assert (found and found[0]) == place
