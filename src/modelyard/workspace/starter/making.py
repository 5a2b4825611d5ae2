"""Making a workspace: whole or not at all, and over no file that is there."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from modelyard.errors import Conflict, Invalid, Unavailable
from modelyard.progress import Progress, silent
from modelyard.workspace.config import FILE_NAME
from modelyard.workspace.starter.containers import write_containers
from modelyard.workspace.starter.example import find_example, write_example
from modelyard.workspace.starter.loan_workbook import write_loan_workbook

DATASETS = "datasets"
FUNCTIONS = ("openapi.yml", "src/hello.py", "src/sum.py", "src/mult.py", "src/prediction.py")
"""The example's endpoints, by their path in the workspace."""
SCENARIOS = ("scenarios/loan.py", "scenarios/subscription.py", "scenarios/dcf.py")
"""The example's what-if models."""
MODELS = ("training/delays.py", "models/delays.toml", "models/delays.onnx")
"""The example's trained model, and what trains it again."""


@dataclass(frozen=True)
class MadeFile:
    """A file that was made, by its path in the workspace."""

    name: str
    size: int


@dataclass(frozen=True)
class Made:
    """What was done."""

    files: tuple[MadeFile, ...]
    kept: tuple[str, ...]
    """Files that were there already and are as they were."""
    had_files: bool
    """Whether anything was in the folder before."""


def make_workspace(folder: Path, example: bool = False, progress: Progress = silent) -> Made:
    """Make a workspace in `folder`, with the example's tables, endpoints and models if asked for.

    modelyard.toml comes last, so a folder that has one is complete. Raises Conflict where it has
    one already, Unavailable where the example's packages are missing or the folder cannot be
    written, and Invalid where `folder` is a file.
    """
    _refuse_existing(folder)
    tables = find_example() if example else None
    name = folder.resolve().name
    with _writing(folder):
        had_files = folder.is_dir() and any(folder.iterdir())
        with _draft(folder) as draft:
            (draft / DATASETS).mkdir()
            if tables is not None:
                write_example(draft / DATASETS, tables, progress)
            _write_texts(draft, name, example)
            if example:
                write_loan_workbook(draft / "scenarios" / "loan_workbook.xlsx")
            files, kept = _move_all(draft, folder)
    return Made(files, kept, had_files)


def _refuse_existing(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise Invalid(str(folder), "is a file, not a folder.", "Choose another name.")
    if os.path.lexists(folder / FILE_NAME):
        raise Conflict(
            str(folder),
            f"is a workspace already: it has a {FILE_NAME}.",
            f"Serve it with: modelyard serve {folder}",
        )


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        why = fault.strerror or str(fault)
        raise Unavailable(str(folder), f"cannot be written: {why}.") from None


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """Give a hidden folder to write in; after a fault, nothing that was made is left."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder, prefix=".modelyard-new-"))
    try:
        yield draft
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        for path in missing:
            _remove_empty(path)
        raise
    shutil.rmtree(draft, ignore_errors=True)


def _remove_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()


def _write_texts(draft: Path, name: str, example: bool) -> None:
    printable = "".join(char if char.isprintable() else " " for char in name) or "workspace"
    settings = _text("example.toml" if example else "empty.toml")
    quoted = json.dumps(printable, ensure_ascii=False)
    _write(draft / FILE_NAME, settings.replace('"{{name}}"', quoted))
    _write(draft / "README.md", _text("README.md").replace("{{name}}", printable))
    _write(draft / ".gitignore", _text("gitignore.txt"))
    write_containers(draft, name)
    for file in (*FUNCTIONS, *SCENARIOS, *MODELS) if example else ():
        (draft / file).parent.mkdir(exist_ok=True)
        (draft / file).write_bytes(_content(file))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _text(name: str) -> str:
    return _content(name).decode("utf-8")


def _content(name: str) -> bytes:
    return resources.files(__package__).joinpath("files", name).read_bytes()


def _move_all(draft: Path, folder: Path) -> tuple[tuple[MadeFile, ...], tuple[str, ...]]:
    """Move the draft's files to their places, modelyard.toml last."""
    (folder / DATASETS).mkdir(exist_ok=True)
    paths = sorted(path for path in draft.rglob("*") if path.is_file())
    paths.sort(key=lambda path: path.name == FILE_NAME)
    made, kept = [], []
    for path in paths:
        name = path.relative_to(draft).as_posix()
        if os.path.lexists(folder / name):
            kept.append(name)
        else:
            (folder / name).parent.mkdir(exist_ok=True)
            path.rename(folder / name)
            made.append(MadeFile(name, (folder / name).stat().st_size))
    return tuple(made), tuple(kept)
