"""The conversation with an OpenID Connect provider: where it is, its keys, code for ID token."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from modelyard.errors import Denied, Invalid, Unavailable
from modelyard.settings import LOOPBACK
from modelyard.web.open_id.attempt import Attempt
from modelyard.web.open_id.id_token import Expected, read_id_token, words

WAIT_S = 8
KEPT_S = 600.0
"""How long the provider's own description and keys are kept."""
PAUSE_S = 5.0
"""How long one that does not answer is not asked again."""
WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True)
class Vouched:
    """Somebody for whom a provider vouches."""

    issuer: str
    subject: str
    email: str
    """Verified by the provider."""
    name: str


@dataclass
class Provider:
    """One provider, and our name and secret there."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    _known: dict[str, tuple[float, Any]] = field(default_factory=dict)
    _silent_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def way_there(self, attempt: Attempt, way_back: str) -> str:
        """Give the address at which somebody signs in there; they come back to `way_back`."""
        session = self._session(way_back)
        address, _ = session.create_authorization_url(
            self._endpoint("authorization_endpoint"),
            state=attempt.state,
            code_verifier=attempt.verifier,
            nonce=attempt.nonce,
        )
        return str(address)

    def vouched(self, code: str, attempt: Attempt, way_back: str) -> Vouched:
        """Give the one who has signed in there.

        Raises Denied where the provider's word does not hold, or it has not verified an e-mail
        address; Unavailable where it does not answer.
        """
        session = self._session(way_back)
        with self._in_words():
            given = session.fetch_token(
                self._endpoint("token_endpoint"),
                grant_type="authorization_code",
                code=code,
                code_verifier=attempt.verifier,
                allow_redirects=False,
            )
        text = given.get("id_token")
        if not isinstance(text, str):
            raise Denied("sign-in", "the provider's answer holds no ID token.")
        access_token = str(given.get("access_token") or "")
        issuer = self._described()["issuer"]
        expected = Expected(issuer, self.client_id, attempt.nonce, access_token)
        claims = self._read(text, expected)
        if "email" not in claims:
            claims = self._asked_for_email(session, claims) | claims
        return _vouched(issuer, claims)

    def _read(self, text: str, expected: Expected) -> dict[str, Any]:
        """Read an ID token; keys that are not known are fetched anew, once."""
        try:
            return read_id_token(text, self._keys(), expected)
        except KeyError:
            with self._lock:
                self._known.pop("keys", None)
        try:
            return read_id_token(text, self._keys(), expected)
        except KeyError:
            raise Denied(
                "sign-in", "the provider's answer is signed with an unknown key."
            ) from None

    def _asked_for_email(self, session: Any, claims: dict[str, Any]) -> dict[str, Any]:
        """Ask for what the ID token does not say; some providers tell the address there alone."""
        if "userinfo_endpoint" not in self._described():
            return {}
        said = self._get(self._endpoint("userinfo_endpoint"), session)
        return said if said.get("sub") == claims["sub"] else {}

    def _described(self) -> dict[str, Any]:
        """Give the provider's own description; raises Unavailable for one of somebody else."""
        return self._kept("description", self._describe)

    def _describe(self) -> dict[str, Any]:
        if not is_guarded(self.issuer):
            raise Invalid("MODELYARD_OIDC_ISSUER", "is not https, so anybody could answer for it.")
        said = self._get(self.issuer + WELL_KNOWN)
        if str(said.get("issuer", "")).rstrip("/") != self.issuer:
            raise Unavailable(
                "single sign-on",
                f"{self.issuer} describes another issuer.",
                "Set MODELYARD_OIDC_ISSUER to what its description calls 'issuer'.",
            )
        return said

    def _keys(self) -> dict[str, Any]:
        return self._kept("keys", lambda: self._get(self._endpoint("jwks_uri")))

    def _endpoint(self, name: str) -> str:
        address = self._described().get(name)
        if not isinstance(address, str) or not is_guarded(address):
            raise Unavailable("single sign-on", f"the provider names no '{name}' that is https.")
        return address

    def _kept(self, name: str, read: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        found = self._known.get(name)
        if found is not None and time.monotonic() < found[0]:
            kept: dict[str, Any] = found[1]
            return kept
        value = read()
        with self._lock:
            self._known[name] = (time.monotonic() + KEPT_S, value)
        return value

    def _get(self, address: str, session: Any = None) -> dict[str, Any]:
        with self._in_words():
            answer = (session or self._session("")).get(
                address,
                withhold_token=session is None,
                allow_redirects=False,
                headers={"Accept": "application/json"},
            )
            answer.raise_for_status()
            said = answer.json()
        if not isinstance(said, dict):
            raise Unavailable("single sign-on", "the provider's answer is not a JSON object.")
        return said

    def _session(self, way_back: str) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        return OAuth2Session(
            self.client_id,
            self.client_secret or None,
            scope="openid email profile",
            redirect_uri=way_back,
            code_challenge_method="S256",
            token_endpoint_auth_method=self._way_to_prove() if way_back else None,
            default_timeout=WAIT_S,
        )

    def _way_to_prove(self) -> str:
        """Say how the provider wants our secret."""
        if not self.client_secret:
            return "none"
        usual = "client_secret_basic"
        known = self._described().get("token_endpoint_auth_methods_supported") or [usual]
        return usual if usual in known else "client_secret_post"

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Say in words what went wrong on the way; one that is silent is left alone for a while."""
        from authlib.common.errors import AuthlibBaseError
        from requests import ConnectionError as NoAnswer
        from requests import RequestException, Timeout

        if time.monotonic() < self._silent_until:
            raise _silent(self.issuer)
        try:
            yield
        except AuthlibBaseError as refusal:
            raise Denied("sign-in", f"the provider refused: {words(refusal)}.") from refusal
        except (NoAnswer, Timeout) as fault:
            self._silent_until = time.monotonic() + PAUSE_S
            raise _silent(self.issuer) from fault
        except (RequestException, ValueError) as fault:
            raise _silent(self.issuer) from fault


def is_guarded(address: str) -> bool:
    """Tell whether nobody between can answer: https, or this machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _vouched(issuer: str, claims: dict[str, Any]) -> Vouched:
    email, verified = claims.get("email"), claims.get("email_verified")
    if not isinstance(email, str) or not email:
        raise Denied("sign-in", "the provider tells no e-mail address.", "Ask whoever runs it.")
    if verified is not True and verified != "true":
        raise Denied(
            "sign-in",
            f"the provider has not verified that {email[:254]} is yours.",
            "Verify it there, then sign in again.",
        )
    name = claims.get("name")
    return Vouched(issuer, str(claims["sub"]), email, name if isinstance(name, str) else "")


def _silent(issuer: str) -> Unavailable:
    return Unavailable(
        "single sign-on",
        f"{issuer} does not answer as it should.",
        "Try again in a minute, or sign in with a password.",
    )
