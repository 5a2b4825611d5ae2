"""The addresses of the door, with those that the surroundings name."""

from modelyard.protocols.addresses import ROUTES, routes_of_vertex
from modelyard.protocols.protocol import Route
from modelyard.settings import Settings


def routes_of(settings: Settings) -> tuple[Route, ...]:
    """List all addresses; what Vertex AI names goes before the others."""
    return (
        *ROUTES,
        *routes_of_vertex(settings.vertex_health_route, settings.vertex_predict_route),
    )
