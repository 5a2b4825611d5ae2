"""What a version is to say, as a file or a program says it: no word of it is overlooked."""

from typing import Any

import msgspec
import pytest

from modelyard.errors import Invalid
from modelyard.scenarios.given_content import read_content
from modelyard.scenarios.setting import Content

GOOD: dict[str, Any] = {
    "based_on": "loan",
    "settings": [{"name": "rate", "state": "locked", "values": [{"value": "6%"}]}],
    "outputs": [{"name": "net", "formula": "a - b"}],
}


def with_setting(**more: Any) -> dict[str, Any]:
    return GOOD | {"settings": [GOOD["settings"][0] | more]}


def test_what_was_read_is_read_again_from_what_is_shown() -> None:
    content = read_content(GOOD)
    assert content.settings[0].state == "locked"
    assert read_content(msgspec.to_builtins(content)) == content
    assert read_content({}) == Content()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (with_setting(access="locked"),
         "content.settings[0].access: is not known. Did you mean 'state'?"),
        (with_setting(maximun=1),
         "content.settings[0].maximun: is not known. Did you mean 'maximum'?"),
        (with_setting(value="6%"),
         "content.settings[0].value: is not known. Did you mean 'values'?"),
        (with_setting(values=[{"value": 1, "sinse": "2027-01-01"}]),
         "content.settings[0].values[0].sinse: is not known. Did you mean 'since'?"),
        (GOOD | {"outputs": [{"name": "net", "formula": "a", "zz": 1}]},
         "content.outputs[0].zz: is not known. Known: name, formula, kind"),
        (GOOD | {"x" * 500: 1}, f"content.{'x' * 60}: is not known. Known: based_on"),
        (with_setting(state="shut"), "content.settings[0].state: Invalid enum value 'shut'."),
        ([1], "content: Expected `object`, got `array`."),
        ("", "content: Expected `object`, got `str`."),
    ],
)  # fmt: skip
def test_what_means_nothing_is_refused(raw: Any, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_content(raw)
    assert str(refused.value).startswith(said)


def test_a_fault_of_a_file_names_the_file() -> None:
    with pytest.raises(Invalid) as refused:
        read_content(with_setting(access="locked"), "terms.toml")
    assert refused.value.where == "terms.toml, settings[0].access"
    with pytest.raises(Invalid) as refused:
        read_content([], "terms.toml")
    assert refused.value.where == "terms.toml"
