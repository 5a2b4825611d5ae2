"""Tables of several files, part by part: in a folder, and in stores."""

import io

import object_server
import polars as pl
import pytest
import s3_server

from modelyard.datasets.parts import parts_of
from modelyard.errors import Invalid, ModelyardError, Unavailable


def parquet(**columns):
    buffer = io.BytesIO()
    pl.DataFrame(columns).write_parquet(buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def s3():
    with s3_server.running() as server:
        yield server


class Shelf:
    """A place for parts, and the section of modelyard.toml that names it."""

    def __init__(self, put, section):
        self.put, self.section = put, section


@pytest.fixture(params=["folder", "s3", "google"])
def shelf(request, yard, monkeypatch):
    if request.param == "folder":
        return Shelf(lambda name, content: yard.write(f"t/{name}", content), 'source = "t"\n')
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    if request.param == "s3":
        server = request.getfixturevalue("s3")
        folder = yard.folder.parent.name
        options = f'aws_endpoint_url = "{server.address}"\naws_region = "us-east-1"\n'
        section = f'source = "s3://yard/{folder}/*.parquet"\n[datasets.t.storage]\n{options}'
        return Shelf(lambda name, content: server.put(f"{folder}/{name}", content), section)
    objects = request.getfixturevalue("objects")
    options = f'google_base_url = "{objects.address}"\ngoogle_skip_signature = "true"\n'
    section = f'source = "gs://yard/t/*.parquet"\n[datasets.t.storage]\n{options}'
    return Shelf(lambda n, content: objects.objects.update({f"yard/t/{n}": content}), section)


@pytest.fixture
def objects():
    with object_server.serving() as server:
        yield server


def parts(yard, shelf):
    yard.toml(f"[datasets.t]\n{shelf.section}")
    return parts_of(yard.dataset("t"))


def test_parts_are_those_of_the_table_in_the_order_of_their_names(yard, shelf):
    for number in (2, 0, 1):
        shelf.put(f"{number}.parquet", parquet(a=[number], b=["x"]))
    found = parts(yard, shelf)
    assert [part.name for part in found] == ["0.parquet", "1.parquet", "2.parquet"]
    assert [part.open().collect()["a"].item() for part in found] == [0, 1, 2]


def test_one_file_is_one_part(yard, shelf):
    shelf.put("0.parquet", parquet(a=[1]))
    (only,) = parts(yard, shelf)
    assert only.name == ""
    assert only.open().collect()["a"].item() == 1


def test_a_part_that_is_broken_or_unlike_the_first_is_named_and_the_others_can_be_read(yard, shelf):
    shelf.put("0.parquet", parquet(a=[1]))
    shelf.put("1.parquet", b"PAR1 nonsense")
    shelf.put("2.parquet", parquet(b=[1]))
    shelf.put("3.parquet", parquet(a=["text"]))
    shelf.put("4.parquet", parquet(a=[2])[:-9])
    shelf.put("5.parquet", parquet(a=[3]))
    found = parts(yard, shelf)
    for part in found[1:5]:
        with pytest.raises(ModelyardError) as told:
            part.open()
        assert part.name in told.value.where
        assert str(yard.folder) not in str(told.value)
    assert [found[place].open().collect()["a"].item() for place in (0, 5)] == [1, 3]


def test_a_store_that_wants_credentials_says_so_and_names_none(yard, s3, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    options = 'aws_region = "us-east-1"\naws_metadata_endpoint = "http://127.0.0.1:9"\n'
    yard.toml(f'[datasets.t]\nsource = "s3://yard/none/*.parquet"\n[datasets.t.storage]\n{options}')
    with pytest.raises(Unavailable) as told:
        parts_of(yard.dataset("t"))
    assert "credentials" in str(told.value)


def test_a_part_that_changes_while_it_is_opened_is_a_fault_and_no_crash(yard, shelf):
    shelf.put("0.parquet", parquet(a=[1]))
    shelf.put("1.parquet", parquet(a=[2]))
    found = parts(yard, shelf)
    shelf.put("1.parquet", b"")
    with pytest.raises((Invalid, Unavailable)):
        found[1].open().collect()
