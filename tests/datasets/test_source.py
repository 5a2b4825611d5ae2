"""Sources: what a section of modelyard.toml may name."""

import pytest

from modelyard.datasets.source import printable, separator_of
from modelyard.datasets.stores import hugging_face_path
from modelyard.errors import Invalid


def section(yard, source, more=""):
    yard.toml(f"[datasets.t]\nsource = {source!r}\n{more}")
    return yard.dataset("t").source


@pytest.mark.parametrize(
    "source", ["../t.csv", "a/../../t.csv", "/etc/passwd.csv", "~/../../t.csv"]
)
def test_paths_that_climb_out_are_refused(yard, source):
    yard.write("good.csv", "a\n1\n")
    if source.startswith("~"):
        assert yard.folder  # a tilde is only a name
    yard.toml(f"[datasets.t]\nsource = {source!r}\n[datasets.good]\nsource = 'good.csv'\n")
    with pytest.raises(Invalid) as raised:
        yard.open().datasets.get_dataset("t")
    assert str(raised.value).startswith("modelyard.toml, datasets.t.source: '")
    assert "lies outside the workspace" in str(raised.value)
    assert yard.rows("good") == [{"a": 1}]


def test_a_link_that_leads_out_is_refused(yard, tmp_path):
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (yard.folder / "t.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(Invalid, match="lies outside the workspace"):
        section(yard, "t.csv")


def test_a_zero_byte_is_refused(yard):
    yard.toml('[datasets.t]\nsource = "a\\u0000.csv"\n')
    with pytest.raises(Invalid, match="zero byte"):
        yard.dataset("t")


def test_a_folder_that_the_workspace_names_is_allowed(yard, tmp_path):
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "t.csv").write_text("a\n1\n")
    yard.toml(
        '[workspace]\noutside_folders = ["../more"]\n[datasets.t]\nsource = "../more/t.csv"\n'
    )
    assert yard.rows("t") == [{"a": 1}]


def test_a_path_from_the_root_is_named_by_its_file_only(yard, tmp_path):
    yard.toml(
        f'[workspace]\noutside_folders = ["{tmp_path}"]\n'
        f'[datasets.t]\nsource = "{tmp_path}/gone.csv"\n'
    )
    assert yard.fault("t") == "t: the file gone.csv is not there (any more)."
    assert yard.dataset("t").where == "t (gone.csv)"


@pytest.mark.parametrize(
    "address",
    [
        "ftp://host/t.csv",
        "http://example.org/t.csv",
        "file:///etc/passwd",
        "s3://bucket",
        "https://user:secret@host/t.csv",
        "https://host/t.csv?signature=secret",
        "s3://bucket/a b.parquet",
    ],
)
def test_other_addresses_are_refused_without_their_secrets(yard, address):
    with pytest.raises(Invalid) as raised:
        section(yard, address)
    assert "is not an s3://, gs://, hf:// or https:// address" in str(raised.value)
    assert "signature" not in str(raised.value)
    assert "secret" not in str(raised.value).replace("such often hold a secret", "")


@pytest.mark.parametrize("address", ["https://host/*.csv", "hf://datasets/a/b/*.parquet"])
def test_only_stores_that_can_be_listed_take_a_star(yard, address):
    with pytest.raises(Invalid, match="only s3:// and gs:// addresses"):
        section(yard, address)


@pytest.mark.parametrize(
    "address",
    [
        "s3://bucket/a/*.parquet",
        "gs://bucket/t.csv",
        "https://host/t.parquet",
        "hf://datasets/me/mine/t.parquet",
        "http://127.0.0.1:9/t.csv",
    ],
)
def test_addresses_of_stores_are_taken(yard, address):
    source = section(yard, address)
    assert (source.is_remote, source.path, source.address) == (True, None, address)


def test_an_unknown_ending_is_refused_with_the_known_ones(yard):
    with pytest.raises(Invalid, match=r"no table format that Modelyard reads \(\.parquet"):
        section(yard, "t.xlsx")


def test_a_stated_format_replaces_the_ending(yard):
    yard.write("t.dat", "a\n1\n")
    assert section(yard, "t.dat", 'format = "csv"\n').format == "csv"
    assert yard.rows("t") == [{"a": 1}]


def test_a_listed_file_that_is_not_there_is_not_found(yard):
    yard.toml('[datasets.t]\nsource = "gone.csv"\n')
    assert yard.fault("t") == "t: the file gone.csv is not there (any more)."


@pytest.mark.parametrize(
    ("name", "separator"), [("a.tsv", "\t"), ("A.TSV.GZ", "\t"), ("a.tsv.csv", ","), ("a.csv", ",")]
)
def test_the_ending_tells_the_separator(name, separator):
    assert separator_of(name) == separator


def test_strange_bytes_of_a_name_are_shown():
    assert printable("ü\udcff") == "ü\\xff"


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("hf://datasets/me/mine/a/t.parquet", "datasets/me/mine/resolve/main/a/t.parquet"),
        ("hf://datasets/me/mine@v2/t.csv", "datasets/me/mine/resolve/v2/t.csv"),
        ("hf://spaces/me/mine/t.csv", "spaces/me/mine/resolve/main/t.csv"),
    ],
)
def test_hugging_face_addresses_are_mapped(address, path):
    """Only the mapping: nothing here reaches the real site."""
    assert hugging_face_path(address) == path


@pytest.mark.parametrize(
    "address", ["hf://datasets/me/mine", "hf://models/me/mine/t.csv", "hf://x/y"]
)
def test_other_hugging_face_addresses_are_refused(address):
    with pytest.raises(Invalid, match="is not hf://datasets/OWNER/NAME/PATH"):
        hugging_face_path(address)
