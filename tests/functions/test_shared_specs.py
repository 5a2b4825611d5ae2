"""Documents that others wrote, with functions written here."""

import shutil

import msgspec
import pytest

from modelyard.functions.deep_check import deep_faults
from modelyard.functions.document import merge
from modelyard.functions.faults import RequestFault
from modelyard.functions.request import Request

OWN = {"openapi": "3.1.0", "info": {"title": "Own", "version": "1"}, "paths": {}}


@pytest.fixture
def take(yard, shared_data):
    """Copy one of the documents into the workspace."""

    def copy(name, controller=""):
        shutil.copy(shared_data / "specs" / name, yard.root / name)
        (yard.root / "modelyard.toml").write_text(
            f'[functions]\ndocuments = ["{name}"]\ncontroller = "{controller}"\n'
        )
        return yard

    return copy


def ask(functions, method, path, **request):
    match = functions.find(path)
    assert match is not None, path
    return match.targets[method].call(Request(match.values_for(method), **request))


def value(reply):
    return msgspec.json.decode(reply.whole())


def test_hello_world_greets(take):
    yard = take("connexion_helloworld.openapi.yaml")
    yard.write(hello_py='def post_greeting(name: str) -> str:\n    return f"Hello {name}!"\n')
    functions = yard.open()
    assert functions.faults == ()
    reply = ask(functions, "POST", "/openapi/greeting/dave")
    assert reply.whole() == b"Hello dave!"
    assert reply.media_type == "text/plain; charset=utf-8"


PETS = """
PETS = {}

def get_pets(limit, animal_type=None):
    found = [pet for pet in PETS.values() if animal_type in (None, pet["animal_type"])]
    return found[:limit]

def get_pet(pet_id):
    return PETS.get(pet_id) or ("Not found", 404)

def put_pet(pet_id, pet):
    existed = pet_id in PETS
    PETS[pet_id] = pet | {"id": pet_id}
    return None, 200 if existed else 201

def delete_pet(pet_id):
    return (None, 204) if PETS.pop(pet_id, None) else (None, 404)
"""


def test_the_pet_shop_of_connexion_works(take):
    yard = take("connexion_pets_sqlalchemy.openapi.yaml").write(app_py=PETS)
    functions = yard.open()
    assert functions.faults == ()
    body = msgspec.json.encode({"name": "Susie", "animal_type": "cat"})
    json = {"content-type": "application/json"}
    put = ask(functions, "PUT", "/openapi/pets/1", body=body, headers=json)
    assert (put.status, put.body) == (201, b"")
    assert ask(functions, "PUT", "/openapi/pets/1", body=body, headers=json).status == 200
    assert value(ask(functions, "GET", "/openapi/pets/1"))["name"] == "Susie"
    assert len(value(ask(functions, "GET", "/openapi/pets", query="animal_type=cat"))) == 1
    assert value(ask(functions, "GET", "/openapi/pets", query="limit=0")) == []
    assert ask(functions, "GET", "/openapi/pets/9").status == 404
    assert ask(functions, "DELETE", "/openapi/pets/1").status == 204
    assert ask(functions, "DELETE", "/openapi/pets/1").status == 404


@pytest.mark.parametrize(
    ("method", "path", "request_", "words"),
    [
        ("GET", "/openapi/pets", {"query": "limit=-1"}, "query parameter limit: -1 is less than"),
        ("GET", "/openapi/pets", {"query": "limit=x"}, 'query parameter limit: "x" is not of type'),
        ("GET", "/openapi/pets", {"query": "animal_type=a-b"}, "does not match"),
        ("GET", "/openapi/pets/a_b", {}, "path parameter pet_id: "),
        ("PUT", "/openapi/pets/1", {"body": b"{}"}, 'body: "name" is a required property'),
        ("PUT", "/openapi/pets/1", {"body": b'{"name": "", "animal_type": "x"}'}, "name: "),
    ],
)
def test_the_pet_shop_refuses_what_breaks_its_document(take, method, path, request_, words):
    yard = take("connexion_pets_sqlalchemy.openapi.yaml").write(app_py=PETS)
    with pytest.raises(RequestFault) as caught:
        ask(yard.open(), method, path, **request_)
    assert words in str(caught.value)


