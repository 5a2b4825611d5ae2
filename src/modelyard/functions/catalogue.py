"""The operations of a workspace, by their names and by their addresses."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from modelyard.errors import ModelyardError, NotFound
from modelyard.functions.description import Description
from modelyard.functions.fitting import Givers
from modelyard.functions.hands import Hands
from modelyard.functions.modules import Modules, Stamp, stamp
from modelyard.functions.naming import nearest
from modelyard.functions.operation import Operation
from modelyard.functions.references import Node, References
from modelyard.functions.routes import Match, Routes
from modelyard.processes.kept import KeptProcesses


@dataclass(frozen=True)
class Tools:
    """What operations are given to work with; it outlives a reload."""

    is_development: bool = False
    """Whether saved files take effect at once, and wrong answers are errors."""
    has_mocks: bool = False
    """Whether operations that have no function are answered from their document."""
    givers: Givers = field(default_factory=dict)
    hands: Hands = field(default_factory=Hands)
    workers: KeptProcesses | None = None
    """None where functions cannot be called in processes of their own."""


@dataclass(frozen=True, eq=False, repr=False)
class Functions(Mapping[str, Operation]):
    """The operations by their operationId; `faults` says which could not be made, and why."""

    operations: Mapping[str, Operation]
    faults: tuple[ModelyardError, ...]
    documents: tuple[Node, ...]
    descriptions: tuple[Description, ...]
    """All operations that were described well, also those without a function."""
    routes: Routes[Operation]
    unserved: Routes[ModelyardError]
    """By the addresses of operations that are described well: why they have no function."""
    references: References
    modules: Modules
    tools: Tools
    stamps: Mapping[Path, Stamp]

    def __getitem__(self, name: str) -> Operation:
        return self.operations[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.operations)

    def __len__(self) -> int:
        return len(self.operations)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        """Name the operations."""
        return f"<Functions {', '.join(self.operations)}>"

    def get_operation(self, name: str) -> Operation:
        """Give one operation, by its name or the last part of it, where that is one's alone.

        Raises NotFound with the nearest name.
        """
        ending = [one for one in self.operations if one.rpartition(".")[2] == name]
        if name in self.operations or len(ending) == 1:
            return self.operations.get(name) or self.operations[ending[0]]
        raise NotFound(
            f"function {name}", "there is no operation of that name.", nearest(name, self)
        )

    def find(self, path: str) -> Match[Operation] | None:
        """Find what answers a path, for all HTTP verbs."""
        return self.routes.find(path)

    def find_fault(self, method: str, path: str) -> ModelyardError | None:
        """Say why the operation at an address is not served; None where none is described."""
        match = self.unserved.find(path)
        return match.targets.get(method) if match else None

    def has_changed(self) -> bool:
        """Tell whether a document, or in development a Python file, is not as it was."""
        return any(stamp(path) != known for path, known in self.stamps.items()) or (
            self.tools.is_development and self.modules.has_changed()
        )
