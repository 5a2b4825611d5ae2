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


def test_names_that_are_left_out_of_an_answer_are_counted(yard):
    for number in range(26):
        yard.write(f"datasets/t{number:02}.csv", "a\n1\n")
    services = yard.open()
    with pytest.raises(NotFound, match=r"There are: t00, .*, t09 and 16 more"):
        services.datasets.get_dataset("zzz")
    with pytest.raises(KeyError, match=r"There are: t00, .*, t09 and 16 more"):
        services.datasets["zzz"]
    assert repr(services.datasets).endswith("t09 and 16 more>")
    assert repr(services) == f"<Services {yard.folder}: {services.datasets!r}>"


def test_where_all_sections_are_at_fault_that_is_said(yard):
    yard.toml('[datasets.bad]\nsource = "../bad.csv"\n')
    with pytest.raises(NotFound, match=r"None can be read: .* See modelyard check"):
        yard.open().datasets.get_dataset("zzz")


def test_an_unknown_column_is_answered_with_those_there_are(yard):
    yard.write("t.csv", "price,b\n1,2\n")
    statistics = yard.dataset("t").statistics()
    with pytest.raises(KeyError, match="There are: price, b"):
        statistics.column("zzz")
    with pytest.raises(KeyError, match="Did you mean 'price'"):
        statistics.column("prise")


@pytest.mark.parametrize(("other", "default"), [("b.csv", "b"), ("b.json", "a")])
def test_a_json_file_is_the_default_only_where_nothing_else_is(yard, other, default):
    yard.write("datasets/a.json", "[]")
    yard.write(f"datasets/{other}", "a\n1\n")
    assert yard.open().datasets.get_default().name == default


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
