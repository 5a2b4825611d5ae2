"""modelyard.toml is read strictly, and a fault is named by line and path."""

import pytest

from modelyard.errors import Invalid
from modelyard.workspace import config

FAULTS = {
    "[workspace\n": "modelyard.toml: is not TOML",
    "[workspce]\n": "line 1, workspce: unknown key. Did you mean 'workspace'?",
    '[workspace]\nnmae = "x"\n': "line 2, workspace.nmae: unknown key. Did you mean 'name'?",
    "[workspace]\nname = 3\n": "line 2, workspace.name: Expected `str`, got `int`.",
    "workspace = 3\n": "workspace: must be a section with keys.",
    "datasets = 3\n": "datasets: must be made of [datasets.NAME] sections.",
    "[datasets.x]\n": "line 1, datasets.x: ",
    '\n[datasets."a/b"]\nsource = "x"\n': "a dataset's name is made of letters",
    '[datasets.x]\nsource = "x.csv"\nformat = "excel"\n': "line 3, datasets.x.format: ",
    '[datasets.x]\nsource = "x.csv"\nseparator = "ab"\n': "line 3, datasets.x.separator: must be",
    '[datasets.x]\nsource = "x"\n[datasets.x.storage]\nsecret_key = "y"\n': (
        "a secret does not belong in modelyard.toml."
    ),
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_has_its_place(text):
    with pytest.raises(Invalid) as caught:
        config.parse(text)
    assert str(caught.value).startswith("modelyard.toml")
    assert FAULTS[text] in str(caught.value)


def test_an_empty_file_is_a_workspace():
    assert config.parse("") == config.WorkspaceConfig()


def test_all_that_may_be_said_of_a_dataset_is_read():
    settings = config.parse(
        '[datasets.x]\nsource = "x.csv"\ntitle = "X"\nnull_values = ["-"]\nencoding = "cp1252"\n'
    )
    assert settings.datasets["x"].null_values == ("-",)
    assert settings.datasets["x"].title == "X"
