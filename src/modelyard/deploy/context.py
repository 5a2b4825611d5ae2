"""What goes into an image, as one short name: the same files have the same name."""

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath

IGNORE_FILE = ".dockerignore"
ALWAYS = (".git", ".modelyard", "wheels")
"""Never part of the name: what changes by itself, and Modelyard's own wheel."""
PIECE_BYTES = 1 << 20


def content_tag(folder: Path, *more: str) -> str:
    """Give the tag of the image that the folder makes: of its files and of what else decides."""
    digest = hashlib.sha256()
    for part in more:
        digest.update(f"{part}\0".encode())
    for path in files_of(folder):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
        _add(digest, path)
    for name in ("Dockerfile", IGNORE_FILE):
        if (folder / name).is_file():
            _add(digest, folder / name)
    return f"src-{digest.hexdigest()[:16]}"


def files_of(folder: Path) -> list[Path]:
    """List the files that `.dockerignore` lets into the image, in order."""
    path = folder / IGNORE_FILE
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    rules = tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))
    return sorted(
        file for file in _walk(folder) if not is_ignored(file.relative_to(folder).as_posix(), rules)
    )


def is_ignored(name: str, rules: tuple[str, ...]) -> bool:
    """Tell whether the rules, of which the last that fits decides, leave a file out."""
    ignored = False
    for rule in rules:
        pattern = rule.removeprefix("!").strip("/")
        if any(_regex(pattern).fullmatch(part) for part in _parts(name)):
            ignored = not rule.startswith("!")
    return ignored


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in ALWAYS:
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)
        elif path.is_file():
            yield path


def _parts(name: str) -> list[str]:
    """Give the path and each folder above it: a rule for a folder is one for all in it."""
    path = PurePosixPath(name)
    return [path.as_posix(), *(up.as_posix() for up in path.parents if up.as_posix() != ".")]


@lru_cache(512)
def _regex(pattern: str) -> re.Pattern[str]:
    written = re.escape(pattern)
    for mark, meaning in ((r"\*\*/", "(?:.*/)?"), (r"\*\*", ".*"), (r"\*", "[^/]*")):
        written = written.replace(mark, meaning)
    return re.compile(written.replace(r"\?", "[^/]"))


def _add(digest: "hashlib._Hash", path: Path) -> None:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
