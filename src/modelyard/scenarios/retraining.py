"""`[scenarios.NAME] retrain`: code of the workspace that a what-if model's owner runs by the clock.

Such as one that fits rates to last month's figures and writes them where the model reads them.
"""

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import msgspec

from modelyard.errors import Invalid, ModelyardError, NotFound
from modelyard.runs.kinds import Checked, Context, Outcome, OutFile, read_request
from modelyard.scenarios.passport import versions
from modelyard.scenarios.user_faults import fault_of
from modelyard.workspace import Workspace

MOST_FILES = 100
LoadModule = Callable[[str], ModuleType]


class RetrainRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Which model's hook is called, and what it is given by name."""

    what_if: str
    parameters: dict[str, Any] = {}


@dataclass(frozen=True)
class RetrainKind:
    """Calls the function that modelyard.toml names, in a process of its own."""

    workspace: Callable[[], Workspace]
    load: LoadModule
    name: ClassVar[str] = "retrain"
    title: ClassVar[str] = "Retrain a what-if model"
    struct: ClassVar[type[msgspec.Struct]] = RetrainRequest
    is_quick: ClassVar[bool] = False
    is_repeatable: ClassVar[bool] = False

    def check(self, request: Mapping[str, Any]) -> Checked:
        """Look whether the model has such a function."""
        asked = read_request(self.name, request, RetrainRequest)
        self._function(asked.what_if)
        return Checked(
            title=f"Retrain {asked.what_if}",
            request=msgspec.to_builtins(asked),
            resource_kind="scenario",
            resource_name=asked.what_if,
        )

    def work(self, request: Mapping[str, Any], context: Context) -> Outcome:
        """Call it; what it gives back is the result, what it writes to `folder` are files.

        It is given `folder`, `progress` and `log` too where it has arguments of these names.
        """
        asked = read_request(self.name, request, RetrainRequest)
        named = self._function(asked.what_if)
        module_name, _, name = named.partition(":")
        function = getattr(self.load(module_name), name, None)
        if not callable(function):
            raise Invalid(f"module {module_name}", f"has no function '{name}'.")
        offered = {"folder": context.folder, "progress": context.progress, "log": context.log}
        wanted = inspect.signature(function).parameters
        more = {one: value for one, value in offered.items() if one in wanted}
        given = _called(
            named, function, asked.parameters | more, Path(function.__code__.co_filename)
        )
        result = _plain(named, given)
        passport = {"code": named, "versions": versions()}
        return Outcome(result=result, files=_files(context.folder), passport=passport)

    def _function(self, model: str) -> str:
        section = self.workspace().config.scenarios.get(model)
        if section is None or not section.retrain:
            where = f"[scenarios.{model[:60]}]"
            cure = 'Write retrain = "module:function" there, in modelyard.toml.'
            raise NotFound(where, "names no function to retrain with.", cure)
        return section.retrain


def _called(
    named: str, function: Callable[..., Any], arguments: Mapping[str, Any], file: Path
) -> Any:
    try:
        inspect.signature(function).bind(**arguments)
    except TypeError as fault:
        raise Invalid(named, f"cannot be called so: {fault}.") from None
    try:
        return function(**arguments)
    except (ModelyardError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 (user code may raise anything)
        raise fault_of(file.name, file, error) from None


def _plain(named: str, given: Any) -> bytes:
    try:
        return json.dumps(given, allow_nan=False).encode()
    except (TypeError, ValueError):
        kind = type(given).__name__
        raise Invalid(named, f"gave a {kind}, which is not JSON.", "Give a dict.") from None


def _files(folder: Path) -> tuple[OutFile, ...]:
    found = sorted(path for path in folder.iterdir() if path.is_file() and not path.is_symlink())
    return tuple(
        OutFile(name=path.name, media_type="application/octet-stream", path=path)
        for path in found[:MOST_FILES]
        if path.name != "result.json"
    )
