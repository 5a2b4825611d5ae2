"""The functions that a document still lacks, written as stubs to be filled in."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from modelyard.errors import Invalid, Unavailable
from modelyard.functions.catalogue import Functions
from modelyard.functions.description import Body, Description, Parameter
from modelyard.functions.fitting import spellings
from modelyard.functions.naming import as_name
from modelyard.functions.schemas import Schema

PYTHON = {
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "string": "str",
    "array": "list",
    "object": "dict",
}


@dataclass(frozen=True)
class Stub:
    """One function that is to be written."""

    file: str
    """The path in the workspace."""
    name: str
    code: str


def missing_stubs(functions: Functions) -> list[Stub]:
    """List the functions that operations name and no file has; nothing is imported.

    Raises Invalid where a module would lie outside the workspace, or its file is not Python.
    """
    root = functions.modules.root
    written: dict[str, set[str]] = {}
    stubs = []
    for description in functions.descriptions:
        if not description.controller:
            continue
        file = _file_of(root, description)
        name = as_name(description.function)
        known = written.setdefault(file, _names_in(root / file, file))
        if name not in known:
            known.add(name)
            stubs.append(Stub(file, name, _code(description, name)))
    return stubs


def write_stubs(root: Path, stubs: Iterable[Stub]) -> None:
    """Append stubs to their files, which are made where they are not there.

    Raises Unavailable where a file cannot be written.
    """
    for stub in stubs:
        file = root / stub.file
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            before = file.read_text(encoding="utf-8").rstrip() if file.exists() else ""
            joint = f"{before}\n\n\n{stub.code}" if before else stub.code
            file.write_text(joint, encoding="utf-8", newline="\n")
        except OSError as fault:
            raise Unavailable(stub.file, f"cannot be written: {fault.strerror}.") from None


def _file_of(root: Path, description: Description) -> str:
    parts = description.controller.split(".")
    if not all(part.isidentifier() for part in parts):
        raise Invalid(description.place, f"'{description.controller}' is no name of a module.")
    place = Path(*parts)
    if (root / place / "__init__.py").is_file():
        return (place / "__init__.py").as_posix()
    return place.with_suffix(".py").as_posix()


def _names_in(path: Path, file: str) -> set[str]:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return set()
    except (SyntaxError, ValueError) as fault:
        line = f", line {fault.lineno}" if isinstance(fault, SyntaxError) else ""
        raise Invalid(f"{file}{line}", "is not Python.", "Correct it first.") from None
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def _code(description: Description, name: str) -> str:
    arguments = [_argument(one) for one in description.parameters if one.place != "cookie"]
    if description.body:
        arguments.append(_body_argument(description.body))
    ordered = sorted(dict.fromkeys(arguments), key=lambda text: "=" in text)
    words = (description.summary or f"Answer {description.method} {description.path}").strip()
    summary = " ".join(words.replace("\\", "/").replace('"""', "'''").split()).rstrip(".")
    return (
        f"def {name}({', '.join(ordered)}):\n"
        f'    """{summary}."""\n'
        f'    raise NotImplementedError("{name}")\n'
    )


def _argument(parameter: Parameter) -> str:
    name = spellings(parameter.name)[0]
    hint = _hint(parameter.schema)
    if parameter.is_required:
        return f"{name}{hint}"
    default = parameter.default if parameter.has_default else None
    nothing = " | None" if default is None and hint else ""
    return f"{name}{hint}{nothing} = {default!r}" if hint else f"{name}={default!r}"


def _body_argument(body: Body) -> str:
    schema = next(iter(body.contents.values()), None)
    name, hint = spellings(body.name)[0], _hint(schema)
    if body.is_required:
        return f"{name}{hint}"
    return f"{name}{hint} | None = None" if hint else f"{name}=None"


def _hint(schema: Schema | None) -> str:
    kinds = schema.kinds() - {"null"} if schema else frozenset()
    return f": {PYTHON[next(iter(kinds))]}" if len(kinds) == 1 else ""
