"""From the documents of a workspace to operations; what is wrong with one leaves the others be."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from modelyard.errors import Conflict, ModelyardError
from modelyard.functions.catalogue import Functions, Tools
from modelyard.functions.describe import Defaults, Reader
from modelyard.functions.description import Description, Limits
from modelyard.functions.discover import document_names
from modelyard.functions.fitting import fit, offers_of
from modelyard.functions.hands import ThreadRunner
from modelyard.functions.mocked import mocked
from modelyard.functions.modules import Modules, stamp
from modelyard.functions.naming import find_function
from modelyard.functions.operation import Operation, join_process, join_thread
from modelyard.functions.processes import ProcessRunner
from modelyard.functions.references import Node, References
from modelyard.functions.routes import Routes
from modelyard.functions.schemas import Book, Schema
from modelyard.functions.shaping import Counters, Shaper
from modelyard.workspace import Workspace

MEBIBYTE = 1024 * 1024


def open_functions(
    workspace: Workspace, tools: Tools | None = None, reserved: Sequence[str] = ()
) -> Functions:
    """Read the documents of a workspace, and join each operation to its function.

    What is wrong with one operation is in `faults`; the others are there. `reserved` are
    addresses that functions may not have, such as `/api/v1/runs/{id}`, and operationIds, such as
    `start_run`; a function under one is a fault.
    """
    return _Opening(workspace, tools or Tools(), reserved).open()


class _Opening:
    """The work of opening, done once."""

    def __init__(self, workspace: Workspace, tools: Tools, reserved: Sequence[str]) -> None:
        section = workspace.config.functions
        self.workspace, self.tools, self.section = workspace, tools, section
        self.references = References(
            workspace.root, workspace.allows, tuple(section.allow_remote_refs)
        )
        self.requests = Book(self.references, "request")
        self.responses = Book(self.references, "response")
        self.modules = Modules(workspace.root, workspace.allows)
        self.faults: list[ModelyardError] = []
        self.documents: list[Node] = []
        self.routes: Routes[Operation] = Routes()
        self.unserved: Routes[ModelyardError] = Routes()
        self.reserved: Routes[str] = Routes()
        for path in reserved:
            if path.startswith("/"):
                self.reserved.add("", path, path)
        self.reserved_names = frozenset(name for name in reserved if not name.startswith("/"))
        limits = Limits(section.timeout_s, section.at_once, "thread", section.memory_mib * MEBIBYTE)
        self.defaults = Defaults(section.controller, limits)

    def open(self) -> Functions:
        """Read, join, and keep what went wrong."""
        descriptions = list(self._described())
        self.faults += (*self.requests.faults(), *self.responses.faults())
        is_broken = bool(self.faults)
        operations: dict[str, Operation] = {}
        for description in descriptions:
            try:
                if is_broken:
                    _compile_all(description)
                self._place(self._joined_or_mocked(description), operations)
            except ModelyardError as fault:
                self.faults.append(fault)
                self.unserved.add(description.method, description.path, fault)
        files = [source.file for source in self.references.sources.values() if source.file]
        files += [self.workspace.root, self.workspace.root / "functions"]
        return Functions(
            operations,
            tuple({str(fault): fault for fault in self.faults}.values()),
            tuple(self.documents),
            tuple(descriptions),
            self.routes,
            self.unserved,
            self.references,
            self.modules,
            self.tools,
            {file: stamp(file) for file in files},
        )

    def _described(self) -> Iterator[Description]:
        for name in document_names(self.workspace):
            try:
                source = self.references.open(name)
                reader = Reader(
                    source, self.references, self.requests, self.responses, self.defaults
                )
                for outcome in reader.read():
                    if isinstance(outcome, Description):
                        yield outcome
                    else:
                        self.faults.append(outcome)
                self.documents.append(reader.root)
            except ModelyardError as fault:
                self.faults.append(fault)

    def _joined_or_mocked(self, description: Description) -> Operation:
        """Join an operation to its function; where it has none, answer from the document."""
        try:
            return self._joined(description)
        except ModelyardError:
            if not self.tools.has_mocks:
                raise
            return mocked(description, self._shaper(description, Counters()))

    def _shaper(self, description: Description, counters: Counters) -> Shaper:
        return Shaper(description, self._find_file, self.tools.is_development, counters)

    def _joined(self, description: Description) -> Operation:
        counters, limits = Counters(), description.limits
        shaper = self._shaper(description, counters)
        if not description.controller:
            raise description.node.fault(
                f"operationId '{description.name}' names no module.",
                "Write it as src.module.function, or add x-openapi-router-controller: src.module",
                f"{description.method} {description.path}",
            )
        if limits.isolation == "process":
            if self.tools.workers is None:
                raise description.node.fault("x-isolation: process is not available here.")
            process = ProcessRunner(
                description.name,
                description.place,
                self.tools.workers,
                limits.timeout_s,
                limits.at_once,
                limits.memory_bytes,
                counters,
            )
            return join_process(description, process, shaper)
        callee = fit(
            find_function(self.modules, description),
            offers_of(description),
            self.tools.givers,
            description.place,
        )
        thread = ThreadRunner(
            description.name, self.tools.hands, limits.timeout_s, limits.at_once, counters
        )
        return join_thread(description, callee, thread, shaper)

    def _place(self, operation: Operation, operations: dict[str, Operation]) -> None:
        """Put an operation under its name and address; raises Conflict where one is taken."""
        described = operation.description
        known = operations.get(described.name)
        if known is not None:
            raise Conflict(
                described.place,
                f"operationId '{described.name}' is that of {known.description.place} too.",
                "Each operation needs a name of its own.",
            )
        self._refuse_reserved(described)
        other = self.routes.add(described.method, described.path, operation)
        if other is not None:
            raise Conflict(
                described.place,
                f"'{described.path}' is answered by {other.description.place} already.",
                "Choose another path.",
            )
        operations[described.name] = operation

    def _refuse_reserved(self, described: Description) -> None:
        """Raise Conflict where Modelyard itself has the address or the name."""
        if self.reserved.find(described.path) is not None:
            why = f"'{described.path}' is an address of Modelyard's own."
            raise Conflict(described.place, why, "Choose another.")
        if described.name in self.reserved_names:
            why = f"operationId '{described.name}' is an operation of Modelyard's own."
            raise Conflict(described.place, why, "Choose another.")

    def _find_file(self, path: Path) -> Path | None:
        """Give the real path of a file that may be sent: none outside, none hidden."""
        real = (self.workspace.root / path).resolve()
        for root in self.workspace.roots:
            if real.is_relative_to(root):
                hidden = any(part.startswith(".") for part in real.relative_to(root).parts)
                return real if real.is_file() and not hidden else None
        return None


def _compile_all(description: Description) -> None:
    """Compile every schema of an operation; raises Invalid where one is broken."""
    schemas: list[Schema | None] = [one.schema for one in description.parameters]
    if description.body:
        schemas += description.body.contents.values()
    for answer in description.answers.values():
        schemas += answer.contents.values()
    for schema in schemas:
        try:
            if schema is not None:
                _ = schema.validator
        except ValueError as fault:
            raise schema.node.fault(  # type: ignore[union-attr]
                f"is no schema that can be used: {str(fault).splitlines()[0][:200]}.",
                what=f"{description.method} {description.path}",
            ) from None
