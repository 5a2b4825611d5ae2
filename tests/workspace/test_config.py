"""modelyard.toml: read strictly, with the line of a fault."""

import pytest

from modelyard.errors import Invalid
from modelyard.workspace.parse import parse

WHOLE = """
[workspace]
name = "Flights"
default_dataset = "flights"
outside_folders = ["../more"]

[datasets.flights]
source = "flights.csv"
title = "All flights"
separator = ";"
encoding = "cp1252"
null_values = ["-", "?"]
format = "csv"

[datasets."far.away"]
source = "s3://bucket/t.parquet"
[datasets."far.away".storage]
aws_region = "eu-central-1"
"""


def said(text):
    """Give what is said of a text that is refused."""
    with pytest.raises(Invalid) as raised:
        parse(text)
    return str(raised.value)


def test_all_that_may_stand_in_it_is_read():
    config = parse(WHOLE)
    flights = config.datasets["flights"]
    assert (config.workspace.name, config.workspace.default_dataset) == ("Flights", "flights")
    assert (flights.separator, flights.encoding, flights.format) == (";", "cp1252", "csv")
    assert flights.null_values == ("-", "?")
    assert config.datasets["far.away"].storage == {"aws_region": "eu-central-1"}


def test_an_empty_text_is_a_workspace():
    assert parse("").datasets == {}
    assert parse("").workspace.name == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[workspace]\nname = 'x'\ndefault_datset = 'y'\n",
            "modelyard.toml, line 3, workspace.default_datset: unknown key. "
            "Did you mean 'default_dataset'?",
        ),
        (
            "[dataset.flights]\nsource = 'x'\n",
            "modelyard.toml, line 1, dataset: unknown key. Did you mean 'datasets'?",
        ),
        (
            "[datasets.a]\nsource = 'a.csv'\n\n[datasets.b]\nsource = 'b.csv'\nsorce = 'x'\n",
            "modelyard.toml, line 6, datasets.b.sorce: unknown key. Did you mean 'source'?",
        ),
        (
            '[datasets."b.c"]\nsource = "b.csv"\nsorce = "x"\n',
            "modelyard.toml, line 3, datasets.b.c.sorce: unknown key. Did you mean 'source'?",
        ),
        (
            "[datasets]\nflights = {source = 'a.csv', sorce = 'x'}\n",
            "modelyard.toml, line 2, datasets.flights.sorce: unknown key. Did you mean 'source'?",
        ),
        (
            "[workspace]\nzzz = 1\n",
            "modelyard.toml, line 2, workspace.zzz: unknown key. Known: name, description,",
        ),
        ("[datasets.a]\ntitle = 'x'\n", "modelyard.toml, line 1, datasets.a: Object missing"),
        (
            "[datasets.a]\nsource = 1\n",
            "modelyard.toml, line 2, datasets.a.source: Expected `str`, got `int`.",
        ),
        (
            "[datasets.a]\nsource = 'x'\nformat = 'xlsx'\n",
            "modelyard.toml, line 3, datasets.a.format: Invalid enum value 'xlsx'.",
        ),
        (
            "[datasets.a]\nsource = 'x'\nnull_values = [1]\n",
            "modelyard.toml, line 3, datasets.a.null_values: Expected `str`, got `int`.",
        ),
        ("datasets = 1\n", "modelyard.toml, line 1, datasets: must be made of [datasets.NAME]"),
        ("[datasets]\na = 1\n", "modelyard.toml, line 2, datasets.a: must be a section with keys."),
        ("workspace = []\n", "modelyard.toml, line 1, workspace: must be a section with keys."),
        (
            "[datasets.'a b']\nsource = 'x'\n",
            "modelyard.toml, line 1, datasets.a b: a dataset's name is made of",
        ),
        ("[datasets.'../x']\nsource = 'x'\n", "modelyard.toml, line 1, datasets.../x: a dataset's"),
        ("[workspace\n", "modelyard.toml: is not TOML: "),
        ("a = " + "[" * 5_000, "modelyard.toml: is not TOML: "),
    ],
)
def test_a_fault_is_named_by_its_line(text, expected):
    assert said(text).startswith(expected)


@pytest.mark.parametrize("separator", ["", ";;", '"', "a", "1", "\\n", "；"])
def test_a_separator_is_one_plain_character(separator):
    text = f"[datasets.a]\nsource = 'x'\nseparator = \"{separator}\"\n".replace('"""', "'\"'")
    assert said(text).startswith("modelyard.toml, line 3, datasets.a.separator: must be one ASCII")


@pytest.mark.parametrize("separator", [",", ";", "\\t", "|", " ", ":", "^", "~"])
def test_the_usual_separators_are_taken(separator):
    text = f"[datasets.a]\nsource = 'x'\nseparator = \"{separator}\"\n"
    assert len(parse(text).datasets["a"].separator) == 1


@pytest.mark.parametrize(
    "option", ["aws_secret_access_key", "AWS_ACCESS_KEY_ID", "token", "password"]
)
def test_a_secret_does_not_belong_in_it(option):
    text = f"[datasets.a]\nsource = 's3://b/t.csv'\n[datasets.a.storage]\n{option} = 'hush'\n"
    assert said(text).startswith(f"modelyard.toml, line 4, datasets.a.storage.{option}: a secret")
    assert "hush" not in said(text)


def test_the_section_of_functions_has_its_defaults():
    section = parse("").functions
    assert (section.documents, section.development, section.timeout_s) == ((), None, 30.0)
    assert parse("[functions]\ndevelopment = true\n").functions.development is True


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "timeout_s = 0",
            "modelyard.toml, line 2, functions.timeout_s: must be a number from 0.001",
        ),
        ("at_once = 0", "modelyard.toml, line 2, functions.at_once: must be a number from 1 to"),
        (
            "memory_mib = 1",
            "modelyard.toml, line 2, functions.memory_mib: must be a number from 16",
        ),
        ("timeout = 3", "modelyard.toml, line 2, functions.timeout: unknown key. Did you mean"),
        ("documents = 'a'", "modelyard.toml, line 2, functions.documents: Expected"),
    ],
)
def test_a_fault_in_the_section_of_functions_is_named(line, expected):
    assert said(f"[functions]\n{line}\n").startswith(expected)
