"""An outcome as the answer that the document promises."""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from modelyard.errors import NotFound
from modelyard.functions.checks import first_fault
from modelyard.functions.describe_parts import is_json_type, is_text_type, plain_type
from modelyard.functions.description import Answer, Description
from modelyard.functions.faults import AnswerFault, FunctionFailed, failed
from modelyard.functions.media import guess_type, preferred
from modelyard.functions.outcome import Outcome, to_json_bytes
from modelyard.functions.request import Reply, Request
from modelyard.functions.schemas import Schema
from modelyard.metrics import count_wrong_answer

log = logging.getLogger("modelyard.functions")
NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
BAD_VALUE = re.compile(r"[\r\n\0]")
NOT_THEIRS = frozenset(
    ("content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "trailer", "te")
) | {"content-type"}
"""What the server says itself, and the type, which has a place of its own."""
NO_BODY = frozenset((204, 304))


@dataclass(eq=False)
class Counters:
    """What happened to one operation in this process."""

    bad_answers: int = 0
    """Answers that broke the document and were sent all the same, in production."""
    failures: int = 0
    timeouts: int = 0
    refused: int = 0
    """Calls turned away because too many were at work."""
    lost: int = 0
    """Threads that still work for a call that was given up."""


@dataclass(eq=False)
class Shaper:
    """Makes the answers of one operation."""

    description: Description
    find_file: Callable[[Path], Path | None]
    """Gives the real path of a file that may be sent; None for all others."""
    is_strict: bool
    """Whether an answer that breaks the document is an error (development)."""
    counters: Counters

    def __post_init__(self) -> None:
        codes = [code for code in self.description.answers if code.startswith("2")]
        plain = sorted(code for code in codes if code.isdecimal())
        self.usual = int(plain[0]) if plain else 200
        self.usual_empty = 204 if "204" in plain else self.usual
        self._answers: dict[int, Answer | None] = {}

    def shape(self, outcome: Outcome, request: Request) -> Reply:
        """Give the answer.

        Raises AnswerFault where it breaks the document (in development), or could harm the
        visitor, and NotFound for a file that is not there.
        """
        is_empty = outcome.sort == "empty"
        status = outcome.status or (self.usual_empty if is_empty else self.usual)
        answer = self._answer(status)
        contents = answer.contents if answer else {}
        if is_empty and (status in NO_BODY or not any(map(is_json_type, contents))):
            reply = Reply(status, b"", "", self._headers(outcome))
        else:
            reply = self._with_body(outcome, status, contents, request)
        self._refuse_undocumented(status, answer, reply)
        return reply

    def _answer(self, status: int) -> Answer | None:
        if status not in self._answers:
            answers = self.description.answers
            keys = (str(status), f"{status // 100}XX", "default")
            self._answers[status] = next((answers[key] for key in keys if key in answers), None)
        return self._answers[status]

    def _with_body(
        self,
        outcome: Outcome,
        status: int,
        contents: Mapping[str, Schema | None],
        request: Request,
    ) -> Reply:
        headers = self._headers(outcome) if outcome.headers else ()
        named = next((v for k, v in outcome.headers if k.lower() == "content-type"), "")
        media = named or self._media(outcome, contents, request)
        schema = contents.get(plain_type(media) if named else media)
        sort, content = outcome.sort, outcome.content
        if sort == "file":
            return Reply(status, self._file(content), media, headers)
        if sort == "stream":
            return Reply(status, self._guarded(content), _with_charset(media), headers)
        if sort == "bytes":
            return Reply(status, content, media, headers)
        if sort == "text" and not is_json_type(plain_type(media)):
            self._check(schema, content, content)
            return Reply(status, content.encode(), _with_charset(media), headers)
        body = self._json(content)
        if not is_json_type(plain_type(media)) and not isinstance(content, dict | list):
            self._check(schema, content, str(content))
            return Reply(status, str(content).encode(), _with_charset(media), headers)
        self._check(schema, body, content)
        return Reply(status, body, media, headers)

    def _media(
        self, outcome: Outcome, contents: Mapping[str, Schema | None], request: Request
    ) -> str:
        """Choose the type: among those that the document has, by what the visitor accepts."""
        usual = {"text": "text/plain", "value": "application/json", "empty": "application/json"}
        fallback = usual.get(outcome.sort, "")
        if outcome.sort == "file":
            fallback = guess_type(outcome.content)
        if len(contents) == 1:
            media = next(iter(contents))
        else:
            fitting = [one for one in contents if _fits(outcome.sort, one)] or list(contents)
            media = preferred(fitting, request.headers.get("accept") or "") if fitting else ""
        if not media or "*" in media:
            return fallback or "application/octet-stream"
        return media

    def _file(self, path: Path) -> Path:
        found = self.find_file(path)
        if found is None:
            log.warning("%s: a file outside the workspace, or none", self.description.place)
            raise NotFound(self.description.name, "there is no such file.")
        return found

    def _guarded(self, parts: Any) -> Any:
        """Pass a stream on; what it raises is logged, and ends it."""
        try:
            yield from parts
        except GeneratorExit:
            raise
        except BaseException as error:  # noqa: BLE001 (user code may raise anything)
            self.counters.failures += 1
            raise self._failed(error) from None

    def _json(self, content: Any) -> bytes:
        try:
            return to_json_bytes(content)
        except (TypeError, ValueError, RecursionError) as fault:
            raise self._failed(f"its answer is not JSON: {fault}") from None

    def _headers(self, outcome: Outcome) -> tuple[tuple[str, str], ...]:
        """Take the headers over; one that could smuggle another one in is refused, always."""
        for name, value in outcome.headers:
            if not NAME.fullmatch(name) or BAD_VALUE.search(value) or not _is_latin(value):
                raise self._failed(f"its answer has a header that is none: {name!r}")
        return tuple(pair for pair in outcome.headers if pair[0].lower() not in NOT_THEIRS)

    def _check(self, schema: Schema | None, encoded: Any, content: Any) -> None:
        """Hold an answer against its schema, in the form that the visitor gets."""
        if schema is None:
            return
        try:
            if schema.validator.is_valid(content):
                return
        except (ValueError, RecursionError):
            pass  # dates and the like: JSON has its own form of them
        value = msgspec.json.decode(encoded) if isinstance(encoded, bytes) else encoded
        if not schema.validator.is_valid(value):
            rule, why = first_fault(schema, value)
            self._fault(f"its answer breaks the document ({rule}): {why}")

    def _refuse_undocumented(self, status: int, answer: Answer | None, reply: Reply) -> None:
        if answer is None:
            if self.description.answers:
                known = ", ".join(self.description.answers)
                self._fault(f"it answered {status}, which is not documented (known: {known}).")
            return
        media = plain_type(reply.media_type)
        if media and answer.contents and not _is_documented(media, answer.contents):
            self._fault(f"it answered {media}, which is not documented for {status}.")
        missing = set(answer.headers) - {name.lower() for name, _ in reply.headers}
        if answer.headers and missing:
            self._fault(f"its answer lacks the header {', '.join(sorted(missing))}.")

    def _failed(self, error: BaseException | str) -> FunctionFailed:
        return failed(self.description.name, self.description.place, error)

    def _fault(self, why: str) -> None:
        self.counters.bad_answers += 1
        count_wrong_answer(self.description.name)
        if self.is_strict:
            raise AnswerFault(self.description.place, why, "Correct the function or the document.")
        log.warning("%s: %s", self.description.place, why)


def _fits(sort: str, media: str) -> bool:
    if sort in {"value", "empty"}:
        return is_json_type(media)
    if sort == "text":
        return is_text_type(media) or media == "*/*"
    return not is_json_type(media)


def _is_documented(media: str, contents: Mapping[str, Any]) -> bool:
    return any(one in contents for one in (media, f"{media.partition('/')[0]}/*", "*/*"))


def _with_charset(media: str) -> str:
    return f"{media}; charset=utf-8" if is_text_type(media) else media


def _is_latin(value: str) -> bool:
    return all(" " <= char <= "\xff" or char == "\t" for char in value)
