"""A what-if model from a Python file of the workspace."""

import hashlib
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelyard.errors import Invalid, Unavailable
from modelyard.scenarios.author import DECLARED, Declared
from modelyard.scenarios.describe import NAME
from modelyard.scenarios.signature import Code, Signature, lines_of, signature_of
from modelyard.scenarios.user_faults import fault_of
from modelyard.scenarios.what_if import Source, WhatIf


@dataclass(frozen=True)
class PythonCalculation:
    """The author's function, called with the types it asks for."""

    file: str
    function: Callable[..., Any]
    signature: Signature

    def __call__(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Call the function and name its outputs."""
        arguments = dict(values)
        for name, row_class in self.signature.row_classes.items():
            arguments[name] = [row_class(**row) for row in values[name]]
        given = self.function(**arguments)
        if self.signature.gives_one:
            return {"result": given}
        return _named(self.file, given)


def load_python(folder: Path, file: str) -> list[WhatIf]:
    """Load the models of one file: the functions that are declared with `@what_if`.

    The file's code is run. Raises Invalid, naming file and line, for whatever is wrong with it.
    """
    content = _read(folder / file, file)
    digest = hashlib.sha256(content).hexdigest()
    text = _decoded(file, content)
    module = _module(folder / file, file, text)
    functions = [
        thing
        for thing in vars(module).values()
        if isinstance(thing, types.FunctionType)
        and isinstance(getattr(thing, DECLARED, None), Declared)
        and thing.__module__ == module.__name__
    ]
    if not functions:
        raise Invalid(file, "declares no model.", "Put @what_if above a function.")
    code = Code(file, lines_of(text))
    return [_what_if(folder, code, function, digest) for function in functions]


def _what_if(
    folder: Path,
    code: Code,
    function: Callable[..., Any],
    digest: str,
) -> WhatIf:
    file = code.file
    declared: Declared = getattr(function, DECLARED)
    if not NAME.fullmatch(declared.name):
        raise Invalid(file, f"'{declared.name[:60]}' is no name for a model.")
    signature = signature_of(code, function)
    told = (function.__doc__ or "").strip()
    first, _, rest = told.partition("\n")
    description = told if declared.title else rest.strip()
    return WhatIf(
        name=declared.name,
        title=declared.title or first.rstrip("."),
        description="\n".join(line.strip() for line in description.splitlines()),
        parameters=signature.parameters,
        outputs=signature.outputs,
        calculation=PythonCalculation(file, function, signature),
        digest=digest,
        source=Source(folder, file, declared.name),
        is_vectorised=declared.is_vectorised,
    )


def _read(path: Path, file: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise Unavailable(file, f"cannot be read: {fault.strerror}.") from None


def _decoded(file: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Invalid(file, f"is not UTF-8 (byte {fault.start}).") from None


def _module(path: Path, file: str, text: str) -> types.ModuleType:
    place = hashlib.sha256(str(path).encode()).hexdigest()[:16]
    name = f"modelyard_scenario_{path.stem}_{place}"  # the same for a file that was changed
    module = types.ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module  # dataclasses look their module up by its name
    try:
        exec(compile(text, str(path), "exec"), vars(module))  # noqa: S102 (the workspace's code)
    except SyntaxError as fault:
        del sys.modules[name]
        raise Invalid(f"{file}, line {fault.lineno}", f"is not Python: {fault.msg}.") from None
    except (Exception, SystemExit) as fault:  # noqa: BLE001 (the author's code may raise anything)
        del sys.modules[name]
        raise fault_of(file, path, fault) from None
    return module


def _named(file: str, given: Any) -> Mapping[str, Any]:
    if hasattr(given, "__dataclass_fields__"):
        return {name: getattr(given, name) for name in given.__dataclass_fields__}
    if hasattr(given, "_asdict"):
        named: Mapping[str, Any] = given._asdict()
        return named
    if isinstance(given, Mapping):
        return given
    kind = type(given).__name__
    raise Invalid(file, f"the model gave a {kind} where it declared named outputs.")
