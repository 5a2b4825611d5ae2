"""One OpenAPI 3.1 document for the whole service."""

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from modelyard.errors import Conflict
from modelyard.functions.document import merge

OWN = {
    "openapi": "3.1.0",
    "info": {"title": "Modelyard", "version": "1"},
    "paths": {
        "/api/v1/x": {"get": {"operationId": "own", "responses": {"200": {"description": "x"}}}}
    },
    "components": {
        "schemas": {"Pet": {"type": "string"}},
        "responses": {"Problem": {"description": "What went wrong."}},
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    },
}


def joint(yard, own=OWN):
    document = merge(own, yard.open())
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    return document


def test_functions_stand_beside_the_platforms_own_operations(yard, said, param, good):
    pet = {
        "type": "object",
        "nullable": True,
        "properties": {
            "age": {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
            "kin": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}},
        },
    }
    get = said(
        "app.pet",
        parameters=[{"$ref": "#/components/parameters/id"}],
        responses=good("application/json", {"$ref": "#/components/schemas/Pet"}),
        security=[{"token": []}],
    )
    yard.document(
        {"/pets/{id}": {"get": get | {"x-isolation": "thread"}}},
        openapi="3.0.3",
        servers=[{"url": "/shop"}],
        components={
            "schemas": {"Pet": pet},
            "parameters": {"id": param("id", "path", required=True)},
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "X-Key"}},
        },
    ).write(app_py="def pet(id): return {}")
    document = joint(yard)
    assert list(document["paths"]) == ["/api/v1/x", "/shop/pets/{id}"]
    written = document["paths"]["/shop/pets/{id}"]["get"]
    schema = written["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Pet_2"}
    null, whole = document["components"]["schemas"]["Pet_2"]["anyOf"]
    assert null == {"type": "null"}
    assert whole["properties"]["age"] == {"type": "integer", "exclusiveMinimum": 0}
    assert whole["properties"]["kin"]["items"] == {"$ref": "#/components/schemas/Pet_2"}
    assert document["components"]["schemas"]["Pet"] == {"type": "string"}
    assert written["parameters"][0]["name"] == "id"
    assert written["responses"]["default"] == {"$ref": "#/components/responses/Problem"}
    assert written["security"] == [{"token_openapi_yml": []}]
    assert "x-isolation" not in written


def test_operations_that_are_not_served_are_not_in_it(yard):
    yard.get()
    assert list(joint_paths(yard)) == ["/api/v1/x"]


def joint_paths(yard):
    return merge(OWN, yard.open())["paths"]


@pytest.mark.parametrize(("name", "path"), [("app.answer", "/api/v1/x"), ("own", "/x")])
def test_a_conflict_names_file_and_line(yard, name, path):
    yard.get(name, path=path).write(app_py="def answer(): return 1\nown = answer")
    (yard.root / "modelyard.toml").write_text('[functions]\ncontroller = "app"\n')
    with pytest.raises(Conflict, match=r"openapi.yml, line 7, GET "):
        merge(OWN, yard.open())


def test_schemas_of_two_files_keep_apart(yard, said, good):
    for number, kind in (("1", "integer"), ("2", "string")):
        responses = good("application/json", {"$ref": "#/components/schemas/Thing"})
        yard.document(
            {f"/{number}": {"get": said(f"app.f{number}", responses=responses)}},
            name=f"functions/a{number}.openapi.yml",
            components={"schemas": {"Thing": {"type": kind}}},
        )
    yard.write(app_py="def f1(): return 1\ndef f2(): return 'x'")
    schemas = joint(yard)["components"]["schemas"]
    assert (schemas["Thing"], schemas["Thing_2"]) == ({"type": "integer"}, {"type": "string"})


def test_what_it_is_made_of_stays_as_it_is(yard):
    yard.get().write(app_py="def answer(): return 1")
    merge(OWN, yard.open())
    assert list(OWN["paths"]) == ["/api/v1/x"]
    assert list(OWN["components"]["schemas"]) == ["Pet"]
