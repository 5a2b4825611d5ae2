"""What a provider's ID token is worth: signed by it, made for us, now, and for this attempt."""

from dataclasses import dataclass
from typing import Any

from modelyard.errors import Denied

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures that the provider alone can make: not `none`, and none with a shared secret."""
LEEWAY_S = 60
"""How far the clocks may be apart."""


@dataclass(frozen=True)
class Expected:
    """What an ID token must say."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str


def read_id_token(text: str, keys: Any, expected: Expected) -> dict[str, Any]:
    """Give the claims of an ID token.

    Raises KeyError where its key is not among `keys`, and Denied where anything is not as expected.
    """
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.errors import InvalidKeyIdError, JoseError
    from joserfc.jwk import KeySet

    options: Any = {
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.client_id},
        "sub": {"essential": True},
        "exp": {"essential": True},
    }
    params = {
        "nonce": expected.nonce,
        "client_id": expected.client_id,
        "access_token": expected.access_token,
    }
    try:
        token = jwt.decode(text, KeySet.import_key_set(keys), algorithms=list(ALGORITHMS))
        claims = CodeIDToken(token.claims, token.header, options, params)
        claims.validate(leeway=LEEWAY_S)
    except InvalidKeyIdError as unknown:
        raise KeyError("key id") from unknown
    except (JoseError, ValueError, TypeError) as fault:
        raise Denied("sign-in", f"the provider's answer does not hold: {words(fault)}.") from fault
    return dict(claims)


def words(fault: Exception) -> str:
    """Say what is wrong in the library's words, on one line."""
    return " ".join(str(fault).split()).rstrip(".")[:200] or type(fault).__name__
