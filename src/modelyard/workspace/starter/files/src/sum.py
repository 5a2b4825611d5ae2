"""`GET /e222/sum/1/4`: numbers arrive as numbers."""


def sum(a: int, b: int) -> int:
    """Add."""
    return a + b
