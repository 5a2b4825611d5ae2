"""The WSGI callable: it answers at the addresses of models, and hands everything else on."""

import logging
import secrets
from collections.abc import Iterable
from functools import lru_cache
from http import HTTPStatus
from time import perf_counter
from typing import TYPE_CHECKING, Any

from modelyard import metrics
from modelyard.errors import ModelyardError, Throttled, Unreachable
from modelyard.models.serving import Served
from modelyard.protocols.addresses import Address, Addresses
from modelyard.protocols.exchange import Answered
from modelyard.protocols.faults import WrongVerb
from modelyard.protocols.protocol import Route
from modelyard.settings import Settings
from modelyard.web.askers import bearer_token
from modelyard.web.door.bodies import Bodies
from modelyard.web.door.deeds import Deeds
from modelyard.web.door.entrance import Entrance
from modelyard.web.door.routes import routes_of
from modelyard.web.live import LiveServices
from modelyard.web.places import BodyPlaces
from modelyard.web.watch import BEGAN, ROUTE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LONGEST_PATH = 300
"""What is longer is no address of a model, and is not remembered."""
LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
VERSION_HEADER = "Model-Version"
log = logging.getLogger(__name__)


class Door:
    """Stands before Flask, inside the layers that all answers pass."""

    def __init__(
        self,
        inside: "WSGIApplication",
        live: LiveServices,
        places: BodyPlaces,
        settings: Settings,
    ) -> None:
        self._inside = inside
        self._live = live
        self.routes = routes_of(settings)
        self._find = lru_cache(maxsize=4096)(Addresses(self.routes).find)
        bodies = Bodies(places, live.answers, settings.prediction_bytes)
        self._do = Deeds(live, Entrance(live, settings), bodies).by_name

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> "Iterable[bytes]":
        """Answer, or have Flask answer."""
        path = environ["PATH_INFO"]
        address = self._find(path) if len(path) <= LONGEST_PATH else None
        if address is None:
            return self._inside(environ, start_response)
        verb = environ["REQUEST_METHOD"]
        route = address.verbs.get("GET" if verb == "HEAD" else verb)
        if (route or address.any_route).gives_way and self._is_function(path):
            return self._inside(environ, start_response)
        if route is None:
            return _refuse_verb(address, environ, start_response)
        answered, served, more = self._answered(environ, address, route)
        body = answered.body
        start_response(
            LINES[answered.status],
            [
                ("Content-Type", answered.media_type),
                ("Content-Length", str(len(body))),
                *answered.headers,
                *more,
            ],
        )
        environ[ROUTE] = route.path
        _count(route, answered, served, environ)
        return [b"" if verb == "HEAD" else body]

    def _answered(
        self, environ: dict[str, Any], address: Address, route: Route
    ) -> tuple[Answered, Served | None, list[tuple[str, str]]]:
        """Give the answer, or the fault in the protocol's own shape."""
        try:
            answered, served = self._do[route.deed](environ, address, route)
        except ModelyardError as error:
            if isinstance(error, Unreachable):
                log.warning("%s", error)
            answered = route.language.refuse(error, address.path)
            return answered, None, _more(error, answered.status, environ)
        except Exception:  # noqa: BLE001  the edge: no trace leaves the server
            answered = route.language.refuse(_unexpected(environ), address.path)
            return answered, None, []
        if served is None:
            return answered, None, []
        return answered, served, [(VERSION_HEADER, str(served.version.number))]

    def _is_function(self, path: str) -> bool:
        """Tell whether the workspace has a function of its own at a short address."""
        functions = self._live.current().functions
        return functions.find(path) is not None or bool(functions.unserved.find(path))


def _count(
    route: Route, answered: Answered, served: Served | None, environ: dict[str, Any]
) -> None:
    seconds = perf_counter() - environ[BEGAN]
    model = version = ""
    protocol = route.language.name
    if served is not None:
        model, version = served.version.model, str(served.version.number)
    metrics.observe(
        *(route.path, environ["REQUEST_METHOD"], answered.status, seconds),
        model=model,
        version=version,
        protocol=protocol,
    )
    if answered.rows:
        metrics.count_predictions(answered.rows, model=model, version=version, protocol=protocol)


def _refuse_verb(
    address: Address, environ: dict[str, Any], start_response: "StartResponse"
) -> list[bytes]:
    """Say which verbs an address has."""
    known = sorted({*address.verbs, "OPTIONS", *(("HEAD",) if "GET" in address.verbs else ())})
    allow = ("Allow", ", ".join(known))
    if environ["REQUEST_METHOD"] == "OPTIONS":
        start_response(LINES[204], [allow])
        return []
    error = WrongVerb("verb", "the address does not have it.", f"It has {allow[1]}.")
    answered = address.any_route.language.refuse(error, address.path)
    length = ("Content-Length", str(len(answered.body)))
    start_response(LINES[405], [("Content-Type", answered.media_type), length, allow])
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answered.body]


def _more(error: ModelyardError, status: int, environ: dict[str, Any]) -> list[tuple[str, str]]:
    """Give the headers that go with an error."""
    if status == 401:
        sent = ', error="invalid_token"' if bearer_token(environ) is not None else ""
        return [("WWW-Authenticate", f'Bearer realm="modelyard"{sent}')]
    if isinstance(error, Throttled):
        return [("Retry-After", str(max(1, round(error.wait_s))))]
    return [("Retry-After", "5")] if status == 503 else []


def _unexpected(environ: dict[str, Any]) -> ModelyardError:
    """Note a fault of ours under an id, which is all that the caller is told."""
    fault_id = secrets.token_hex(6)
    log.exception("fault %s at %s", fault_id, environ["PATH_INFO"])
    return ModelyardError("service", f"the server's log has the details under {fault_id}.")
