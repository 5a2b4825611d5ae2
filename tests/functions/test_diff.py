"""Which changes of a document break programs."""

import copy

import pytest
import yaml

from modelyard.errors import Invalid
from modelyard.functions.diff import compare

PET = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "kind": {"enum": ["cat", "dog"]}},
}
OLD = {
    "openapi": "3.1.0",
    "info": {"title": "a", "version": "1"},
    "paths": {
        "/pets/{id}": {
            "put": {
                "operationId": "a.put",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 9}},
                ],
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}
                    }
                },
                "responses": {
                    "200": {
                        "description": "x",
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Back"}}
                        },
                    }
                },
            }
        },
        "/x": {"get": {"operationId": "a.x", "responses": {"200": {"description": "x"}}}},
    },
    "components": {"schemas": {"Pet": PET, "Back": copy.deepcopy(PET)}},
}


def changes(tmp_path, change):
    new = copy.deepcopy(OLD)
    change(new, new["paths"]["/pets/{id}"]["put"])
    for name, content in (("old.yml", OLD), ("new.yml", new)):
        (tmp_path / name).write_text(yaml.dump(content, Dumper=NoAliases))
    return [
        (one.is_breaking, one.what) for one in compare(tmp_path / "old.yml", tmp_path / "new.yml")
    ]


class NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


def back(new):
    return new["components"]["schemas"]["Back"]


def sent(new):
    return new["components"]["schemas"]["Pet"]


BREAKING = {
    "the operation is gone": lambda new, put: new["paths"].pop("/x"),
    "the query parameter 'limit' is required now": lambda new, put: put["parameters"][1].update(
        required=True
    ),
    "the query parameter 'limit' is gone": lambda new, put: put["parameters"].pop(),
    "the query parameter 'new' is new and required": lambda new, put: put["parameters"].append(
        {"name": "new", "in": "query", "required": True, "schema": {}}
    ),
    "the query parameter 'limit' may not be all": lambda new, put: put["parameters"][1].update(
        schema={"type": "integer", "maximum": 5}
    ),
    "its type is string in one, integer in the other": lambda new, put: put["parameters"][0].update(
        schema={"type": "string", "pattern": "x"}
    ),
    "the body is required now": lambda new, put: put["requestBody"].update(required=True),
    "a body is not taken any more": lambda new, put: put.pop("requestBody"),
    "a body of the type application/json is not": lambda new, put: put["requestBody"].update(
        content={"text/plain": {}}
    ),
    "kind must be there in one only": lambda new, put: sent(new)["required"].append("kind"),
    "'kind', dog is a value in one only": lambda new, put: sent(new)["properties"]["kind"].update(
        enum=["cat"]
    ),
    "the answer 200 is gone": lambda new, put: put.update(responses={"201": {"description": "x"}}),
    "the answer 200 has no application/json": lambda new, put: put["responses"]["200"].pop(
        "content"
    ),
    "name must be there in one only": lambda new, put: back(new).update(required=[]),
    "fish is a value in one only": lambda new, put: back(new)["properties"]["kind"]["enum"].append(
        "fish"
    ),
    "who may ask has changed": lambda new, put: (
        put.update(security=[{"key": []}]),
        new["components"].update(securitySchemes={"key": {"type": "http", "scheme": "bearer"}}),
    ),
}


@pytest.mark.parametrize("words", BREAKING)
def test_a_change_that_breaks_programs_is_named(tmp_path, words):
    found = changes(tmp_path, BREAKING[words])
    assert found, "nothing was seen"
    assert all(is_breaking for is_breaking, _ in found[:1])
    assert any(words in what for is_breaking, what in found if is_breaking), found


KEEPING = {
    "a new operation": lambda new, put: new["paths"].update(
        {"/y": {"get": {"operationId": "a.y", "responses": {"200": {"description": "x"}}}}}
    ),
    "the query parameter 'new' is new.": lambda new, put: put["parameters"].append(
        {"name": "new", "in": "query", "schema": {}}
    ),
    "the query parameter 'limit' may be more than before": lambda new, put: put["parameters"][
        1
    ].update(schema={"type": "integer"}),
    "the body (application/json) may be more": lambda new, put: sent(new)["properties"].pop("kind"),
    "says more exactly": lambda new, put: back(new)["required"].append("kind"),
    "the answer 404 is new": lambda new, put: put["responses"].update(
        {"404": {"description": "x"}}
    ),
}


@pytest.mark.parametrize("words", KEEPING)
def test_a_change_that_breaks_nothing_is_told_as_such(tmp_path, words):
    found = changes(tmp_path, KEEPING[words])
    assert not any(is_breaking for is_breaking, _ in found), found
    assert any(words in what for _, what in found), found


@pytest.mark.parametrize(
    "change",
    [
        lambda new, put: None,
        lambda new, put: put.update(description="Other words.", summary="x"),
        lambda new, put: new["info"].update(version="2"),
        lambda new, put: put["parameters"].reverse(),
    ],
)
def test_what_changes_nothing_is_not_told(tmp_path, change):
    assert changes(tmp_path, change) == []


def test_a_parameter_of_the_path_may_be_called_something_else(tmp_path):
    def rename(new, put):
        put["parameters"][0]["name"] = "number"
        new["paths"]["/pets/{number}"] = new["paths"].pop("/pets/{id}")

    assert changes(tmp_path, rename) == []


def test_what_is_no_document_is_refused(tmp_path):
    (tmp_path / "old.yml").write_text("swagger: '2.0'")
    with pytest.raises(Invalid, match=r"this is OpenAPI 2\.0"):
        compare(tmp_path / "old.yml", tmp_path / "old.yml")
