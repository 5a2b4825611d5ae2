"""Tables in stores: S3 (a moto server), GCS (our own stub of its XML API) and plain HTTP.

`https` itself and Hugging Face cannot be tried here; they go through the same code as `http` on
loopback, and the mapping of hf:// addresses is tested with the sources.
"""

import gzip
import importlib.util
import io
import socket
import time

import object_server
import polars as pl
import pytest
import s3_server

from modelyard.datasets.listing import ASK_AGAIN_S, Listing
from modelyard.errors import Invalid, ModelyardError, NotFound, Unavailable

ROWS = 200_000


def parquet(**columns):
    """Give the bytes of a Parquet table."""
    buffer = io.BytesIO()
    pl.DataFrame(columns).write_parquet(buffer)
    return buffer.getvalue()


class S3:
    """What the tests need of a store, at Amazon's."""

    scheme = "s3://yard"

    def __init__(self, server):
        self.server = server
        self.put = server.put
        self.storage = {"aws_endpoint_url": server.address, "aws_region": "us-east-1"}


class Plain:
    """The same at Google's, or over plain HTTP."""

    def __init__(self, server, scheme, storage):
        self.server, self.scheme, self.storage = server, scheme, storage

    def put(self, key, content):
        self.server.objects[f"yard/{key}"] = content


@pytest.fixture(scope="session")
def s3():
    if importlib.util.find_spec("moto") is None:
        pytest.skip("moto is not installed")
    with s3_server.running() as server:
        yield server


@pytest.fixture
def objects():
    with object_server.serving() as server:
        yield server


@pytest.fixture
def google(objects):
    return Plain(
        objects,
        "gs://yard",
        {"google_base_url": objects.address, "google_skip_signature": "true"},
    )


@pytest.fixture
def web(objects):
    return Plain(objects, f"{objects.address}/yard", {})


@pytest.fixture(params=["s3", "google", "web"])
def store(request, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    found = request.getfixturevalue(request.param)
    return S3(found) if request.param == "s3" else found


def remote(yard, store, path, **more):
    """Open a table of a store."""
    storage = "".join(f'{key} = "{value}"\n' for key, value in (store.storage | more).items())
    yard.toml(f'[datasets.t]\nsource = "{store.scheme}/{path}"\n[datasets.t.storage]\n{storage}')
    return yard.dataset("t")


def test_a_parquet_table_is_read_in_place(yard, store):
    content = parquet(a=range(ROWS), b=["x"] * ROWS)
    store.put("in-place/t.parquet", content)
    dataset = remote(yard, store, "in-place/t.parquet")
    assert dataset.shape().rows == ROWS
    assert dataset.stored_bytes() == len(content)
    assert dataset.statistics().column("a").sum == sum(range(ROWS))
    assert dataset.rows().table["a"].to_list()[:2] == [0, 1]
    assert not dataset.is_fetched


def test_an_arrow_table_is_read_in_place(yard, store):
    buffer = io.BytesIO()
    pl.DataFrame({"a": [1, 2]}).write_ipc(buffer)
    store.put("t.arrow", buffer.getvalue())
    assert remote(yard, store, "t.arrow").statistics().column("a").sum == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", b"zip,n\n00501,1\n12345,2\n"),
        ("t.csv.gz", gzip.compress(b"zip,n\n00501,1\n12345,2\n", mtime=0)),
        ("t.ndjson", b'{"zip": "00501", "n": 1}\n{"zip": "12345", "n": 2}\n'),
        ("t.json", b'[{"zip": "00501", "n": 1}, {"zip": "12345", "n": 2}]'),
    ],
)
def test_row_formats_are_read_by_columns(yard, store, name, content):
    store.put(name, content)
    assert remote(yard, store, name).rows().table.to_dicts() == [
        {"zip": "00501", "n": 1},
        {"zip": "12345", "n": 2},
    ]


def test_a_broken_remote_csv_is_named_by_line(yard, store):
    store.put("broken.csv", b"a,b\n1,2\n3\n")
    with pytest.raises(Invalid, match=r"line 3: has 1 cells"):
        remote(yard, store, "broken.csv").prepare()


def test_a_broken_remote_parquet_file_is_refused(yard, store):
    store.put("broken.parquet", b"no Parquet at all, this is")
    with pytest.raises(ModelyardError) as raised:
        remote(yard, store, "broken.parquet").statistics()
    assert isinstance(raised.value, Invalid)


def test_a_fetched_table_is_local_and_the_progress_rises(yard, store):
    store.put("f.parquet", parquet(a=range(ROWS)))
    dataset = remote(yard, store, "f.parquet")
    told = []
    path = dataset.fetch(lambda done, label: told.append(done))
    assert told == sorted(told)
    assert (len(told) >= 3, told[-1]) == (True, 1.0)
    assert (dataset.is_fetched, path.parent) == (True, yard.state / "fetched")
    store.storage = {}
    assert dataset.statistics().column("a").sum == sum(range(ROWS))
    assert [left.name for left in path.parent.iterdir()] == [path.name]


def test_progress_is_told_while_the_download_goes_on(yard, web):
    web.put("big.csv", b"a\n" + (b"x" * 999_999 + b"\n") * 30)
    told = []
    remote(yard, web, "big.csv").fetch(lambda done, label: told.append((done, label)))
    steps = [done for done, label in told if label.endswith("of 30 MB")]
    assert len(steps) >= 3
    assert steps == sorted(steps)


