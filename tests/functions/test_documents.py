"""Documents: which files, which versions, references, and faults with file and line."""

import http.server
import threading

import pytest

from modelyard.functions.deep_check import deep_faults


def test_a_workspace_without_documents_has_no_functions(yard):
    functions = yard.open()
    assert (list(functions), functions.faults) == ([], ())


@pytest.mark.parametrize(
    "name",
    ["openapi.yml", "openapi.yaml", "functions/openapi.yml", "pets.openapi.yaml", "openapi.json"],
)
def test_documents_are_found(yard, said, name):
    yard.document({"/x": {"get": said("app.answer")}}, name=name)
    if name.endswith(".json"):
        import json

        import yaml

        path = yard.root / name
        path.write_text(json.dumps(yaml.safe_load(path.read_text())))
    yard.write(app_py="def answer(): return 1")
    assert yard.value() == 1


def test_documents_that_are_named_are_read_and_no_others(yard, said):
    yard.document({"/x": {"get": said("app.answer")}}, name="openapi.yml")
    yard.document({"/y": {"get": said("app.other")}}, name="spec/mine.yml")
    (yard.root / "modelyard.toml").write_text('[functions]\ndocuments = ["spec/mine.yml"]\n')
    yard.write(app_py="def other(): return 1")
    assert list(yard.open()) == ["app.other"]


def test_a_document_outside_is_refused(yard, said, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "openapi.yml"
    elsewhere.write_text("openapi: 3.1.0")
    (yard.root / "modelyard.toml").write_text(f'[functions]\ndocuments = ["{elsewhere}"]\n')
    assert "lies outside the workspace" in yard.fault()
    (yard.root / "modelyard.toml").write_text("")
    (yard.root / "openapi.yml").symlink_to(elsewhere)
    assert "lies outside the workspace" in yard.fault()


TEXTS = {
    "swagger: '2.0'\ninfo: {title: a, version: '1'}\npaths: {}": (
        "openapi.yml, line 1, swagger: this is OpenAPI 2.0, and Modelyard reads 3.0 and 3.1."
    ),
    "openapi: 4.0.0": "openapi.yml, line 1, openapi: version '4.0.0' is not read.",
    "info: {}": "has no 'openapi'",
    "- a": "it must be an object",
    "": "it must be an object",
    "openapi: 3.0.0\npaths: {}": "openapi.yml, line 1: 'info' is missing.",
    "openapi: 3.1.0\ninfo: {title: a}\npaths: {}": "line 2, info: 'version' is missing.",
    "openapi: [": "openapi.yml, line 1: is not YAML",
}


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_no_document_is_refused_in_words(yard, text):
    (yard.root / "openapi.yml").write_text(text)
    assert TEXTS[text] in yard.fault()


def test_one_broken_operation_leaves_the_others_served(yard, said, param):
    yard.document(
        {
            "/good": {"get": said("app.good")},
            "/bad": {"get": said("app.bad", parameters=[param("a", "nowhere")])},
            "/worse": {"get": {"operationId": "app.worse", "responses": {"200": {}}}},
            "/nameless": {"get": {"responses": {"200": {"description": "x"}}}},
            "/lost/{id}": {"get": said("app.lost")},
            "/extra": {"get": said("app.extra", parameters=[param("a", "path", required=True)])},
        },
        openapi="3.0.3",
    )
    yard.write(app_py="def good(): return 1\nbad = worse = lost = extra = good")
    functions = yard.open()
    assert list(functions) == ["app.good"]
    words = [str(fault) for fault in functions.faults]
    assert len(words) == 5
    lines = (yard.root / "openapi.yml").read_text().splitlines()
    for part, key in (
        ("paths./bad.get.parameters.0.in: 'nowhere' is not known", "in: nowhere"),
        ("'description' is missing", "'200': {}"),
        ("has no operationId", "get:"),
        ("'id' is in the path, but no parameter describes it", "get:"),
        ("'a' is described as a path parameter, but is not in the path", "get:"),
    ):
        fault = next(one for one in words if part in one)
        number = int(fault.partition("line ")[2].split(",")[0])
        assert lines[number - 1].strip().startswith(key), (fault, lines[number - 1])


def test_a_schema_that_is_none_is_a_fault_of_the_operations_that_use_it(yard, said, param):
    bad = said("app.bad", parameters=[param("a", schema={"$ref": "#/components/schemas/Odd"})])
    worse = said("app.worse", parameters=[param("a", schema={"type": "string", "pattern": "("})])
    yard.document(
        {"/bad": {"get": bad}, "/worse": {"get": worse}, "/good": {"get": said("app.good")}},
        components={"schemas": {"Odd": {"type": "strong"}}},
    )
    yard.write(app_py="def good(a=None): return 1\nbad = worse = good")
    functions = yard.open()
    assert list(functions) == ["app.good"]
    words = "\n".join(map(str, functions.faults))
    assert "components.schemas.Odd" in words
    assert "strong" in words
    assert "GET /bad" in words
    assert "GET /worse" in words


def test_references_lead_within_and_to_other_files(yard, said):
    yard.document(
        {"/x": {"$ref": "parts/paths.yml#/x"}},
        components={"schemas": {"Number": {"type": "integer", "maximum": 10}}},
    )
    (yard.root / "parts").mkdir()
    (yard.root / "parts" / "paths.yml").write_text(
        "x:\n  get:\n    operationId: app.answer\n    parameters: [{$ref: 'parameters.json#/n'}]\n"
        "    responses: {'200': {description: a, content: {application/json: {}}}}\n"
    )
    (yard.root / "parts" / "parameters.json").write_text(
        '{"n": {"name": "n", "in": "query", "required": true,'
        ' "schema": {"$ref": "../openapi.yml#/components/schemas/Number"}}}'
    )
    yard.write(app_py="def answer(n): return n")
    assert yard.value(query="n=3") == 3
    with pytest.raises(Exception, match="greater than the maximum"):
        yard.call(query="n=11")


def test_circular_schemas_are_fine(yard, said):
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}}
    tree = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "below": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
        },
    }
    yard.document(
        {"/x": {"post": said("app.answer", requestBody=body | {"required": True})}},
        components={"schemas": {"Tree": tree}},
    ).write(app_py="def answer(body): return body")
    good = b'{"name": "a", "below": [{"name": "b", "below": []}]}'
    assert yard.value(body=good)["below"][0]["name"] == "b"
    with pytest.raises(Exception, match=r"below\[0\].name"):
        yard.call(body=b'{"below": [{"name": 3}]}')


