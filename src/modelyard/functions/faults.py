"""What can go wrong in a call, besides what all rooms know."""

import logging
import secrets

from modelyard.errors import Invalid, ModelyardError, Unavailable

log = logging.getLogger("modelyard.functions")


class RequestFault(Invalid):
    """The request breaks the document of its operation.

    `parameter` names what is wrong (`limit`, `body`), `place` where it is (`query`, `body`), and
    `rule` the word of the schema that is broken: `type`, `required`, `maximum`, `media type`, ...
    """

    def __init__(self, place: str, parameter: str, rule: str, why: str, cure: str = "") -> None:
        named = parameter if place == parameter else f"{place} parameter {parameter}"
        super().__init__(named, why, cure)
        self.place = place
        self.parameter = parameter
        self.rule = rule


class FunctionFailed(ModelyardError):
    """The function of an operation raised something; only the log says what."""

    def __init__(self, where: str, why: str, cure: str = "", fault_id: str = "") -> None:
        super().__init__(where, why, cure)
        self.fault_id = fault_id


class AnswerFault(FunctionFailed):
    """The function's answer breaks the document of its operation."""


class TimedOut(Unavailable):
    """The function took longer than it may."""


def failed(name: str, place: str, error: BaseException | str) -> FunctionFailed:
    """Log what a function raised, and where it is described, under an id.

    The error that it gives is for visitors: it names the operation and the id.
    """
    fault_id = secrets.token_hex(6)
    if isinstance(error, str):
        log.error("fault %s in %s\n%s", fault_id, place, error)
    else:
        log.error("fault %s in %s", fault_id, place, exc_info=error)
    return FunctionFailed(
        name, f"it failed; the server's log has the details under {fault_id}.", fault_id=fault_id
    )