def test_a_star_matches_the_files_of_one_folder_and_two_stars_of_all(yard, store):
    if not store.scheme.startswith(("s3", "gs")):
        pytest.skip("plain HTTP has no lists")
    store.put("star/1.parquet", parquet(a=[1]))
    store.put("star/2.parquet", parquet(a=[2]))
    store.put("star/deep/3.parquet", parquet(a=[3]))
    store.put("star/4.csv", b"a\n4\n")
    assert remote(yard, store, "star/*.parquet").rows().table["a"].to_list() == [1, 2]
    assert remote(yard, store, "star/**/*.parquet").rows().table["a"].to_list() == [1, 2, 3]
    assert remote(yard, store, "star/*.parquet").fetch().exists()
    with pytest.raises(NotFound, match="no file in the store fits the address"):
        remote(yard, store, "star/*.arrow").shape()


def test_hive_partitions_in_a_store_are_columns(yard, store):
    if not store.scheme.startswith(("s3", "gs")):
        pytest.skip("plain HTTP has no lists")
    store.put("hive/year=2024/p.parquet", parquet(a=[1]))
    store.put("hive/year=2025/p.parquet", parquet(a=[2]))
    page = remote(yard, store, "hive/**/*.parquet").rows()
    assert page.table.to_dicts() == [{"a": 1, "year": 2024}, {"a": 2, "year": 2025}]


def test_a_changed_object_changes_the_fingerprint(yard, store):
    store.put("change.parquet", parquet(a=[1]))
    before = remote(yard, store, "change.parquet").fingerprint()
    assert remote(yard, store, "change.parquet").fingerprint() == before
    store.put("change.parquet", parquet(a=[2]))
    changed = remote(yard, store, "change.parquet")
    assert changed.fingerprint() != before
    assert changed.statistics().column("a").sum == 2


def test_the_store_is_asked_again_after_some_seconds(yard, web):
    web.put("t.parquet", parquet(a=[1]))
    now = [100.0]
    listing = Listing("t", remote(yard, web, "t.parquet").source, clock=lambda: now[0])
    before = listing.fingerprint()
    web.put("t.parquet", parquet(a=[2]))
    now[0] += ASK_AGAIN_S - 1
    assert listing.fingerprint() == before
    now[0] += 1
    assert listing.fingerprint() != before


def test_an_object_that_is_not_there_is_not_found(yard, store):
    dataset = remote(yard, store, "gone.parquet")
    for ask in (dataset.shape, dataset.fetch, dataset.stored_bytes, dataset.fingerprint):
        with pytest.raises(NotFound, match="there is no such file in the store"):
            ask()


def test_a_download_that_breaks_off_leaves_nothing_and_the_next_works(yard, web):
    web.put("t.csv", b"a\n" + b"1\n" * 500_000)
    dataset = remote(yard, web, "t.csv")
    dataset.fingerprint()
    web.server.breaks_after = 1_000
    started = time.monotonic()
    with pytest.raises(Unavailable) as raised:
        dataset.fetch()
    assert time.monotonic() - started < 10
    assert len(str(raised.value).splitlines()) == 1
    assert list((yard.state / "fetched").iterdir()) == []
    web.server.breaks_after = None
    assert dataset.fetch().exists()
    assert dataset.statistics().column("a").sum == 500_000


def test_an_object_that_shrinks_meanwhile_is_not_taken_for_whole(yard, web):
    web.put("t.csv", b"a\n" + b"1\n" * 1_000)
    dataset = remote(yard, web, "t.csv")
    dataset.fingerprint()
    web.put("t.csv", b"a\n1\n")
    with pytest.raises(Unavailable, match="broke off, or the file changed meanwhile"):
        dataset.fetch()
    assert list((yard.state / "fetched").iterdir()) == []


class Nowhere:
    """A store at an address that answers nothing."""

    def __init__(self, scheme, port):
        self.scheme = scheme.format(port=port)
        address = f"http://127.0.0.1:{port}"
        self.storage = {
            "s3": {"aws_endpoint_url": address, "aws_region": "x", "aws_skip_signature": "true"},
            "gs": {"google_base_url": address, "google_skip_signature": "true"},
        }.get(scheme[:2], {})


@pytest.fixture
def silent_port():
    """Return a port where connections are taken and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("scheme", ["s3://yard", "gs://yard", "http://127.0.0.1:{port}/yard"])
def test_a_store_that_is_down_is_said_in_one_sentence_at_once(yard, scheme):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    dataset = remote(yard, Nowhere(scheme, port), "t.parquet")
    started = time.monotonic()
    with pytest.raises(Unavailable) as raised:
        dataset.shape()
    assert time.monotonic() - started < 5
    assert str(raised.value).endswith("t.parquet): the store cannot be reached at the moment.")


def test_a_store_that_says_nothing_is_given_up(yard, silent_port):
    dataset = remote(yard, Nowhere("s3://yard", silent_port), "t.parquet", timeout="1s")
    started = time.monotonic()
    with pytest.raises(Unavailable, match="the store cannot be reached at the moment"):
        dataset.shape()
    assert time.monotonic() - started < 8


def test_an_option_that_no_store_knows_is_refused(yard, google):
    with pytest.raises(Invalid, match=r"^modelyard.toml, datasets.t.storage: .*google_nonsense"):
        remote(yard, google, "t.parquet", google_nonsense="1").shape()


def test_one_store_out_of_reach_leaves_the_other_tables_alone(yard):
    yard.write("datasets/u.csv", "a\n1\n")
    dataset = remote(yard, Nowhere("s3://yard", 9), "t.parquet")
    with pytest.raises(Unavailable):
        dataset.shape()
    assert yard.rows("u") == [{"a": 1}]
