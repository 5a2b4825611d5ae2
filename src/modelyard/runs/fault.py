"""What went wrong, as a value that can be written down and raised again elsewhere."""

import msgspec

from modelyard import errors
from modelyard.errors import ModelyardError, Unavailable

FAULTS: dict[str, type[ModelyardError]] = {
    kind.__name__: kind
    for kind in (
        errors.NotFound,
        errors.Invalid,
        errors.Denied,
        errors.Conflict,
        errors.Unavailable,
    )
}


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong, in the words of a ModelyardError."""

    kind: str
    where: str
    why: str
    cure: str = ""

    def to_error(self) -> ModelyardError:
        """Give the error that can be raised again here."""
        return FAULTS.get(self.kind, Unavailable)(self.where, self.why, self.cure)


def fault_of(error: ModelyardError) -> Fault:
    """Turn an error into a value that can be written down."""
    kind = next((name for name, cls in FAULTS.items() if isinstance(error, cls)), "Unavailable")
    return Fault(kind=kind, where=error.where, why=error.why, cure=error.cure)