def test_bad_operations_are_reported_one_by_one(take):
    yard = take("connexion_bad_operations.openapi.yaml")
    yard.write(fakeapi__module_with_error_py="# A comment.\nimport foo.bar.foobar\n")
    functions = yard.open()
    assert len(functions) == 0
    words = sorted(map(str, functions.faults))
    assert len(words) == 3
    name = "connexion_bad_operations.openapi.yaml"
    assert f"{name}, line 7, GET /v1.0/welcome: module no.module.or: there is no module" in words[2]
    assert f"{name}, line 16, PUT /v1.0/welcome: has no operationId" in words[0]
    assert f"{name}, line 24, POST /v1.0/welcome: fakeapi/module_with_error.py, line 2" in words[1]


PETSTORE = """
PETS = [{"id": 1, "name": "Rex", "tag": "dog"}]

def findPets(tags=(), limit=None):
    return [pet for pet in PETS if not tags or pet["tag"] in tags][:limit]

def addPet(body):
    return body | {"id": 2}

def find_pet_by_id(id):
    found = [pet for pet in PETS if pet["id"] == id]
    return found[0] if found else ({"code": 404, "message": "no such pet"}, 404)

def deletePet(id):
    return None
"""


def test_the_pet_store_of_openapi_works(take):
    functions = take("petstore-expanded.3.0.yaml", "store").write(store_py=PETSTORE).open()
    assert functions.faults == ()
    assert value(ask(functions, "GET", "/api/pets", query="tags=dog&tags=cat&limit=5"))
    assert value(ask(functions, "GET", "/api/pets", query="tags=cat")) == []
    body = b'{"name": "Tom"}'
    assert value(ask(functions, "POST", "/api/pets", body=body)) == {"id": 2, "name": "Tom"}
    assert ask(functions, "GET", "/api/pets/7").status == 404
    assert ask(functions, "DELETE", "/api/pets/1").status == 204
    with pytest.raises(RequestFault, match="maximum"):
        ask(functions, "GET", f"/api/pets/{2**63}")
    with pytest.raises(RequestFault, match='"name" is a required property'):
        ask(functions, "POST", "/api/pets", body=b"{}")


TRAINS = """
def station(number):
    return {"id": str(uuid.UUID(int=number)), "name": "S", "address": "A", "country_code": "DE"}

import uuid
from datetime import datetime

RATE = {"RateLimit": "limit=10, remaining=0, reset=10"}

def get_stations():
    return {"data": [station(1)], "links": {"self": "https://example.com/stations"}}, 200, RATE

def get_trips(origin: uuid.UUID, destination: uuid.UUID, date: datetime, bicycles, dogs):
    trip = {"id": str(origin), "departure_time": date, "bicycles_allowed": bicycles}
    return {"data": [trip], "links": {}}

def get_bookings():
    return {"data": []}

def create_booking(body):
    return body | {"id": str(uuid.UUID(int=5))}

def get_booking(booking_id):
    return {"id": booking_id}

def delete_booking(booking_id):
    return None

def create_booking_payment(booking_id, body=None):
    return body | {"status": "succeeded", "source": {"object": "card", "name": "J",
        "number": "*4242", "exp_month": 12, "exp_year": 2030, "address_country": "gb"}}
"""


