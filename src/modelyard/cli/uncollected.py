"""A start is not looked through for garbage: what it loads stays for good."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Look for no garbage inside the block, and never again at what it made.

    Python looks through all that is there again and again while hundreds of modules load: that
    was a seventh of a start, and later held up a request now and then.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
