"""YAML is read as OpenAPI wants it, with lines, and without exhausting the process."""

import pytest

from modelyard.errors import Invalid
from modelyard.functions.source import source_of
from modelyard.functions.yaml_text import read_yaml


def values(text):
    return read_yaml(text, "a.yml")[0]


def test_words_are_those_of_yaml_1_2():
    text = (
        "a: no\nb: 2024-02-01\nc: 1e3\nd: ~\ne: 0x1f\nf: '1'\ng: true\n200: x\nh: -.5\ni: [1, -2]"
    )
    assert values(text) == {
        "a": "no",
        "b": "2024-02-01",
        "c": 1000.0,
        "d": None,
        "e": 31,
        "f": "1",
        "g": True,
        "200": "x",
        "h": -0.5,
        "i": [1, -2],
    }


def test_every_key_has_its_line():
    source = source_of("a:\n  b:\n    - x\n    - y\n", "a.yml")
    assert source.line_of(("a",)) == 1
    assert source.line_of(("a", "b", 1)) == 4
    assert source.line_of(("a", "b", 7)) == 2, "the nearest place above"


def test_json_has_lines_too():
    source = source_of('{\n "a": {\n  "b": 1\n }\n}', "a.json")
    assert source.line_of(("a", "b")) == 3


def test_aliases_and_merges_are_followed():
    assert values("a: &one {x: 1}\nb: *one\nc:\n  <<: *one\n  y: 2") == {
        "a": {"x": 1},
        "b": {"x": 1},
        "c": {"x": 1, "y": 2},
    }


BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)
BAD = {
    "deep": ("[" * 100_000, "nested deeper"),
    "deep objects": ("{a: " * 500 + "}" * 500, "nested deeper"),
    "billion laughs": (BOMB, "more than 1,000,000 values"),
    "an alias in itself": ("a: &a [*a]", "names nothing"),
    "an unknown alias": ("a: *b", "names nothing"),
    "a key twice": ("a: 1\na: 2", "stands here twice"),
    "broken off": ("a: [", "is not YAML"),
    "a list as key": ("? [a]\n: 1", "a key must be text"),
    "control characters": ("a: \x01", "is not YAML"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_text_is_a_fault_with_its_file(name):
    text, why = BAD[name]
    with pytest.raises(Invalid, match=why) as caught:
        values(text)
    assert caught.value.where.startswith("a.yml")


def test_deep_json_is_a_fault():
    with pytest.raises(Invalid, match="nested too deeply"):
        source_of("[" * 100_000, "a.json")


def test_bad_json_is_a_fault():
    with pytest.raises(Invalid, match="is not JSON"):
        source_of("{", "a.json")
