"""The functions as they are now: a saved file takes effect at the next request, in development."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from modelyard.functions.catalogue import Functions, Tools
from modelyard.functions.opening import open_functions
from modelyard.workspace import Workspace

LOOK_EVERY_S = 1.0
log = logging.getLogger("modelyard.functions")


class LiveFunctions:
    """Opens the functions again when a document, or in development a module, has changed.

    Otherwise modules stay as they were loaded until a document changes. Documents are looked at
    once a second, in development at every request.
    """

    def __init__(
        self, workspace: Callable[[], Workspace], tools: Tools, reserved: Sequence[str] = ()
    ) -> None:
        self._workspace, self._tools, self._reserved = workspace, tools, reserved
        self._lock = threading.Lock()
        self._config = workspace().config.functions
        self._functions = open_functions(workspace(), tools, reserved)
        self._looked_at = time.monotonic()
        self._tell()

    def current(self) -> Functions:
        """Give the functions as they are now."""
        is_due = time.monotonic() - self._looked_at > LOOK_EVERY_S
        if (is_due or self._tools.is_development) and self._lock.acquire(
            blocking=self._tools.is_development
        ):
            try:
                self._look()
            finally:
                self._looked_at = time.monotonic()
                self._lock.release()
        return self._functions

    def stop(self) -> None:
        """End the worker processes."""
        if self._tools.workers is not None:
            self._tools.workers.stop()

    def _look(self) -> None:
        workspace = self._workspace()
        config = workspace.config.functions
        if config == self._config and not self._functions.has_changed():
            return
        old = self._functions
        self._functions = open_functions(workspace, self._tools, self._reserved)
        self._config = config
        for name, operation in self._functions.items():
            if name in old:
                operation.take_counts(old[name])
        self._tell()

    def _tell(self) -> None:
        """Write what is wrong into the log; the others are served."""
        for fault in self._functions.faults:
            log.warning("not served: %s", fault)
