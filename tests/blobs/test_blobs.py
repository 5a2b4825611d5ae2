"""Every store of blobs keeps the same promises."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import s3_server

from modelyard.blobs import Blobs, open_blobs
from modelyard.errors import Invalid, NotFound, Unavailable


@pytest.fixture(scope="module")
def s3() -> Iterator[s3_server.S3Server]:
    with s3_server.running() as server:
        yield server


@pytest.fixture(params=["local", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Blobs:
    if request.param == "local":
        return open_blobs(str(tmp_path / "blobs"))
    server = request.getfixturevalue("s3")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    options = f"aws_endpoint_url={server.address}&aws_region=us-east-1"
    return open_blobs(f"s3://{server.bucket}/{tmp_path.name}?{options}")


def test_what_was_written_is_read(blobs: Blobs) -> None:
    blobs.write("runs/7f/1/scores.parquet", b"content")
    assert blobs.read("runs/7f/1/scores.parquet") == b"content"
    blobs.write("runs/7f/1/scores.parquet", b"other")
    assert blobs.read("runs/7f/1/scores.parquet") == b"other"


def test_a_large_file_is_streamed_in_pieces(blobs: Blobs, tmp_path: Path) -> None:
    content = bytes(range(256)) * 40_000
    (tmp_path / "large").write_bytes(content)
    blobs.write_file("large", tmp_path / "large")
    pieces = list(blobs.stream("large"))
    assert len(pieces) > 1
    assert b"".join(pieces) == content


def test_names_are_listed_below_a_prefix(blobs: Blobs) -> None:
    for name in ("runs/a/2", "runs/a/1", "runs/ab/1", "other"):
        blobs.write(name, b"")
    assert blobs.names("runs/a") == ["runs/a/1", "runs/a/2"]
    assert blobs.names() == ["other", "runs/a/1", "runs/a/2", "runs/ab/1"]
    assert blobs.names("none") == []


def test_what_was_deleted_is_gone_and_deleting_again_is_no_fault(blobs: Blobs) -> None:
    blobs.write("runs/a/1", b"x")
    blobs.delete("runs/a/1")
    blobs.delete("runs/a/1")
    with pytest.raises(NotFound):
        blobs.read("runs/a/1")
    with pytest.raises(NotFound):
        blobs.stream("runs/a/1")


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../up", "a/../b", "a//b", "a b", "a" * 500])
def test_a_name_that_could_leave_the_store_is_refused(blobs: Blobs, name: str) -> None:
    for ask in (blobs.read, blobs.delete, blobs.stream):
        with pytest.raises(Invalid):
            ask(name)
    with pytest.raises(Invalid):
        blobs.write(name, b"")


def test_a_store_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot be kept"):
        open_blobs(str(tmp_path / "file" / "inside")).write("a", b"")
    for place in ("ftp://host/x", "s3://"):
        with pytest.raises(Invalid, match="MODELYARD_BLOBS"):
            open_blobs(place)
