"""One attempt to sign in at a provider: what must be the same when its answer comes back."""

import secrets
from dataclasses import asdict, dataclass

from itsdangerous import BadSignature, URLSafeTimedSerializer

from modelyard.web.live import live
from modelyard.web.own_address import own_path

LIVES_S = 600
"""How long somebody may take at the provider."""
SECRET = "open-id-attempts"  # noqa: S105 (its name)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """Random texts that tie the provider's answer to this browser, and where to go on to."""

    state: str
    """Comes back in the address: the answer belongs to this browser."""
    nonce: str
    """Comes back in the ID token: it was made for this attempt."""
    verifier: str
    """Sent with the code: whoever stole the code alone gets nothing (PKCE)."""
    target: str


def begin(target: str) -> Attempt:
    """Begin an attempt that leads to `target`."""
    return Attempt(
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        target=own_path(target),
    )


def sealed(attempt: Attempt) -> str:
    """Write an attempt so that nobody else can make or change it."""
    return _serializer().dumps(asdict(attempt))


def find_attempt(text: str) -> Attempt | None:
    """Read an attempt; None for one that is not ours or took too long."""
    try:
        return Attempt(**_serializer().loads(text, max_age=LIVES_S))
    except (BadSignature, TypeError):
        return None


def _serializer() -> URLSafeTimedSerializer:
    key = live().records.accounts.secrets.get_or_make(SECRET)
    return URLSafeTimedSerializer(key, salt="attempt")
