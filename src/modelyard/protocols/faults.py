"""What can be wrong with a request before its rows are looked at, and which status says it."""

from modelyard.errors import (
    Conflict,
    Denied,
    Invalid,
    ModelyardError,
    NotFound,
    SignInNeeded,
    Throttled,
    TooLarge,
    Unavailable,
)


class UnreadableType(Invalid):
    """The body is of a media type that the protocol does not have."""


class WrongVerb(Invalid):
    """The address does not know the verb."""


STATUS: tuple[tuple[type[ModelyardError], int], ...] = (
    (NotFound, 404),
    (TooLarge, 413),
    (UnreadableType, 415),
    (WrongVerb, 405),
    (SignInNeeded, 401),
    (Throttled, 429),
    (Denied, 403),
    (Conflict, 409),
    (Unavailable, 503),
)
MEBIBYTE = 1024 * 1024
LONGEST = 2000
"""How long the words of an error are at most, in characters: names that were sent stand in them."""


def status_of(error: ModelyardError, invalid: int = 400) -> int:
    """Give the status of HTTP for an error; `invalid` is that of inputs that cannot be used."""
    for kind, status in STATUS:
        if isinstance(error, kind):
            return status
    return invalid if isinstance(error, Invalid) else 500


def told(error: ModelyardError) -> str:
    """Give the words of an error that the caller is told.

    Those of a database that cannot be reached are for the log alone.
    """
    return f"{error.where}: {error.why} {error.cure}".rstrip()[:LONGEST]


def too_large(most_bytes: int) -> TooLarge:
    """Say that a body is larger than `most_bytes`."""
    shown = f"{most_bytes / MEBIBYTE:g} MiB" if most_bytes >= MEBIBYTE else f"{most_bytes:,} bytes"
    return TooLarge(
        "request body", f"is larger than {shown}.", "Send several, or score the table as a run."
    )


def unreadable(given: str, known: tuple[str, ...]) -> UnreadableType:
    """Say that a body is of a media type that is not taken, and which ones are."""
    what = f"'{given[:100]}' is not taken here." if given else "is missing."
    return UnreadableType("Content-Type", what, f"Send {' or '.join(known)}.")