REFERENCES = {
    "#/components/parameters/gone": "leads nowhere: openapi.yml has no 'components'",
    "gone.yml#/a": "cannot be followed: gone.yml: cannot be read: No such file",
    "../../etc/passwd": "lies outside the workspace",
    "/etc/passwd": "lies outside the workspace",
    "http://127.0.0.1:1/a.yml": "leads to another machine, which is not allowed",
    "file:///etc/passwd": "leads to another machine, which is not allowed",
    "#/paths/~1x/get/parameters/0": "goes round in a circle",
}


@pytest.mark.parametrize("reference", REFERENCES)
def test_a_reference_that_leads_nowhere_or_out_is_refused(yard, reference):
    yard.get(parameters=[{"$ref": reference}]).write(app_py="def answer(): return 1")
    fault = yard.fault()
    assert REFERENCES[reference] in fault
    assert "openapi.yml, line 15" in fault
    assert "GET /x" in fault


@pytest.fixture
def server():
    """A server that notes who asks, and has one parameter to give, and one redirect."""
    asked = []

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            if self.path.startswith("/specs/away"):
                self.send_response(302)
                self.send_header("Location", "/secret/a.yml")
                self.end_headers()
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"n: {name: n, in: query, required: true, schema: {type: integer}}")

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}", asked
        running.shutdown()


def test_remote_references_are_followed_where_they_are_allowed_and_only_there(yard, server):
    address, asked = server
    (yard.root / "modelyard.toml").write_text(
        f'[functions]\nallow_remote_refs = ["{address}/specs/"]\n'
    )
    yard.write(app_py="def answer(n=0): return n")
    yard.get(parameters=[{"$ref": f"{address}/specs/a.yml#/n"}])
    assert yard.value(query="n=4") == 4
    for path in ("/secret/a.yml", "/specs/../secret/a.yml", "/specs/away.yml"):
        yard.get(parameters=[{"$ref": f"{address}{path}#/n"}])
        assert "$ref" in yard.fault()
    beside = address.replace("http://", "http://user@")
    yard.get(parameters=[{"$ref": f"{beside}/specs/a.yml#/n"}])
    assert "not allowed" in yard.fault()
    assert asked == ["/specs/a.yml", "/specs/away.yml"]


