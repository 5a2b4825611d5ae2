"""Files that would do harm if anybody let them."""

import io
import pickle
from collections.abc import Callable
from typing import Any

import joblib
import numpy as np


class Call:
    """Pickled, it is a call of a function with arguments."""

    def __init__(self, function: Callable[..., Any], *args: Any) -> None:
        self.function, self.args = function, args

    def __reduce__(self) -> tuple[Any, ...]:
        return self.function, self.args


def dumped(thing: Any, **options: Any) -> bytes:
    stream = io.BytesIO()
    joblib.dump(thing, stream, **options)
    return stream.getvalue()


def named_call(module: str, name: str, *args: Any) -> bytes:
    """A pickle that calls a name without it being importable here, dots and all."""
    parts = [b"\x80\x04", _text(module), _text(name), b"\x93"]
    parts += [pickle.dumps(args, 2)[2:-1], b"R."]
    return b"".join(parts)


def _text(text: str) -> bytes:
    raw = text.encode()
    return b"\x8c" + bytes([len(raw)]) + raw


def inside_an_array(thing: Any) -> bytes:
    held = np.empty(1, dtype=object)
    held[0] = thing
    return dumped(held)
