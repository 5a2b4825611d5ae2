"""Pieces of one run, made by several who do not know of each other."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import s3_server

from modelyard.blobs import Blobs, open_blobs
from modelyard.errors import Invalid, ModelyardError
from modelyard.runs.holds import Holds
from modelyard.runs.pieces import Pieces
from modelyard.runs.sharing import Piece, Share, SharedWork, help_with


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


class Book:
    """Shares of one piece each, and how often each was made."""

    def __init__(self, count: int, work: Callable[[int], None] = lambda _: None) -> None:
        self.made: Counter[int] = Counter()
        self.faults: list[str] = []
        self.shares = [self._share(number, work) for number in range(count)]

    def _share(self, number: int, work: Callable[[int], None]) -> Share:
        def make(path: Path) -> None:
            work(number)
            self.made[number] += 1
            path.write_text(str(number))

        def failed(fault: ModelyardError) -> None:
            self.faults.append(fault.where)

        return Share(lambda: [Piece(f"{number:04}", str(number), make)], failed)


def finished(blobs: Blobs, folder: Path, book: Book) -> list[str]:
    work = SharedWork(Pieces(blobs, "r1"), folder / "main")
    work.holds.patience_s = 0.5
    return [path.read_text() for paths in work.finish(book.shares) for path in paths]


def test_several_make_each_piece_once(blobs, tmp_path):
    gate = threading.Barrier(3)
    book = Book(30)

    def help_at(place: int) -> None:
        gate.wait()
        help_with(book.shares, Pieces(blobs, "r1"), tmp_path / f"help{place}", place / 3)

    helpers = [threading.Thread(target=help_at, args=(place,)) for place in (1, 2)]
    for helper in helpers:
        helper.start()
    gate.wait()
    assert finished(blobs, tmp_path, book) == [str(number) for number in range(30)]
    for helper in helpers:
        helper.join()
    assert set(book.made.values()) == {1}


def test_of_many_who_want_a_name_one_has_it(blobs):
    gate, won = threading.Barrier(8), []

    def want(number: int) -> None:
        gate.wait()
        won.append(blobs.add("runs/r1/holds/one", str(number).encode()))

    threads = [threading.Thread(target=want, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


def test_a_piece_whose_helper_died_is_made_by_the_one_who_has_the_run(blobs, tmp_path):
    assert Holds(blobs, "r1", is_owner=False).take("0001")
    book = Book(3)
    assert finished(blobs, tmp_path, book) == ["0", "1", "2"]


def test_a_helper_that_is_slow_but_lives_is_waited_for(tmp_path):
    blobs = open_blobs(str(tmp_path / "blobs"))
    holds = Holds(blobs, "r1", is_owner=False, beat_s=0.05)
    assert holds.take("0001")
    book = Book(2)
    (tmp_path / "late").write_text("1")
    with holds.beating("0001"):
        main = threading.Thread(target=finished, args=(blobs, tmp_path, book))
        main.start()
        main.join(1.5)
        assert main.is_alive()
        Pieces(blobs, "r1").keep("0001", tmp_path / "late")
    main.join()
    assert book.made == {0: 1}


def test_a_piece_that_fails_at_a_helper_is_told_by_the_one_who_has_the_run(blobs, tmp_path):
    def fails(number: int) -> None:
        if number == 1:
            raise Invalid("part 1", "is broken.")

    book = Book(3, fails)
    assert help_with(book.shares, Pieces(blobs, "r1"), tmp_path / "help", 0.4) == 2
    assert book.faults == []
    assert finished(blobs, tmp_path, book) == ["0", "2"]
    assert book.faults == ["part 1"]
    assert book.made == {0: 1, 2: 1}
