"""A function as a run: in a worker, with its answer as the result."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from modelyard.accounts.actor import ANONYMOUS, LAPTOP, Actor
from modelyard.errors import Invalid
from modelyard.functions.catalogue import Functions
from modelyard.functions.describe_parts import is_json_type, is_text_type, plain_type
from modelyard.functions.operation import Operation
from modelyard.functions.request import Reply, from_json
from modelyard.runs.kinds import Checked, Context, Outcome, OutFile, read_request
from modelyard.version import VERSION

FILE = "answer"
KIND = "function"


class FunctionRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Which function is asked, and what: `path`, `query`, `headers`, `body` in Base64, `form`."""

    function: str
    request: dict[str, Any] = {}
    models: dict[str, Any] = {}
    """The versions of models that it asks for; filled in when the run is asked for."""


@dataclass(frozen=True)
class FunctionKind:
    """Runs of functions whose document says `x-run: true`."""

    find: Callable[[], Functions]
    """Gives the functions as they are now."""
    pin_models: Callable[[Functions, Operation], Mapping[str, Any]] = lambda _, __: {}
    """Names the versions of models that an operation asks for."""
    use_models: Callable[[Mapping[str, Any]], None] = lambda _: None
    """Has these given, in the process that does the work."""
    name: str = KIND
    title: str = "Function"
    is_quick: bool = False
    is_repeatable: bool = False
    struct: type[msgspec.Struct] = field(default=FunctionRequest, repr=False)

    def check(self, request: Mapping[str, Any]) -> Checked:
        """Look whether there is such a function, and whether the request fits its document."""
        asked = read_request(self.name, request, FunctionRequest)
        functions = self.find()
        operation = _operation(functions, asked)
        try:
            operation.check(from_json(asked.request, ANONYMOUS))
        except (msgspec.ValidationError, TypeError, ValueError, AttributeError):
            raise Invalid("request.request", "is not the request of a function.") from None
        pins = self.pin_models(functions, operation)
        asked = msgspec.structs.replace(asked, models=msgspec.to_builtins(pins))
        return Checked(
            title=(operation.summary or operation.name)[:80],
            request=msgspec.to_builtins(asked),
            resource_kind="function",
            resource_name=operation.name,
        )

    def work(self, request: Mapping[str, Any], context: Context) -> Outcome:
        """Call it. A function that wants to know who asks is told who started the run."""
        asked = read_request(self.name, request, FunctionRequest)
        operation = _operation(self.find(), asked)
        self.use_models(asked.models)
        context.progress(0.0, operation.summary or operation.name)
        reply = operation.call(from_json(asked.request, starter(context)))
        return _outcome(operation, reply, context)


def _operation(functions: Functions, asked: FunctionRequest) -> Operation:
    operation = functions.get_operation(asked.function)
    if not operation.is_run:
        raise Invalid(
            f"function '{operation.name}'", "is no run.", "Its document needs x-run: true."
        )
    return operation


def starter(context: Context) -> Actor:
    """Give the one who started a run, without any scope: what they may was decided before."""
    if context.started_by_id:
        email, user_id = context.started_by, context.started_by_id
        return Actor(kind="user", email=email, name=email, user_id=user_id)
    return Actor(kind="laptop") if context.started_by == LAPTOP.shown else ANONYMOUS


def _outcome(operation: Operation, reply: Reply, context: Context) -> Outcome:
    """Give the answer: JSON as it is, a text as JSON, all else as a file."""
    content, media = reply.whole(), plain_type(reply.media_type)
    passport = {
        "function": operation.name,
        "file": operation.description.file_and_line,
        "status": reply.status,
        "versions": {"modelyard": VERSION},
    }
    if is_json_type(media):
        return Outcome(result=content, passport=passport)
    if is_text_type(media) or not content:
        text = content.decode("utf-8", "replace")
        return Outcome(result=msgspec.json.encode(text if media else None), passport=passport)
    path = context.folder / FILE
    path.write_bytes(content)
    result = msgspec.json.encode({"file": FILE, "media_type": media, "bytes": len(content)})
    file = OutFile(name=FILE, media_type=media, path=path)
    return Outcome(result=result, files=(file,), passport=passport)
