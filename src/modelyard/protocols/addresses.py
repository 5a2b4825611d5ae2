"""All addresses at which models are asked, by any protocol."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from modelyard.protocols.protocol import Route

PARTS = {
    "{name}": r"(?P<name>[^/@:]+)(?:@(?P<alias>[^/@:]+))?",
    "{version}": r"(?P<version>[^/]+)",
}
V2, MODEL, VERSION = "/v2", "/v2/models/{name}", "/v2/models/{name}/versions/{version}"
NATIVE = (
    Route("POST", "/api/v1/models/{name}/predict", "native", "predict"),
    Route("POST", "/predict", "native", "predict", gives_way=True),
)
OPEN_INFERENCE = (
    Route("GET", V2, "open inference", "server"),
    Route("GET", f"{V2}/", "open inference", "server"),
    Route("GET", f"{V2}/health/live", "open inference", "live"),
    Route("GET", f"{V2}/health/ready", "open inference", "ready"),
    Route("POST", f"{V2}/repository/index", "open inference", "list_models"),
    Route("GET", MODEL, "open inference", "describe"),
    Route("GET", VERSION, "open inference", "describe"),
    Route("GET", f"{MODEL}/ready", "open inference", "is_ready"),
    Route("GET", f"{VERSION}/ready", "open inference", "is_ready"),
    Route("POST", f"{MODEL}/infer", "open inference", "predict"),
    Route("POST", f"{VERSION}/infer", "open inference", "predict"),
)
MLFLOW = (
    Route("GET", "/ping", "mlflow", "ping", gives_way=True),
    Route("GET", "/version", "mlflow", "version", gives_way=True),
    Route("POST", "/invocations", "mlflow", "predict", gives_way=True),
    Route("POST", "/models/{name}/invocations", "mlflow", "predict"),
    Route("POST", "/models/{name}/versions/{version}/invocations", "mlflow", "predict"),
)
"""SageMaker asks at two of them."""
KSERVE = (
    Route("GET", "/v1/models", "kserve", "list_models"),
    Route("GET", "/v1/models/{name}", "kserve", "is_ready"),
    Route("POST", "/v1/models/{name}:predict", "kserve", "predict"),
)
ROUTES = (*NATIVE, *OPEN_INFERENCE, *MLFLOW, *KSERVE)


def routes_of_vertex(health: str, predict: str) -> tuple[Route, ...]:
    """List the addresses that Vertex AI names; none where it names none."""
    found = []
    if health:
        found.append(Route("GET", health, "vertex", "ping"))
    if predict:
        found.append(Route("POST", predict, "vertex", "predict"))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class Address:
    """What stands at one path."""

    path: str
    verbs: Mapping[str, Route]
    name: str = ""
    """The model; empty for the default one."""
    selector: str = ""
    """The version or alias that the path names."""

    @property
    def any_route(self) -> Route:
        """One of its routes, for what all have in common."""
        return next(iter(self.verbs.values()))


class Addresses:
    """Finds what stands at a path; of routes with the same verb and path the last one counts."""

    def __init__(self, routes: Iterable[Route]) -> None:
        by_path: dict[str, dict[str, Route]] = {}
        for route in routes:
            by_path.setdefault(route.path, {})[route.verb] = route
        self._plain = {
            path: Address(path, verbs) for path, verbs in by_path.items() if "{" not in path
        }
        self._named = [
            (re.compile(_pattern(path)), verbs) for path, verbs in by_path.items() if "{" in path
        ]

    def find(self, path: str) -> Address | None:
        """Give what stands at a path, None for nothing of ours."""
        plain = self._plain.get(path)
        if plain is not None:
            return plain
        for pattern, verbs in self._named:
            found = pattern.fullmatch(path)
            if found is not None:
                given = found.groupdict()
                selector = given.get("version") or given["alias"] or ""
                return Address(path, verbs, given["name"], selector)
        return None


def _pattern(path: str) -> str:
    parts = re.split(r"(\{\w+\})", path)
    return "".join(PARTS.get(part) or re.escape(part) for part in parts)
