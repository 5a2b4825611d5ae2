"""A fingerprint names a content: every change of it changes the name."""

import os

import pytest

from modelyard.datasets.fingerprint import SAMPLE_BYTES, SAMPLES, fingerprint_of, stamp_of
from modelyard.errors import NotFound


def fingerprint(path, options=""):
    return fingerprint_of("t", [path], stamp_of("t", [path]), options)


def test_an_unchanged_file_keeps_its_fingerprint(tmp_path):
    path = tmp_path / "t"
    path.write_bytes(b"content")
    assert fingerprint(path) == fingerprint(path)
    assert len(fingerprint(path)) == 32


def test_the_same_file_read_otherwise_has_another_fingerprint(tmp_path):
    path = tmp_path / "t"
    path.write_bytes(b"content")
    assert fingerprint(path, "a comma") != fingerprint(path, "a tab")


@pytest.mark.parametrize("place", [0, 70_000, -1])
def test_one_byte_of_a_file_of_the_same_size_and_date_is_noticed(tmp_path, place):
    path = tmp_path / "t"
    content = bytearray(b"x" * (SAMPLES * SAMPLE_BYTES))
    path.write_bytes(content)
    os.utime(path, ns=(10**18, 10**18))
    before = fingerprint(path)
    content[place] = ord("y")
    path.write_bytes(content)
    os.utime(path, ns=(10**18, 10**18))
    assert fingerprint(path) != before


def test_a_change_between_the_samples_of_a_large_file_is_noticed(tmp_path):
    path = tmp_path / "t"
    path.write_bytes(b"x" * 10_000_000)
    os.utime(path, ns=(10**18, 10**18))
    before = fingerprint(path)
    with path.open("r+b") as file:
        file.seek(SAMPLE_BYTES + 10)
        file.write(b"y")
    os.utime(path, ns=(10**18, 10**18))
    assert fingerprint(path) != before


def test_a_file_that_is_gone_is_not_found(tmp_path):
    with pytest.raises(NotFound, match=r"^t: the file gone.csv was removed\.$"):
        stamp_of("t", [tmp_path / "gone.csv"])


def test_a_file_whose_folder_became_a_file_is_not_found(tmp_path):
    (tmp_path / "folder").write_text("")
    with pytest.raises(NotFound):
        stamp_of("t", [tmp_path / "folder" / "t.csv"])


def test_a_file_that_goes_after_it_was_stamped_is_not_found(tmp_path):
    path = tmp_path / "t"
    path.write_bytes(b"content")
    stamp = stamp_of("t", [path])
    path.unlink()
    with pytest.raises(NotFound):
        fingerprint_of("t", [path], stamp, "")
