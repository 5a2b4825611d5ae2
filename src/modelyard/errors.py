"""What can go wrong, in words that name the place and the cure. There is no HTTP in here."""

LONGEST_ECHO = 80
"""How much of a name that somebody sent is said back to them, in characters."""


class ModelyardError(Exception):
    """A fault that a person can act on.

    `where` is the place (a file and line, a setting, a dataset and column), `why` what is wrong
    there, and `cure` what to do about it.
    """

    def __init__(self, where: str, why: str, cure: str = "") -> None:
        super().__init__(where, why, cure)
        self.where = where
        self.why = why
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.where}: {self.why}" + (f" {self.cure}" if self.cure else "")


class NotFound(ModelyardError):
    """The thing asked for does not exist."""


class Invalid(ModelyardError):
    """The input (a file, a setting, a parameter) cannot be used as it is."""


class TooLarge(Invalid):
    """The input is larger than is allowed."""


class Denied(ModelyardError):
    """The caller may not do this."""


class Conflict(ModelyardError):
    """The request contradicts the present state."""


class Overtaken(Conflict):
    """Somebody else changed meanwhile what the caller has seen."""


class Unavailable(ModelyardError):
    """A part that is needed is missing or cannot be reached at the moment."""


class Unreachable(Unavailable):
    """The database does not answer.

    Its parts are for everybody who asks. The full words, which may name hosts and users, are what
    `str` gives: for the log, and for the command line.
    """

    def __init__(self, where: str, why: str, cure: str = "", full: str = "") -> None:
        super().__init__(where, why, cure)
        self.full = full

    def __str__(self) -> str:
        return self.full or super().__str__()


class SignInNeeded(Denied):
    """The caller is not known, and somebody known might be allowed."""


class Throttled(Denied):
    """Too many attempts: the caller has to wait."""

    def __init__(self, where: str, why: str, cure: str = "", wait_s: float = 60.0) -> None:
        super().__init__(where, why, cure)
        self.wait_s = wait_s
