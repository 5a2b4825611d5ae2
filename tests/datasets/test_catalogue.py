"""All datasets of a workspace, by name."""

import pytest

from modelyard.datasets.catalogue import fetched_name
from modelyard.errors import Invalid, NotFound


def test_listed_datasets_come_first_then_those_found(yard):
    yard.write("datasets/a.csv", "a\n1\n")
    yard.write("b.csv", "a\n1\n")
    yard.toml('[datasets.listed]\nsource = "b.csv"\n')
    catalogue = yard.open().datasets
    assert list(catalogue) == ["listed", "a"]
    assert (len(catalogue), catalogue["a"].name) == (2, "a")
    assert catalogue.get_default().name == "listed"


def test_an_unknown_name_is_answered_with_the_nearest(yard):
    yard.write("flights.csv", "a\n1\n")
    with pytest.raises(NotFound, match="Did you mean 'flights'"):
        yard.open().datasets.get_dataset("flight")
    with pytest.raises(NotFound, match="There are: flights"):
        yard.open().datasets.get_dataset("zzz")
    with pytest.raises(KeyError):
        yard.open().datasets["zzz"]


def test_a_section_at_fault_does_not_keep_the_others_from_being_served(yard):
    yard.write("good.csv", "a\n1\n")
    yard.toml(
        '[datasets.bad]\nsource = "../bad.csv"\n'
        '[datasets.strange]\nsource = "t.xlsx"\n'
        '[datasets.garbled]\nsource = "good.csv"\nencoding = "klingon"\n'
        '[datasets.good]\nsource = "good.csv"\n'
    )
    catalogue = yard.open().datasets
    assert list(catalogue) == ["good"]
    assert sorted(catalogue.faults) == ["bad", "garbled", "strange"]
    with pytest.raises(Invalid, match="outside the workspace"):
        catalogue.get_dataset("bad")
    assert catalogue["good"].rows().matching == 1


def test_the_default_is_the_one_that_is_stated(yard):
    yard.write("datasets/a.csv", "a\n1\n")
    yard.write("datasets/b.csv", "a\n1\n")
    yard.toml('[workspace]\ndefault_dataset = "b"\n')
    assert yard.open().datasets.get_default().name == "b"


def test_a_default_that_is_not_there_is_a_fault_and_the_first_is_taken(yard):
    yard.write("datasets/a.csv", "a\n1\n")
    yard.toml('[workspace]\ndefault_dataset = "zzz"\n')
    catalogue = yard.open().datasets
    assert "there is no dataset 'zzz'" in str(catalogue.faults["default_dataset"])
    assert catalogue.get_default().name == "a"


def test_an_empty_workspace_has_no_default(yard):
    with pytest.raises(NotFound, match="the workspace has no dataset"):
        yard.open().datasets.get_default()


def test_the_copy_of_another_address_is_not_taken_for_this_one(yard):
    yard.toml(
        '[datasets.one]\nsource = "s3://bucket/a.parquet"\n'
        '[datasets.two]\nsource = "s3://bucket/b.parquet"\n'
    )
    one, two = (yard.dataset(name).source for name in ("one", "two"))
    assert fetched_name(one) != fetched_name(two).replace("two", "one")
