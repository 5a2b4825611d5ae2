"""A child that does whatever it is told, to see what the jail lets it do."""

import os
import threading
import time
from collections.abc import Callable


def get_ready(options: dict[str, object]) -> Callable[[bytes], bytes]:
    del options
    known = {"os": os, "threading": threading, "time": time}
    return lambda question: repr(eval(question, known)).encode()  # noqa: S307
