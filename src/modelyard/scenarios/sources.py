"""The files in `scenarios/` that are what-if models, and loading them."""

from pathlib import Path

from modelyard.errors import Invalid, NotFound
from modelyard.scenarios.what_if import Source, WhatIf

FOLDER = "scenarios"
ENDINGS = (".py", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
"""What is looked at; those that cannot be used say why."""


def model_files(folder: Path) -> list[str]:
    """List the files of models, by their paths in the workspace; hidden and _private ones are not.

    Links that lead out of the workspace are left out.
    """
    place = folder / FOLDER
    if not place.is_dir():
        return []
    root = folder.resolve()
    return sorted(
        path.relative_to(folder).as_posix()
        for path in place.iterdir()
        if path.suffix.lower() in ENDINGS
        and not path.name.startswith((".", "_", "~$"))
        and path.is_file()
        and path.resolve().is_relative_to(root)
    )


Stamp = tuple[tuple[int, int, int], ...]
NOTHING = (0, 0, 0)


def stamp_of(folder: Path, file: str) -> Stamp:
    """Give what changes when a model's file, or the TOML file beside a workbook, is saved."""
    if not file:
        return ()
    beside = (Path(file).with_suffix(".toml"),) if file.endswith(".xlsx") else ()
    return tuple(_stamp(folder / one) for one in (Path(file), *beside))


def code_stamp(folder: Path) -> Stamp:
    """Give what changes when any Python file in `scenarios/` is saved: models may import others."""
    place = folder / FOLDER
    return tuple(_stamp(path) for path in sorted(place.rglob("*.py"))) if place.is_dir() else ()


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return NOTHING
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def load_file(folder: Path, file: str) -> list[WhatIf]:
    """Load the models of one file.

    Raises Invalid for a file that cannot be used, and Unavailable where a package is missing.
    """
    if not (folder / file).resolve().is_relative_to(folder.resolve()):
        raise Invalid(file[:100], "lies outside the workspace.")
    ending = Path(file).suffix.lower()
    if ending == ".py":
        from modelyard.scenarios.python_model import load_python

        return load_python(folder, file)
    if ending == ".xlsx":
        from modelyard.scenarios.workbook import load_workbook

        return [load_workbook(folder, file)]
    if ending == ".xlsm":
        raise Invalid(file, "may hold macros, which are never run.", "Save it as .xlsx.")
    raise Invalid(file, f"is a {ending} file, which is not read.", "Save it as .xlsx.")


def load_one(source: Source) -> WhatIf:
    """Load one model again; raises NotFound where its file no longer holds it."""
    if source.settings:
        import msgspec

        from modelyard.scenarios.offered import Spec
        from modelyard.scenarios.opened import open_spec

        return open_spec(source.folder, msgspec.json.decode(source.settings, type=Spec))
    for what_if in load_file(source.folder, source.file):
        if what_if.name == source.name:
            return what_if
    raise NotFound(f"scenarios/{source.name}", f"is no longer in {source.file}.")
