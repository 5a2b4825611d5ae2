"""How any API answers that has nothing special: create, get, list, patch, delete, policies."""

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from google_cloud.discovery import Method, schemas_of
from google_cloud.state import Refused, State

VERSION = re.compile(r"^(?:compute/|storage/|sql/|dns/|apis/[\w.]+/)?v\d\w*/")


@dataclass(frozen=True)
class Call:
    """One request, understood."""

    method: Method
    path: str
    """Without version, and without a verb behind a colon: `projects/demo/secrets/one`."""
    query: dict[str, str]
    body: dict[str, Any]
    address: str
    """Of this server: `http://127.0.0.1:1234`."""
    raw: str
    """The path as it was asked."""
    state: State


Behaviour = Callable[[Call], Any]
BEHAVIOURS: dict[str, Behaviour] = {}
"""By the id of a method, for those that do something special. Other files add theirs."""


def behaves(*ids: str) -> Callable[[Behaviour], Behaviour]:
    """Have a function answer methods."""

    def enter(function: Behaviour) -> Behaviour:
        BEHAVIOURS.update(dict.fromkeys(ids, function))
        return function

    return enter


def plain_path(raw: str) -> str:
    """Give the path of a resource: without version and verb."""
    return VERSION.sub("", raw.lstrip("/")).partition(":")[0]


def answer(call: Call) -> Any:
    """Answer a call, specially or as any API does."""
    if special := BEHAVIOURS.get(call.method.id):
        return special(call)
    action = ACTIONS.get(call.method.action)
    if action is None and call.method.verb == "GET":
        action = get
    if action is None:
        raise Refused(501, "UNIMPLEMENTED", f"{call.method.id} is not imitated")
    return action(call)


def get(call: Call) -> Any:
    """Give one."""
    return call.state.get(call.path)


def list_all(call: Call) -> Any:
    """Give all of a collection, under the field that the answer's schema has for them."""
    schema = schemas_of(call.method.api).get(call.method.response, {})
    fields = schema.get("properties", {})
    field = next((name for name, one in fields.items() if one.get("type") == "array"), "items")
    return {field: list(call.state.below(call.path))}


def create(call: Call) -> Any:
    """Make one, by the name in the query or in the body."""
    name = name_of(call)
    path = f"{call.path}/{name}"
    made = call.state.put_new(path, dict(call.body))
    made.setdefault("name", path)
    made.setdefault("createTime", now())
    return wrapped(call, made, path)


def patch(call: Call) -> Any:
    """Change what was sent of it."""
    found = call.state.get(call.path)
    merge(found, call.body, call.query.get("updateMask", ""))
    return wrapped(call, found, call.path)


def update(call: Call) -> Any:
    """Put another in its place."""
    found = call.state.get(call.path)
    kept = {key: found[key] for key in ("name", "id", "createTime", "selfLink") if key in found}
    found.clear()
    found.update(kept | call.body)
    return wrapped(call, found, call.path)


def delete(call: Call) -> Any:
    """Remove it."""
    return wrapped(call, call.state.remove(call.path), call.path)


def get_policy(call: Call) -> Any:
    """Give who may do what with it."""
    return call.state.policies.get(call.path, {"etag": "BwX=", "version": 1})


def set_policy(call: Call) -> Any:
    """Say who may do what with it."""
    policy = call.body.get("policy", call.body)
    call.state.policies[call.path] = policy
    return policy


def operation(call: Call, resource: Any) -> Any:
    """Give an operation that is done, in the words of the API."""
    found = re.match(r"projects/[^/]+/locations/[^/]+/", call.path)
    name = f"{found[0] if found else ''}operations/{secrets.token_hex(6)}"
    done = {"name": name, "done": True, "response": resource}
    call.state.resources[name] = done
    return done


def wrapped(call: Call, resource: Any, path: str) -> Any:
    """Give the resource, or an operation where the API answers with those."""
    if call.method.response.endswith("Operation"):
        return operation(call, {"@type": "type.googleapis.com/any", **resource})
    return {} if call.method.response == "Empty" else resource


def name_of(call: Call) -> str:
    """Find what a new one is to be called."""
    for key, value in call.query.items():
        if key.endswith("Id") and key != "requestId":
            return value
    body = call.body
    named = body.get("name") or (body.get("metadata") or {}).get("name")
    if not named:
        raise Refused(400, "INVALID_ARGUMENT", f"{call.method.id}: no name was given")
    return str(named).rpartition("/")[2]


def merge(found: dict[str, Any], sent: dict[str, Any], mask: str = "") -> None:
    """Put what was sent over what is there; with a mask only its fields."""
    for key in mask.split(",") if mask else sent:
        top = key.strip().split(".")[0]
        if top in sent:
            found[top] = sent[top]
        else:
            found.pop(top, None)


def now() -> str:
    """Give the time as Google writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())


ACTIONS: dict[str, Behaviour] = {
    "get": get,
    "list": list_all,
    "create": create,
    "insert": create,
    "patch": patch,
    "update": update,
    "delete": delete,
    "getIamPolicy": get_policy,
    "setIamPolicy": set_policy,
}
