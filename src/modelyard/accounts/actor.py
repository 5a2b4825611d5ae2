"""Who asks: a person, a token of a person, the person at this computer, or nobody known."""

from dataclasses import dataclass
from typing import Literal

from modelyard.accounts.resource import Resource

Role = Literal["owner", "analyst", "viewer"]
Scope = Literal["read", "run", "write", "admin"]
SCOPES: tuple[Scope, ...] = ("read", "run", "write", "admin")
SCOPES_OF: dict[Role, frozenset[Scope]] = {
    "viewer": frozenset({"read"}),
    "analyst": frozenset({"read", "run", "write"}),
    "owner": frozenset(SCOPES),
}


@dataclass(frozen=True, kw_only=True)
class Actor:
    """The one for whom something is done."""

    kind: Literal["user", "token", "laptop", "visitor", "anonymous"]
    """`laptop`: the person at this computer, while there are no users or (with a name) at its
    command line; `visitor`: anybody, where a
    service without users is public; `anonymous`: not signed in."""
    scopes: frozenset[Scope] = frozenset()
    user_id: str = ""
    email: str = ""
    name: str = ""
    role: Role | None = None
    only: Resource | None = None
    """The one resource to which a token is limited."""
    credential: str = ""
    """The id of the session or token with which they ask."""
    address: str = ""
    """The network address from which they ask."""

    @property
    def shown(self) -> str:
        """What lists and logs call them."""
        if self.kind == "laptop":
            return f"command line ({self.name})" if self.name else "this computer"
        return self.email or "anybody"

    @property
    def via(self) -> str:
        """How they ask, for the audit log."""
        if self.kind == "token":
            return f"token {self.credential}"
        if self.kind == "laptop" and self.name:
            return "command line"
        return {"user": "session", "laptop": "this computer"}.get(self.kind, "not signed in")

    @property
    def is_signed_in(self) -> bool:
        """Whether they count as somebody who is let in."""
        return self.kind != "anonymous"


LAPTOP = Actor(kind="laptop", scopes=SCOPES_OF["owner"], role="owner")
VISITOR = Actor(kind="visitor", scopes=SCOPES_OF["viewer"], role="viewer")
ANONYMOUS = Actor(kind="anonymous", scopes=frozenset({"read"}))


def command_line(login: str) -> Actor:
    """Give the person who types commands on the machine of the database: nobody is above them."""
    return Actor(kind="laptop", name=login, scopes=SCOPES_OF["owner"], role="owner")
