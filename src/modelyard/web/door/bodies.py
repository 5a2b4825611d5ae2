"""Bodies of requests, read whole and bounded."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from modelyard.answers import Answers
from modelyard.errors import Invalid
from modelyard.protocols.faults import UnreadableType, too_large
from modelyard.web.places import BodyPlaces, has_no_body

LARGE = 1024 * 1024
"""From so many bytes on a request keeps its place until it is answered: it is work, too."""


class Bodies:
    """Reads bodies; few at a time, so that slow callers leave threads for others."""

    def __init__(self, places: BodyPlaces, answers: Answers, most_bytes: int) -> None:
        self._places = places
        self._answers = answers
        self._most_bytes = most_bytes

    def read(self, environ: dict[str, Any]) -> bytes:
        """Read the body of a request.

        Raises TooLarge, Invalid for one that is cut off, UnreadableType for a compressed one, and
        Unavailable where too many are being read.
        """
        if has_no_body(environ):
            return b""
        coding = environ.get("HTTP_CONTENT_ENCODING")
        if coding and coding.lower() != "identity":
            raise UnreadableType(
                "Content-Encoding", f"'{coding[:40]}' is not taken.", "Send it as it is."
            )
        length = self._length(environ)
        with self._places.taken(self._answers):
            content = read_up_to(
                environ["wsgi.input"], self._most_bytes + 1 if length < 0 else length
            )
        if len(content) > self._most_bytes:
            raise too_large(self._most_bytes)
        if len(content) < length:
            raise Invalid("request body", f"ends after {len(content)} of {length} bytes.")
        return content

    def while_answered(self, content: bytes) -> AbstractContextManager[None]:
        """Keep a place while a large body is worked on."""
        return self._places.taken(self._answers) if len(content) > LARGE else nullcontext()

    def _length(self, environ: dict[str, Any]) -> int:
        """Give how many bytes are announced, -1 where nothing is."""
        text = environ.get("CONTENT_LENGTH")
        if not text:
            return -1
        if not (text.isascii() and text.isdigit()):
            raise Invalid("Content-Length", "is no number.")
        length = int(text)
        if length > self._most_bytes:
            raise too_large(self._most_bytes)
        return length


def read_up_to(stream: Any, most: int) -> bytes:
    """Read up to `most` bytes; servers may give them in pieces."""
    first: bytes = stream.read(most)
    if len(first) == most or not first:
        return first
    pieces, left = [first], most - len(first)
    while left > 0:
        piece = stream.read(left)
        if not piece:
            break
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)
