"""What is done at each address: who asks is found, the model, and then the protocol answers."""

from collections.abc import Callable
from typing import Any

from modelyard.accounts.actor import Actor
from modelyard.errors import Conflict, ModelyardError, NotFound, Unavailable
from modelyard.models.serving import Served
from modelyard.protocols.addresses import Address
from modelyard.protocols.exchange import Answered, Asked, Listed, version_of
from modelyard.protocols.protocol import Deed, Route
from modelyard.web.door import rights
from modelyard.web.door.bodies import Bodies
from modelyard.web.door.entrance import Entrance, Need
from modelyard.web.live import LiveServices

Done = tuple[Answered, Served | None]
Do = Callable[[dict[str, Any], Address, Route], Done]


class Deeds:
    """Does what routes name; raises ModelyardError where that is not allowed or does not work."""

    def __init__(self, live: LiveServices, entrance: Entrance, bodies: Bodies) -> None:
        self._live = live
        self._entrance = entrance
        self._bodies = bodies
        self.by_name: dict[Deed, Do] = {
            "predict": self._predict,
            "describe": self._describe,
            "is_ready": self._is_ready,
            "list_models": self._list,
            "version": self._version,
            "server": self._server,
            "live": lambda environ, _, route: self._told(environ, route, lambda: True),
            "ready": lambda environ, _, route: self._told(environ, route, self._is_well),
            "ping": lambda environ, _, route: self._told(environ, route, self._serves_default),
        }

    def _predict(self, environ: dict[str, Any], address: Address, route: Route) -> Done:
        bodies = self._bodies
        actor, name = self._admitted(environ, "ask", address.name)
        query = environ.get("QUERY_STRING", "")
        selector = address.selector or (version_of(query) if query else "")
        served = self._served(actor, name, selector)
        body = bodies.read(environ)
        asked = Asked(
            body,
            environ.get("CONTENT_TYPE") or "",
            query,
            environ.get("HTTP_INFERENCE_HEADER_CONTENT_LENGTH") or "",
        )
        with bodies.while_answered(body):
            return route.answer(served, asked), served

    def _describe(self, environ: dict[str, Any], address: Address, route: Route) -> Done:
        actor = self._entrance.enter(environ, "read", address.name)
        served = self._served(actor, address.name, address.selector)
        return route.answer(served), served

    def _is_ready(self, environ: dict[str, Any], address: Address, route: Route) -> Done:
        actor = self._entrance.enter(environ, "read", address.name)
        try:
            served = self._served(actor, address.name, address.selector)
        except (NotFound, Conflict, Unavailable) as fault:
            is_chosen = bool(address.selector) and isinstance(fault, NotFound)
            if is_chosen or self._live.records.models.find_model(address.name) is None:
                raise
            return route.answer(address.name, False), None
        return route.answer(served.version.model, True), served

    def _list(self, environ: dict[str, Any], _: Address, route: Route) -> Done:
        actor = self._entrance.enter(environ, "enter")
        shown = [self._listed(model.name) for model in rights.visible(actor, self._live)]
        return route.answer(shown, Asked(self._bodies.read(environ))), None

    def _version(self, environ: dict[str, Any], _: Address, route: Route) -> Done:
        self._admitted(environ, "read", "")
        return route.answer(), None

    def _server(self, environ: dict[str, Any], _: Address, route: Route) -> Done:
        rights.visible(self._entrance.enter(environ, "enter"), self._live)
        return route.answer(), None

    def _told(self, environ: dict[str, Any], route: Route, find: Callable[[], bool]) -> Done:
        """Tell everybody how it is."""
        self._entrance.refuse_strangers(environ)
        return route.answer(find()), None

    def _admitted(self, environ: dict[str, Any], need: Need, name: str) -> tuple[Actor, str]:
        """Give who asks, and the model: the default one where the address names none.

        Raises what `enter` and `require_default` raise.
        """
        if name:
            return self._entrance.enter(environ, need, name), name
        default, live = self._find_default(), self._live
        actor = self._entrance.admit(
            environ,
            ("default", need, default),
            lambda one: rights.require_default(one, need, default, live),
        )
        return actor, default

    def _served(self, actor: Actor, name: str, selector: str) -> Served:
        """Give a version with its predictor; what is not there is told as what is secret is."""
        registry = self._live.records.models
        try:
            return registry.predictors.get(name, selector)
        except NotFound as fault:
            if registry.find_model(name) is None:
                raise rights.absent(actor, name, self._live) from fault
            raise

    def _listed(self, name: str) -> Listed:
        try:
            version = self._live.records.models.get_version(name)
        except ModelyardError as fault:
            return Listed(name, reason=fault.why)
        if version.state == "refused":
            return Listed(name, reason=version.fault.why if version.fault else "")
        return Listed(name, str(version.number))

    def _find_default(self) -> str:
        """Give the name of the model that short addresses ask; empty where there is none."""
        named = self._live.current().workspace.config.workspace.default_model
        if named:
            return named
        listed = self._live.records.models.list_models()
        return listed[0].name if len(listed) == 1 else ""

    def _is_well(self) -> bool:
        try:
            self._live.records.models.list_models()
        except ModelyardError:
            return False
        return True

    def _serves_default(self) -> bool:
        default = self._find_default()
        try:
            if default:
                self._live.records.models.predictors.get(default)
        except ModelyardError:
            return False
        return bool(default)