def test_two_documents_must_not_answer_the_same(yard, said, param):
    yard.document(
        {"/x/{a}": {"get": said("app.one", parameters=[param("a", "path", required=True)])}}
    )
    yard.document(
        {
            "/x/{b}": {"get": said("app.two", parameters=[param("b", "path", required=True)])},
            "/y": {"get": said("app.one")},
            "/api/v1/datasets/{n}": {
                "get": said("app.three", parameters=[param("n", "path", required=True)])
            },
        },
        name="functions/openapi.yml",
    )
    yard.write(app_py="def one(a=0): return 1\ndef two(b): return 2\ndef three(n): return 3")
    functions = yard.open(reserved=("/api/v1/datasets/{name}",))
    assert list(functions) == ["app.one"]
    words = "\n".join(map(str, functions.faults))
    assert "functions/openapi.yml, line 7, GET /x/{b}: '/x/{b}' is answered by openapi.yml" in words
    assert "operationId 'app.one' is that of openapi.yml, line 7, GET /x/{a} too" in words
    assert "'/api/v1/datasets/{n}' is an address of Modelyard's own" in words


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/v1", "/v1/x"),
        ("https://example.com/a/b/", "/a/b/x"),
        ("https://example.com", "/x"),
        ("/", "/x"),
        ("/{stage}", "/test/x"),
    ],
)
def test_the_first_server_is_the_prefix(yard, said, url, path):
    servers = [{"url": url, "variables": {"stage": {"default": "test"}}}]
    yard.document({"/x": {"get": said("app.answer")}}, servers=servers)
    yard.write(app_py="def answer(): return 1")
    functions = yard.open()
    assert functions["app.answer"].path == path
    assert functions.find(path) is not None


@pytest.mark.parametrize(
    "reference", ["ADDRESS/a.yml#/n", "file:///etc/hostname", "../../gone.yml"]
)
def test_the_deep_check_follows_no_reference_that_is_not_allowed(yard, said, server, reference):
    """Also not one that no operation uses."""
    address, asked = server
    reference = reference.replace("ADDRESS", address)
    yard.document(
        {"/x": {"get": said("app.answer")}}, components={"schemas": {"Odd": {"$ref": reference}}}
    ).write(app_py="def answer(): return 1")
    functions = yard.open()
    assert functions.faults == ()
    faults = "".join(map(str, deep_faults(functions.documents[0], functions.references)))
    assert "not allowed" in faults or "outside the workspace" in faults
    assert asked == []


def test_the_deep_check_follows_references_to_other_files(yard, said, param):
    (yard.root / "parts.yml").write_text("Odd: {type: integer, default: x}\n")
    found = param("n", schema={"$ref": "parts.yml#/Odd"})
    yard.document({"/x": {"get": said("app.answer", parameters=[found])}})
    yard.write(app_py="def answer(n=0): return 1")
    functions = yard.open()
    assert functions.faults == ()
    faults = deep_faults(functions.documents[0], functions.references)
    assert "'x' is not of type 'integer'" in str(faults[0])


ODD = {
    "a parameter that is a schema": {"parameters": [{"$ref": "#/components/schemas/A"}]},
    "a format that is a list": {
        "parameters": [{"name": "n", "in": "query", "schema": {"type": "integer", "format": [1]}}]
    },
    "a bound that is text": {
        "parameters": [
            {
                "name": "n",
                "in": "query",
                "schema": {"type": "integer", "format": "int32", "minimum": "a"},
            }
        ]
    },
}


@pytest.mark.parametrize("name", ODD)
def test_odd_parts_are_faults_of_their_operation_alone(yard, said, name):
    schemas = {"A": {"type": "string"}}
    paths = {"/x": {"get": said("app.answer", **ODD[name])}, "/y": {"get": said("app.other")}}
    yard.document(paths, components={"schemas": schemas})
    yard.write(app_py="def answer(n=0): return 1\ndef other(): return 1")
    assert "GET /x" in yard.fault()
    assert list(yard.open()) == ["app.other"]


def test_an_address_that_is_none_and_parameters_side_by_side_are_faults(yard, said, param):
    yard.document({"/x": {"get": said("app.answer")}}, servers=[{"url": "http://[::1"}])
    assert "is no address" in yard.fault()
    both = [param(name, "path", required=True) for name in "ab"]
    yard.get(path="/x/{a}{b}", parameters=both)
    assert "side by side" in yard.fault()
