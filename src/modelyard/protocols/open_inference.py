"""The Open Inference Protocol V2 over HTTP, as KServe, Triton and MLServer speak it."""

from typing import Any

import msgspec

from modelyard.errors import LONGEST_ECHO, ModelyardError
from modelyard.models.description import Description
from modelyard.models.input_faults import bad
from modelyard.models.serving import Served
from modelyard.protocols.exchange import Answered, Asked, Listed, media_type_of
from modelyard.protocols.faults import status_of, told, unreadable
from modelyard.protocols.json_text import encode, read_json
from modelyard.protocols.protocol import LanguageName
from modelyard.protocols.tensor_answers import (
    TensorAnswer,
    answer_of,
    arrays_of,
    binary_of,
    inputs_of,
    outputs_of,
)
from modelyard.protocols.tensors import (
    Tensor,
    Values,
    rows_of_tensors,
    values_of,
    values_of_bytes,
)
from modelyard.version import VERSION

KNOWN = ("application/json", "application/octet-stream")
HEADER = "Inference-Header-Content-Length"
EXTENSIONS = ["binary_tensor_data", "model_repository"]


class Wanted(msgspec.Struct, frozen=True):
    """An output that is asked for."""

    name: str
    parameters: dict[str, Any] = {}


class Inference(msgspec.Struct, frozen=True):
    """A request as it came."""

    inputs: list[Tensor]
    id: str = ""
    parameters: dict[str, Any] = {}
    outputs: list[Wanted] = []


class Inferred(msgspec.Struct, omit_defaults=True):
    """The answer to it."""

    model_name: str
    model_version: str
    outputs: list[TensorAnswer]
    id: str = ""


_decode = msgspec.json.Decoder(Inference).decode


class OpenInference:
    """Tensors in, tensors out."""

    name: LanguageName = "open inference"

    def predict(self, served: Served, asked: Asked) -> Answered:
        """Answer; raises BadInput and UnreadableType."""
        request, given = _read(asked)
        predictor, version = served.predictor, served.version
        kind = str(request.parameters.get("content_type", ""))
        rows = rows_of_tensors(predictor.reader, given, kind)
        arrays = arrays_of(predictor.description, predictor.runtime.predict(rows))
        answers, behind = _outputs(predictor.description, arrays, request)
        content = Inferred(version.model, str(version.number), answers, request.id)
        head = encode(content)
        if not behind:
            return Answered(head, rows=rows.count)
        return Answered(
            head + b"".join(behind), 200, KNOWN[1], ((HEADER, str(len(head))),), rows.count
        )

    def refuse(self, error: ModelyardError, path: str) -> Answered:  # noqa: ARG002
        """Give the error as one text."""
        return Answered(encode({"error": told(error)}), status_of(error))

    def describe(self, served: Served) -> Answered:
        """Say what a model takes and gives."""
        found = served.predictor.description
        content = {
            "name": served.version.model,
            "versions": [str(served.version.number)],
            "platform": f"{found.plan.runtime}_{served.version.format or 'joblib'}",
            "inputs": inputs_of(found),
            "outputs": outputs_of(found),
        }
        return Answered(encode(content))

    def is_ready(self, name: str, is_ready: bool) -> Answered:
        """Say whether a model can be asked."""
        return Answered(encode({"name": name, "ready": is_ready}), 200 if is_ready else 503)

    def server(self) -> Answered:
        """Say who answers."""
        content = {"name": "modelyard", "version": VERSION, "extensions": EXTENSIONS}
        return Answered(encode(content))

    def live(self, is_live: bool) -> Answered:
        """Say that the process runs."""
        return Answered(encode({"live": is_live, "ready": is_live}))

    def ready(self, is_ready: bool) -> Answered:
        """Say whether the service can answer."""
        return Answered(encode({"live": True, "ready": is_ready}), 200 if is_ready else 503)

    def list_models(self, listed: list[Listed], asked: Asked) -> Answered:
        """Give the models with the version that is served; raises BadInput."""
        wanted = read_json(asked.body) if asked.body else {}
        if not isinstance(wanted, dict) or not isinstance(wanted.get("ready", False), bool):
            raise bad("is not an object with 'ready' as true or false.")
        shown = [one for one in listed if one.version or not wanted.get("ready")]
        content = [
            {
                "name": one.name,
                "version": one.version,
                "state": "READY" if one.version else "UNAVAILABLE",
                "reason": one.reason,
            }
            for one in shown
        ]
        return Answered(encode(content))


def _read(asked: Asked) -> tuple[Inference, list[tuple[Tensor, Values]]]:
    """Read the JSON, and what stands in binary behind it."""
    if media_type_of(asked.media_type) not in {"", *KNOWN}:
        raise unreadable(asked.media_type, KNOWN)
    if not asked.json_bytes:
        request = _request(asked.body)
        return request, [(one, values_of(one)) for one in request.inputs]
    size = (
        int(asked.json_bytes) if asked.json_bytes.isascii() and asked.json_bytes.isdigit() else -1
    )
    if not 0 <= size <= len(asked.body):
        raise bad(f"{HEADER} is not a part of the body's {len(asked.body)} bytes.")
    request, place, given = _request(asked.body[:size]), size, []
    for one in request.inputs:
        length = one.parameters.get("binary_data_size")
        if length is None:
            given.append((one, values_of(one)))
            continue
        if type(length) is not int or not 0 <= length <= len(asked.body) - place:
            raise one.bad("has a binary_data_size that the body does not have.")
        given.append((one, values_of_bytes(one, asked.body[place : place + length])))
        place += length
    if place != len(asked.body):
        raise bad(f"{len(asked.body) - place} bytes behind the inputs belong to none of them.")
    return request, given


def _request(body: bytes) -> Inference:
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return msgspec.convert(read_json(body), Inference)
    except msgspec.ValidationError as fault:
        raise bad(f"is no inference request: {fault}.") from None


def _outputs(
    description: Description, arrays: dict[str, Any], request: Inference
) -> tuple[list[TensorAnswer], list[bytes]]:
    """Give the outputs that are asked for, and the contents of those in binary."""
    types = {one.name: one.datatype for one in outputs_of(description)}
    is_binary = request.parameters.get("binary_data_output") is True
    wanted = request.outputs or [Wanted(name) for name in arrays]
    answers, behind = [], []
    for one in wanted:
        if one.name not in arrays:
            known = ", ".join(arrays)
            raise bad("is not an output.", f"Known: {known}.", field=one.name[:LONGEST_ECHO])
        if one.parameters.get("binary_data", is_binary) is True:
            answer, content = binary_of(one.name, types[one.name], arrays[one.name])
            behind.append(content)
        else:
            answer = answer_of(one.name, types[one.name], arrays[one.name])
        answers.append(answer)
    return answers, behind
