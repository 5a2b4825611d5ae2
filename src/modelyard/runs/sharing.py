"""One run's pieces, made by all workers that have time.

The worker that has the run goes from the first piece to the last. Others help: each begins at a
place of its own, and takes what nobody holds. In the end the first one makes what is still missing.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from modelyard.errors import ModelyardError
from modelyard.progress import Progress, silent
from modelyard.runs.holds import Holds
from modelyard.runs.pieces import Pieces

LOOK_S = 0.25


@dataclass(frozen=True)
class Piece:
    """Some work that gives one file, which depends on its name and the run alone."""

    name: str
    label: str
    """What people are told while it is made."""
    work: Callable[[Path], None]


@dataclass(frozen=True)
class Share:
    """Pieces that stand or fall together, such as those of one part of a table."""

    pieces: Callable[[], Sequence[Piece]]
    """Opens what they are made of, and lists them."""
    failed: Callable[[ModelyardError], None]
    """Takes a fault; raises it unless the others are to go on without this share."""


@dataclass
class SharedWork:
    """Makes the pieces of one run, here and with the help of others."""

    kept: Pieces
    folder: Path
    """Where pieces are made, and where all lie in the end."""
    progress: Progress = silent
    holds: Holds = field(init=False)

    def __post_init__(self) -> None:
        self.holds = Holds(self.kept.blobs, self.kept.run_id, is_owner=True)
        self.folder.mkdir(exist_ok=True)

    def finish(self, shares: Sequence[Share]) -> list[list[Path]]:
        """Have every piece, in order, by shares; one that failed and is passed over has none.

        Raises what `failed` raises, and Unavailable.
        """
        found: list[list[Piece]] = []
        later: list[tuple[int, Piece]] = []
        for place, share in enumerate(shares):
            self.progress(place / len(shares), f"part {place + 1:,} of {len(shares):,}")
            found.append([])
            try:
                found[place] = list(share.pieces())
                for piece in found[place]:
                    self.progress(place / len(shares), piece.label)
                    if not self._made(piece):
                        later.append((place, piece))
            except ModelyardError as fault:
                share.failed(fault)
                found[place] = []
        for place, piece in later:
            if found[place]:
                try:
                    self._waited(piece)
                except ModelyardError as fault:
                    shares[place].failed(fault)
                    found[place] = []
        return [[self.folder / piece.name for piece in pieces] for pieces in found]

    def _made(self, piece: Piece) -> bool:
        """Have a piece, unless another is at it."""
        if not self.kept.is_kept(piece.name) and not self.holds.take(piece.name):
            return False
        self.kept.make(piece.name, self.folder / piece.name, piece.work)
        return True

    def _waited(self, piece: Piece) -> None:
        """Have a piece that another was at: from there, or made here where that one is gone."""
        self.progress(1.0, f"waiting for another worker: {piece.label}")
        while piece.name not in self.kept.look() and not self.holds.is_forsaken(piece.name):
            time.sleep(LOOK_S)
        self.kept.make(piece.name, self.folder / piece.name, piece.work)


def help_with(shares: Sequence[Share], kept: Pieces, folder: Path, first: float = -1.0) -> int:
    """Make pieces of another's run until none is free; tells how many.

    `first` is the share (0 to 1) of the way where to begin; any where it is negative. A piece that
    fails is left to the one who has the run, who says so.
    """
    folder.mkdir(exist_ok=True)
    holds = Holds(kept.blobs, kept.run_id, is_owner=False)
    begin = int((random.random() if first < 0 else first) * len(shares))  # noqa: S311 (no secret)
    made = 0
    for share in (*shares[begin:], *shares[:begin]):
        try:
            for piece in share.pieces():
                made += _helped(piece, kept, holds, folder)
        except ModelyardError:
            continue
    return made


def _helped(piece: Piece, kept: Pieces, holds: Holds, folder: Path) -> bool:
    if kept.is_kept(piece.name) or not holds.take(piece.name):
        return False
    path = folder / piece.name
    try:
        with holds.beating(piece.name):
            piece.work(path)
        kept.keep(piece.name, path)
    except ModelyardError:
        holds.leave(piece.name)
        raise
    finally:
        path.unlink(missing_ok=True)
    return True
