"""A machine that reads the steps of a pickle and carries none of them out.

It keeps what a real one would keep, with a note in the place of every object: which name would be
called with which arguments. It knows how joblib puts arrays between the steps.
"""

import io
import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

from modelyard.errors import Invalid
from modelyard.models.artefact.noted import (
    DEEPEST,
    Filled,
    Made,
    Name,
    as_dict,
    has_objects,
    item_bytes,
)

MOST_STEPS = 50_000_000
ARRAY = ("joblib.numpy_pickle", "NumpyArrayWrapper")
LITERALS = frozenset(
    {
        *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
        *("STRING", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
        *("BYTEARRAY8", "UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"),
    }
)
FIXED = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


@dataclass(frozen=True)
class Read:
    """What was found in a stream."""

    root: Any
    names: tuple[Name, ...]
    objects: tuple[Made, ...]
    has_arrays: bool


def read_stream(content: bytes) -> Read:
    """Read a whole pickle, with the arrays and pickles that joblib keeps inside it.

    Raises Invalid where it is none, is cut short, or hides what it would import.
    """
    machine = _Machine(io.BytesIO(content), 0)
    try:
        root = machine.run()
    except Invalid:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as fault:
        reason = " ".join(str(fault).split())[:200] or type(fault).__name__
        raise Invalid(
            "model", f"is not a whole pickle: {reason}.", "Was the file cut short?"
        ) from None
    return Read(root, tuple(dict.fromkeys(machine.names)), tuple(machine.objects), machine.arrays)


class _Machine:
    def __init__(self, stream: io.BytesIO, depth: int) -> None:
        self.stream = stream
        self.depth = depth
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        self.names: list[Name] = []
        self.objects: list[Made] = []
        self.arrays = False

    def run(self) -> Any:
        if self.depth > DEEPEST:
            raise Invalid("model", "holds pickles inside pickles.")
        for count, (step, argument, _) in enumerate(pickletools.genops(self.stream)):
            if count > MOST_STEPS:
                raise Invalid("model", "has too many steps to be looked through.")
            if step.name == "STOP":
                return self.stack.pop()
            self.take(step.name, argument)
        raise ValueError("it has no end")

    def take(self, step: str, argument: Any) -> None:
        if step in LITERALS:
            self.stack.append(argument)
        elif step in FIXED:
            self.stack.append(FIXED[step])
        elif step in TUPLES:
            count = TUPLES[step]
            self.stack[-count:] = [tuple(self.stack[-count:])]
        elif step not in {"PROTO", "FRAME"}:
            find = STEPS.get(step)
            if find is None:
                raise Invalid("model", f"uses the pickle step {step}, which no model needs.")
            find(self, argument)

    def popped(self) -> list[Any]:
        """Take everything above the last mark."""
        above, self.stack = self.stack, self.marks.pop()
        return above

    def mark(self, _: Any) -> None:
        self.marks.append(self.stack)
        self.stack = []

    def forget_marked(self, _: Any) -> None:
        self.popped()

    def pop(self, _: Any) -> None:
        if self.stack:
            self.stack.pop()
        else:
            self.popped()

    def name(self, module: Any, name: Any) -> Name:
        if not isinstance(module, str) or not isinstance(name, str):
            raise Invalid("model", "works out at load time what it imports.")
        found = Name(module, name)
        self.names.append(found)
        return found

    def imported(self, argument: Any) -> None:
        module, _, name = argument.partition(" ")
        self.stack.append(self.name(module, name))

    def imported_from_stack(self, _: Any) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        self.stack.append(self.name(module, name))

    def call(self, head: Any, args: Any) -> None:
        made = Made(head, args)
        self.objects.append(made)
        self.stack.append(made)

    def instance(self, argument: Any) -> None:
        module, _, name = argument.partition(" ")
        args = tuple(self.popped())
        self.call(self.name(module, name), args)

    def object_of_class(self, _: Any) -> None:
        head, *args = self.popped()
        self.call(head, tuple(args))

    def reduce(self, _: Any) -> None:
        args, head = self.stack.pop(), self.stack.pop()
        self.call(head, args)

    def new_with_keywords(self, _: Any) -> None:
        keywords, args, head = self.stack.pop(), self.stack.pop(), self.stack.pop()
        self.call(head, (args, keywords))

    def fill(self, count: int | None) -> None:
        items = self.popped() if count is None else [self.stack.pop() for _ in range(count)][::-1]
        if isinstance(self.stack[-1], Filled):
            self.stack[-1].items.extend(items)

    def tuple_of_marked(self, _: Any) -> None:
        items = tuple(self.popped())
        self.stack.append(items)

    def filled(self, _: Any) -> None:
        items = self.popped()
        self.stack.append(Filled(items))

    def build(self, _: Any) -> None:
        state, target = self.stack.pop(), self.stack[-1]
        if isinstance(target, Made):
            target.state = state
            if isinstance(target.head, Name) and (target.head.module, target.head.name) == ARRAY:
                self.skip_array(as_dict(state))

    def skip_array(self, state: dict[str, Any]) -> None:
        """Go over the bytes of an array, or look through the pickle that stands there."""
        self.arrays = True
        shape, dtype = state["shape"], state["dtype"]
        if has_objects(dtype):
            inner = _Machine(self.stream, self.depth + 1)
            inner.run()
            self.names += inner.names
            self.objects += inner.objects
            return
        if state.get("numpy_array_alignment_bytes") is not None:
            padding = self.stream.read(1)
            self.stream.seek(padding[0], io.SEEK_CUR)
        length = prod(int(side) for side in shape) * item_bytes(dtype)
        ends = self.stream.tell() + length
        if length < 0 or ends > self.stream.getbuffer().nbytes:
            raise ValueError("an array in it is cut short")
        self.stream.seek(ends)


def _remember(machine: _Machine, argument: Any) -> None:
    machine.memo[len(machine.memo) if argument is None else argument] = machine.stack[-1]


STEPS: dict[str, Callable[[_Machine, Any], None]] = {
    "MARK": _Machine.mark,
    "POP": _Machine.pop,
    "POP_MARK": _Machine.forget_marked,
    "DUP": lambda machine, _: machine.stack.append(machine.stack[-1]),
    "GLOBAL": _Machine.imported,
    "STACK_GLOBAL": _Machine.imported_from_stack,
    "INST": _Machine.instance,
    "OBJ": _Machine.object_of_class,
    "REDUCE": _Machine.reduce,
    "NEWOBJ": _Machine.reduce,
    "NEWOBJ_EX": _Machine.new_with_keywords,
    "BUILD": _Machine.build,
    "APPEND": lambda machine, _: machine.fill(1),
    "SETITEM": lambda machine, _: machine.fill(2),
    **dict.fromkeys(("APPENDS", "SETITEMS", "ADDITEMS"), lambda machine, _: machine.fill(None)),
    **dict.fromkeys(("LIST", "DICT", "FROZENSET"), _Machine.filled),
    **dict.fromkeys(
        ("EMPTY_LIST", "EMPTY_DICT", "EMPTY_SET"), lambda machine, _: machine.stack.append(Filled())
    ),
    "TUPLE": _Machine.tuple_of_marked,
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"), _remember),
    **dict.fromkeys(
        ("GET", "BINGET", "LONG_BINGET"),
        lambda machine, key: machine.stack.append(machine.memo[key]),
    ),
}
"""What the machine does at each step, beside values and tuples."""
