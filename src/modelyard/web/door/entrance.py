"""Who asks, and may they: what was decided a moment ago for the same caller holds for a moment."""

from collections.abc import Callable, Hashable
from typing import Any, Literal

from modelyard.accounts.actor import Actor
from modelyard.accounts.memory import Memory
from modelyard.settings import Settings
from modelyard.web.askers import ASKED_BY, OF_PROXIES, bearer_token, find_actor
from modelyard.web.door.rights import require_ask, require_read
from modelyard.web.headers import neighbours_of
from modelyard.web.live import LiveServices
from modelyard.web.own_pages import SAFE, refuse_others

Need = Literal["ask", "read", "enter"]
DECIDING = (
    "REQUEST_METHOD",
    "HTTP_AUTHORIZATION",
    "HTTP_COOKIE",
    "HTTP_ORIGIN",
    "HTTP_SEC_FETCH_SITE",
    "HTTP_SEC_FETCH_MODE",
    "HTTP_HOST",
    "SERVER_NAME",
    "SERVER_PORT",
    "REMOTE_ADDR",
    "wsgi.url_scheme",
    *OF_PROXIES,
)
"""All that the decision looks at; a test sees that it looks at nothing else."""
MOMENT_S = 0.25
MOST = 2000
LONGEST = 4000
"""What callers with longer headers may do is found out at each request, and not remembered."""


class Entrance:
    """Lets those in who may do what they ask for; one dictionary is asked in most cases."""

    def __init__(self, live: LiveServices, settings: Settings) -> None:
        self._live = live
        self._settings = settings
        self._neighbours = neighbours_of(settings)
        self._memory = Memory(lives_s=MOMENT_S, most=MOST)

    def refuse_strangers(self, environ: dict[str, Any]) -> None:
        """Raise Denied for names and pages that are not of this service."""
        self._neighbours.refuse_strangers(environ)

    def enter(self, environ: dict[str, Any], need: Need, name: str = "") -> Actor:
        """Give who asks, where they may do with a model what they need.

        What this process changes holds at once, what others change after a second. Raises Denied,
        SignInNeeded, NotFound for what is secret, and Unavailable.
        """
        return self.admit(environ, (need, name), lambda actor: self._meet(actor, need, name))

    def admit(
        self, environ: dict[str, Any], what: Hashable, require: Callable[[Actor], object]
    ) -> Actor:
        """Give who asks, where `require` passes for them; it is asked once in a moment for `what`.

        Raises what `require` raises, and what `enter` raises for strangers.
        """
        deciding = tuple(map(environ.get, DECIDING))
        if len(deciding[1] or "") + len(deciding[2] or "") > LONGEST:
            return self._decided(environ, require)
        age = self._live.records.accounts.users.ground.memory.age
        key = (age, what, deciding)
        actor = self._memory.recall(key, lambda: self._decided(environ, require))
        environ[ASKED_BY] = actor
        return actor

    def _decided(self, environ: dict[str, Any], require: Callable[[Actor], object]) -> Actor:
        self._neighbours.refuse_strangers(environ)
        if environ["REQUEST_METHOD"] not in SAFE and bearer_token(environ) is None:
            refuse_others(environ, self._settings)
        actor = find_actor(environ, self._live)
        require(actor)
        return actor

    def _meet(self, actor: Actor, need: Need, name: str) -> None:
        if need == "ask":
            require_ask(actor, name, self._live)
        elif need == "read":
            require_read(actor, name, self._live)
