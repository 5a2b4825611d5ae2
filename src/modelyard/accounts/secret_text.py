"""Secrets that we hand out, and how they are recognised: the database keeps SHA-256 alone.

They carry 256 bits from the system's generator, so a slow hash would protect nothing more.
"""

import hashlib
import secrets


def new_id() -> str:
    """Make a name that is no secret."""
    return secrets.token_hex(8)


def new_secret(prefix: str = "") -> str:
    """Make a secret that nobody can guess."""
    return prefix + secrets.token_urlsafe(32)


def digest_of(secret: str) -> bytes:
    """Give what the database keeps of a secret; any text has one."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