def test_train_travel_in_3_1_works(take):
    functions = take("train-travel.3.1.yaml", "trains").write(trains_py=TRAINS).open()
    assert functions.faults == ()
    assert len(functions) == 7
    assert value(ask(functions, "GET", "/stations"))["data"][0]["name"] == "S"
    origin = "00000000-0000-4000-8000-000000000000"
    query = f"origin={origin}&destination={origin}&date=2024-02-01T09:00:00Z&bicycles=true"
    trip = value(ask(functions, "GET", "/trips", query=query))["data"][0]
    assert trip == {
        "id": origin,
        "departure_time": "2024-02-01T09:00:00Z",
        "bicycles_allowed": True,
    }
    json = {"content-type": "application/json"}
    made = ask(
        functions, "POST", "/bookings", body=b'{"trip_id": "%s"}' % origin.encode(), headers=json
    )
    assert made.status == 201
    assert ask(functions, "DELETE", f"/bookings/{origin}").status == 204
    assert [one.scopes for one in functions["create-booking"].security] == [{"write"}]
    assert [one.scopes for one in functions["get-trips"].security] == [{"read"}]


CARD = {
    "object": "card",
    "name": "J. Doe",
    "number": "4242",
    "cvc": 123,
    "exp_month": 12,
    "exp_year": 2030,
    "address_country": "gb",
}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (CARD, ""),
        (CARD | {"surprise": 1}, "surprise"),
        (CARD | {"object": "cash"}, "object"),
        ({}, "source"),
    ],
)
def test_unevaluated_properties_of_3_1_are_seen(take, source, words):
    functions = take("train-travel.3.1.yaml", "trains").write(trains_py=TRAINS).open()
    origin = "00000000-0000-4000-8000-000000000000"
    body = msgspec.json.encode({"amount": 4.5, "currency": "gbp", "source": source})
    path = f"/bookings/{origin}/payment"
    if not words:
        assert value(ask(functions, "POST", path, body=body))["status"] == "succeeded"
        return
    with pytest.raises(RequestFault, match=words):
        ask(functions, "POST", path, body=body)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "query parameter origin: is missing"),
        ("origin=x&destination=x&date=x", 'query parameter origin: "x" is not a "uuid"'),
    ],
)
def test_train_travel_names_the_parameter_and_the_rule(take, query, words):
    functions = take("train-travel.3.1.yaml", "trains").write(trains_py=TRAINS).open()
    with pytest.raises(RequestFault, match=words):
        ask(functions, "GET", "/trips", query=query)


@pytest.mark.parametrize(
    ("name", "controller", "code"),
    [
        ("connexion_pets_sqlalchemy.openapi.yaml", "", {"app_py": PETS}),
        ("petstore-expanded.3.0.yaml", "store", {"store_py": PETSTORE}),
        ("train-travel.3.1.yaml", "trains", {"trains_py": TRAINS}),
    ],
)
def test_they_become_part_of_the_joint_document(take, name, controller, code):
    from openapi_spec_validator import OpenAPIV31SpecValidator

    functions = take(name, controller).write(**code).open()
    document = merge(OWN, functions)
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    operations = [one for item in document["paths"].values() for one in item]
    assert len(operations) == len(functions)


@pytest.mark.parametrize("name", ["petstore-expanded.3.0.yaml", "train-travel.3.1.yaml"])
def test_every_operation_can_be_mocked_and_stubbed(take, name):
    from modelyard.functions.mock import mock
    from modelyard.functions.stubs import missing_stubs, write_stubs

    yard = take(name, "src.made")
    functions = yard.open()
    assert len(functions) == 0
    for description in functions.descriptions:
        reply = mock(description)
        status = str(reply.status)
        answer = description.answers.get(status) or description.answers["default"]
        if description.name == "create-booking-payment":
            continue  # the document's own example has what may only be written
        for media, schema in answer.contents.items():
            if media == reply.media_type and schema is not None:
                assert schema.validator.is_valid(msgspec.json.decode(reply.whole()))
    write_stubs(yard.root, missing_stubs(functions))
    functions = yard.open()
    assert functions.faults == ()
    assert len(functions) == len(functions.descriptions)
    assert deep_faults(functions.documents[0], functions.references) == []
