"""The promise that every protocol keeps, and what stands at which address."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Literal, Protocol

from modelyard.errors import ModelyardError
from modelyard.protocols.exchange import Answered, Asked

if TYPE_CHECKING:
    from modelyard.models.serving import Served

LanguageName = Literal["native", "open inference", "mlflow", "kserve", "vertex"]
Deed = Literal[
    "predict",
    "describe",
    "is_ready",
    "list_models",
    "version",
    "server",
    "live",
    "ready",
    "ping",
]
"""What is asked for, by the name of the protocol's method."""


class Language(Protocol):
    """One way in which programs ask a model."""

    name: LanguageName

    def predict(self, served: "Served", asked: Asked) -> Answered:
        """Answer a request for predictions.

        Raises BadInput with row and field, UnreadableType, and what the predictor raises.
        """
        ...

    def refuse(self, error: ModelyardError, path: str) -> Answered:
        """Say what is wrong, in the protocol's own shape; nothing of the server's inside."""
        ...


@dataclass(frozen=True, eq=False)
class Route:
    """What one verb does at one address."""

    verb: str
    path: str
    """With `{name}` and `{version}` where these stand."""
    language_name: LanguageName
    deed: Deed
    gives_way: bool = False
    """Whether a function of the workspace may have the address."""

    @cached_property
    def language(self) -> Language:
        """The protocol, loaded at the first use."""
        return language_of(self.language_name)

    @cached_property
    def answer(self) -> Callable[..., Answered]:
        """What answers.

        It takes, by deed: `predict` the Served and the Asked; `describe` the Served; `is_ready` the
        name and whether it is; `list_models` the visible models and the Asked; `version` and
        `server` nothing; `live`, `ready` and `ping` whether it is.
        """
        answer: Callable[..., Answered] = getattr(self.language, self.deed)
        return answer


@cache
def language_of(name: LanguageName) -> Language:
    """Give a protocol by its name; what it needs to read inputs is loaded only now."""
    if name == "native":
        from modelyard.protocols.native import Native

        return Native()
    if name == "open inference":
        from modelyard.protocols.open_inference import OpenInference

        return OpenInference()
    if name == "mlflow":
        from modelyard.protocols.mlflow import MLflow

        return MLflow()
    from modelyard.protocols.instances import KServe, Vertex

    return KServe() if name == "kserve" else Vertex()
