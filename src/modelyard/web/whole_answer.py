"""Answers that are there as a whole are handed to the server as a list.

Granian sends a list at once; of anything else it takes piece by piece in another thread, which
costs a third of a short request.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class WholeAnswer(Response):
    """An answer as any other; Flask makes all of them such."""

    def get_app_iter(self, environ: "WSGIEnvironment") -> Iterable[bytes]:
        """Give the pieces: a list where all are there, and nothing waits for the end."""
        if not self.is_sequence or getattr(self, "_on_close", True):
            return super().get_app_iter(environ)
        status = self.status_code
        if environ["REQUEST_METHOD"] == "HEAD" or status < 200 or status in {204, 304}:
            return []
        return list(self.iter_encoded())
