"""Operations that have no function yet are answered from their document, and say so."""

from pathlib import Path

import pytest

from modelyard import wiring
from modelyard.errors import NotFound
from modelyard.functions.faults import RequestFault
from modelyard.functions.opening import open_functions
from modelyard.functions.request import Request
from modelyard.settings import Settings

DOCUMENT = """
openapi: 3.1.0
info: {title: pets, version: "1"}
paths:
  /pets/{id}:
    get:
      operationId: pets.show
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        "200":
          description: a pet
          content: {application/json: {schema: {type: object}, example: {name: Rex}}}
        "404":
          description: none
          content:
            application/json:
              schema: {type: object, required: [why], properties: {why: {type: string}}}
  /work:
    post:
      operationId: pets.work
      x-run: true
      responses: {"200": {description: done, content: {application/json: {example: 7}}}}
  /real:
    get:
      operationId: real.real
      responses: {"200": {description: real, content: {application/json: {example: 1}}}}
"""


@pytest.fixture
def yard(tmp_path):
    (tmp_path / "openapi.yml").write_text(DOCUMENT)
    (tmp_path / "real.py").write_text("def real():\n    return 2\n")
    return tmp_path


def opened(folder: Path, has_mocks=True):
    services = wiring.open_folder(settings=Settings(workspace=folder, mocks=has_mocks))
    return open_functions(services.workspace, wiring.tools_for(services))


def asked(functions, name, **more):
    return functions[name].call(Request(**more))


def test_an_operation_without_a_function_is_answered_with_its_example(yard):
    reply = asked(opened(yard), "pets.show", path_values={"id": "7"})
    assert (reply.status, reply.body) == (200, b'{"name":"Rex"}')
    assert ("Modelyard-Mock", "true") in reply.headers


def test_requests_are_checked_as_the_real_one_will(yard):
    with pytest.raises(RequestFault):
        asked(opened(yard), "pets.show", path_values={"id": "rex"})


def test_another_documented_answer_can_be_asked_for(yard):
    functions = opened(yard)
    wanted = {"path_values": {"id": "7"}, "headers": {"prefer": "code=404"}}
    reply = asked(functions, "pets.show", **wanted)
    assert (reply.status, reply.body) == (404, b'{"why":"text"}')
    wanted["headers"] = {"prefer": "code=418"}
    with pytest.raises(NotFound, match="418"):
        asked(functions, "pets.show", **wanted)


def test_what_is_to_be_a_run_is_answered_at_once(yard):
    functions = opened(yard)
    assert not functions["pets.work"].is_run
    assert asked(functions, "pets.work").body == b"7"


def test_a_function_that_is_there_is_called(yard):
    reply = asked(opened(yard), "real.real")
    assert (reply.body, reply.headers) == (b"2", ())


def test_without_being_asked_for_nothing_is_mocked(yard):
    functions = opened(yard, has_mocks=False)
    assert list(functions) == ["real.real"]
    assert len(functions.faults) == 2
