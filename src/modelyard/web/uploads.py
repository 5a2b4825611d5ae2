"""Files that are sent: written to the disk piece by piece, after it is known who sends them.

The body of every other request is read, up to 1 MiB, before anything else is done. A view that is
marked with `needs.takes_a_file` reads its own, when the guard has let its caller in.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from flask import current_app, request
from werkzeug.exceptions import BadRequest, LengthRequired
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from modelyard.errors import LONGEST_ECHO, Invalid
from modelyard.models.spool import MEBIBYTE, Spooled, spooled
from modelyard.web.live import live
from modelyard.web.places import BODIES

MULTIPART = "multipart/form-data"
PIECE_BYTES = 256 * 1024
MOST_PARTS = 20
AROUND_BYTES = MEBIBYTE
"""What may come around the file: other parts, and the heads of all of them."""
CUT = "The body ended before all of it had come."


@dataclass(frozen=True)
class Upload:
    """What was sent, whole."""

    file: Spooled
    file_name: str
    """As the sender calls it."""
    texts: Mapping[str, str]
    """The other parts by name; empty where one was not sent."""


@contextmanager
def received(
    most_bytes: int, where: str, check_name: Callable[[str], str], **longest: int
) -> Iterator[Upload]:
    """Take the file of this request, as a form's part `file` or as the whole body.

    `check_name` raises for a file's name that cannot be, before the file is read. `longest` names
    the other parts, each with the most bytes that it may have; beside a whole body they are
    parameters of the address. Raises Invalid for what is missing, not known or too large,
    BadRequest for what is cut off, and Unavailable where no thread is free to wait for it.
    """
    request.max_content_length = most_bytes + AROUND_BYTES
    with ExitStack() as stack:
        stack.enter_context(current_app.extensions[BODIES].taken(live().answers))
        if request.mimetype == MULTIPART:
            yield _from_form(stack, most_bytes, where, check_name, longest)
        else:
            name = check_name(_name_beside())
            texts = {name: _bounded(name, request.args.get(name, ""), longest) for name in longest}
            file = stack.enter_context(spooled(_whole_body(), most_bytes, where))
            yield Upload(file, name, texts)


def _whole_body() -> Iterator[bytes]:
    """Give the body in pieces; how long it is must be said, or nobody could tell that it is cut."""
    length = request.content_length
    if length is None:
        raise LengthRequired("Say how long the file is: send the header Content-Length.")
    while piece := request.stream.read(min(PIECE_BYTES, length)):
        length -= len(piece)
        yield piece
    if length:
        raise BadRequest(CUT)


def _name_beside() -> str:
    """Give the file's name that stands in the address, or in the header Content-Disposition."""
    from werkzeug.http import parse_options_header

    _, options = parse_options_header(request.headers.get("Content-Disposition"))
    return request.args.get("file_name") or options.get("filename", "")


def _from_form(
    stack: ExitStack,
    most_bytes: int,
    where: str,
    check_name: Callable[[str], str],
    longest: Mapping[str, int],
) -> Upload:
    file: Spooled | None = None
    name, texts = "", dict.fromkeys(longest, "")
    events = _events()
    for event in events:
        if not isinstance(event, File | Field):
            continue
        if event.name == "file" and isinstance(event, File) and file is None:
            name = check_name(event.filename)
            file = stack.enter_context(spooled(_content(events), most_bytes, where))
        elif event.name in longest:
            texts[event.name] = _text(event.name, _content(events), longest)
        else:
            shown = str(event.name)[:LONGEST_ECHO]
            raise Invalid(f"part '{shown}'", "is not known, or is there twice.")
    if file is None:
        raise Invalid("part 'file'", "is missing.", "Send the file in the form's part 'file'.")
    return Upload(file, name, texts)


def _events() -> Iterator[Event]:
    """Give the parts of the form as they come."""
    boundary = request.mimetype_params.get("boundary", "")
    if not boundary:
        raise BadRequest("The form's boundary is missing in the header Content-Type.")
    decoder = MultipartDecoder(boundary.encode("latin-1", "replace"), max_parts=MOST_PARTS)
    decoder.max_form_memory_size = AROUND_BYTES
    while True:
        try:
            event = decoder.next_event()
        except ValueError:
            raise BadRequest(CUT) from None
        if isinstance(event, NeedData):
            decoder.receive_data(request.stream.read(PIECE_BYTES) or None)
            continue
        yield event
        if isinstance(event, Epilogue):
            return


def _content(events: Iterator[Event]) -> Iterator[bytes]:
    """Give the pieces of the part that has just begun."""
    for event in events:
        assert isinstance(event, Data)  # noqa: S101 (a part's data follows its head)
        yield event.data
        if not event.more_data:
            return


def _text(name: str, pieces: Iterator[bytes], longest: Mapping[str, int]) -> str:
    content = b""
    for piece in pieces:
        content += piece
        if len(content) > longest[name]:
            raise Invalid(f"part '{name}'", f"is longer than {longest[name]:,} bytes.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Invalid(f"part '{name}'", f"is not UTF-8 (byte {fault.start}).") from None


def _bounded(name: str, text: str, longest: Mapping[str, int]) -> str:
    if len(text.encode("utf-8", "replace")) > longest[name]:
        raise Invalid(f"parameter '{name}'", f"is longer than {longest[name]:,} bytes.")
    return text
