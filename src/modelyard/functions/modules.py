"""The Python files of a workspace as modules, without getting in the way of anything else.

A file `src/sum.py` is the module `src.sum`. Names of the standard library and of installed
packages stay theirs. No bytecode is written, so a file that is saved twice in a second is read
anew. In development all modules are loaded again once a file of one has changed.
"""

import sys
import threading
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module, invalidate_caches
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path

from modelyard.errors import Invalid, ModelyardError

Stamp = tuple[int, int, int]
_lock = threading.RLock()
"""Modules are a matter of the whole process."""


class _Loader(SourceFileLoader):
    """Compiles the file as it is; keeps no bytecode."""

    def get_code(self, fullname: str) -> types.CodeType:
        """Compile the file."""
        path = self.get_filename(fullname)
        code: types.CodeType = self.source_to_code(self.get_data(path), path)
        return code


@dataclass(eq=False)
class Modules(MetaPathFinder):
    """The modules of one workspace."""

    root: Path
    allows: Callable[[Path], bool]
    _found: set[str] = field(default_factory=set)
    _mine: dict[str, types.ModuleType] = field(default_factory=dict)
    _stamps: dict[Path, Stamp] = field(default_factory=dict)

    def load(self, name: str) -> types.ModuleType:
        """Import a module of the workspace.

        Raises Invalid where there is none of that name, or it fails on import; the fault names the
        line of the file where it failed.
        """
        with _lock:
            if name in self._mine and self in sys.meta_path:
                return self._mine[name]
            return self._load(name)

    def _load(self, name: str) -> types.ModuleType:
        with _Active(self):
            try:
                module = import_module(name)
            except ModelyardError:
                raise
            except BaseException as error:  # noqa: BLE001 (user code may raise anything)
                raise self._failure(name, error) from None
            if name not in self._found:
                raise Invalid(
                    f"module {name}",
                    "is not a file of the workspace: an installed package has that name.",
                    "Give the file or its folder another name.",
                )
            return module

    def has_changed(self) -> bool:
        """Tell whether a file of a loaded module is not as it was, or is gone."""
        return any(stamp(path) != known for path, known in self._stamps.items())

    def forget(self) -> None:
        """Let all modules be loaded again."""
        with _lock:
            for name, module in self._mine.items():
                if sys.modules.get(name) is module:
                    del sys.modules[name]
            self._mine.clear()
            self._found.clear()
            self._stamps.clear()
            invalidate_caches()

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module of the workspace, for Python's import."""
        top, _, below = fullname.partition(".")
        if top in sys.stdlib_module_names or (below and top not in self._found):
            return None
        place = self.root.joinpath(*fullname.split("."))
        if not below and _is_installed(fullname, (place, place.with_suffix(".py"))):
            return None
        spec = self._spec(fullname, place)
        if spec is not None:
            self._found.add(fullname)
        return spec

    def _spec(self, name: str, place: Path) -> ModuleSpec | None:
        """Describe the package or module at a place; None where there is none."""
        for file, is_package in ((place / "__init__.py", True), (place.with_suffix(".py"), False)):
            if file.is_file() and self.allows(file):
                self._stamps[file] = stamp(file)
                return spec_from_file_location(
                    name,
                    file,
                    loader=_Loader(name, str(file)),
                    submodule_search_locations=[str(place)] if is_package else None,
                )
        if place.is_dir() and self.allows(place) and _holds_python(place):
            spec = ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = [str(place)]
            return spec
        return None

    def _failure(self, name: str, error: BaseException) -> Invalid:
        line = ""
        trace = error.__traceback__
        while trace is not None:
            file = Path(trace.tb_frame.f_code.co_filename)
            if file.is_absolute() and file.is_relative_to(self.root):
                line = f"{file.relative_to(self.root).as_posix()}, line {trace.tb_lineno}"
            trace = trace.tb_next
        if isinstance(error, SyntaxError) and error.filename:
            file = Path(error.filename)
            shown = file.relative_to(self.root).as_posix() if file.is_relative_to(self.root) else ""
            line = f"{shown or file.name}, line {error.lineno}"
        if isinstance(error, ModuleNotFoundError) and error.name and not line:
            return Invalid(
                f"module {name}",
                f"there is no module '{error.name}' in the workspace.",
                f"Make the file {name.replace('.', '/')}.py",
            )
        said = str(error).splitlines()[0][:300] if str(error) else "no more was said"
        return Invalid(line or f"module {name}", f"{type(error).__name__}: {said}")


class _Active:
    """While active, the modules of this workspace are found, and those of others are put aside."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules

    def __enter__(self) -> None:
        mine = self.modules._mine
        for other in [one for one in sys.meta_path if isinstance(one, Modules)]:
            if other is not self.modules:
                sys.meta_path.remove(other)
                for name, module in other._mine.items():
                    if sys.modules.get(name) is module:
                        del sys.modules[name]
        if self.modules not in sys.meta_path:
            sys.meta_path.insert(0, self.modules)
            sys.modules.update(mine)

    def __exit__(self, *_: object) -> None:
        found = {name: sys.modules.get(name) for name in self.modules._found}
        self.modules._mine.update({name: one for name, one in found.items() if one is not None})


def _is_installed(name: str, places: tuple[Path, ...]) -> bool:
    """Tell whether a package outside has the name; a mere folder does not count."""
    spec = PathFinder.find_spec(name)
    if spec is None or spec.origin is None:
        return False
    origin = Path(spec.origin)
    return origin not in places and origin.parent not in places


def _holds_python(folder: Path) -> bool:
    return any(folder.glob("*.py")) or any(folder.glob("*/*.py"))


def stamp(path: Path) -> Stamp:
    """Give what changes when a file is saved; zeros where there is none."""
    try:
        state = path.stat()
    except OSError:
        return (0, 0, 0)
    return (state.st_mtime_ns, state.st_size, state.st_ino)
